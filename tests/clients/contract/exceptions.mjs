/** What the rules for the schema let through, by name, each with its reason. */

/**
 * Types without an id of their own: no client can name one, so none can read it again, and a cache keeps it inside what
 * it belongs to.
 */
export const WITHOUT_ID = [
  {
    reason: "A value: equal where its fields are equal.",
    types: [
      "ActorRequirement",
      "CalendarLinks",
      "HoursInterval",
      "LocalTime",
      "Location",
      "Money",
      "Policies",
      "Preferences",
      "Rating",
      "RefundPolicy",
      "RefundTier",
      "BookingRefundTier",
      "TimeRange",
    ],
  },
  {
    reason: "A figure, counted when it is asked for.",
    types: [
      "BookingCount",
      "BookingCounts",
      "BookingStatusCount",
      "CancellationCount",
      "DayFigures",
      "PaymentSummary",
      "PaymentSums",
      "PaymentSumsByMethod",
      "RevenueFigures",
      "Statistics",
      "StatusCount",
      "Utilisation",
    ],
  },
  {
    reason: "An answer to this viewer at this moment; it is asked for anew, never looked up.",
    types: [
      "ActionInput",
      "ActionOption",
      "ActionResult",
      "AvailableAction",
      "PublicBookingStatus",
      "PublishClash",
      "SlotExplanation",
      "TouchedBooking",
      "UserError",
    ],
  },
  {
    reason: "A part of a calendar that is set and read as a whole; its weekday or date names it there.",
    types: ["Calendar", "ClosedDay", "DateHours", "DayHours", "Season"],
  },
  {
    reason: "A part of a booking's or payment's record: it never changes, and is read with its owner alone.",
    types: ["BookingConsent", "BookingDiscount", "BookingEvent", "BookingNote", "Receipt"],
  },
  {
    reason: "A pair: the account and the practice inside it have ids, and mutations name those.",
    types: ["PracticeMembership", "StaffMember"],
  },
  { reason: "Named by practice and version.", types: ["ConsentText"] },
  { reason: "A row of the one table in the code: named by its move.", types: ["LifecycleMove"] },
  { reason: "Relay's own, which has none.", types: ["PageInfo"] },
];

/** Lists of objects with ids that are no connections, since they are short by a rule. */
export const SHORT_LISTS = [
  {
    reason: "Three at most.",
    fields: ["SlotExplanation.nextSlots", "TouchedBooking.suggestedSlots", "UserError.suggestedSlots"],
  },
  {
    reason: "As many as the mutation's own input or its limit lets through; a repeated call gives the rest.",
    fields: ["PublishSlotsPayload.slots", "WithdrawSlotsPayload.heldBookings"],
  },
  {
    reason: "A first look; the root field of the same name pages through all of them.",
    fields: [
      "Business.consultants",
      "Business.resources",
      "Business.reviews",
      "Business.services",
      "Consultant.reviews",
      "Consultant.services",
      "Resource.services",
      "Service.consultants",
      "Service.resources",
    ],
  },
  {
    reason: "One booking's: a few tries to pay, what went back of one, and the sessions that followed it.",
    fields: ["Booking.followUps", "Booking.payments", "Payment.refunds"],
  },
  { reason: "One person's places of work.", fields: ["Account.consultants"] },
  { reason: "A closed set that the platform's admin keeps.", fields: ["Query.categories"] },
  { reason: "As many as ids were sent, in their order; Relay's own.", fields: ["Query.nodes"] },
];

/** Give the names of all groups; throw where the schema has no such type, so that no exception outlives its reason. */
export function namesIn(groups, key, exists) {
  const names = groups.flatMap((group) => group[key]);
  const stale = names.filter((name) => !exists(name));
  if (stale.length > 0) throw new Error(`exceptions.mjs lets through what is not there: ${stale.join(", ")}`);
  return names;
}
