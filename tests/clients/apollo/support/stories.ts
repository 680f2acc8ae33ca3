import { accepted } from "../client/errors.js";
import { instant, type Instant } from "../client/scalars.js";
import {
  DraftBookingDocument,
  OpenSlotsDocument,
  ServicesDocument,
  VerifyBookingDocument,
  type SlotPartsFragment,
} from "../generated/graphql.js";
import { codeFor } from "./mailbox.js";
import { present, type Visitor } from "./visitor.js";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A week from so many weeks on. Each file of tests books in a week of its own. */
export function weekFrom(weeks: number): { from: Instant; until: Instant } {
  const midnight = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
  return {
    from: instant(new Date(midnight + weeks * 7 * DAY_MS)),
    until: instant(new Date(midnight + (weeks + 1) * 7 * DAY_MS)),
  };
}

/** The id of a service of the demo, by its name. */
export async function serviceCalled(somebody: Visitor, name: string): Promise<string> {
  const { data } = await somebody.client.query({ query: ServicesDocument, variables: { first: 100 } });
  const edge = present(data, "list").services.edges.find(({ node }) => node.name === name);
  return present(edge, `service ${name}`).node.id;
}

/** The first open time of a service in a week. */
export async function firstSlot(somebody: Visitor, service: string, week: number): Promise<SlotPartsFragment> {
  const { data } = await somebody.client.query({
    query: OpenSlotsDocument,
    variables: { serviceId: await serviceCalled(somebody, service), first: 1, ...weekFrom(week) },
    fetchPolicy: "network-only",
  });
  return present(data?.openSlots.edges[0], "open time").node;
}

/** What everybody fills in to draft a time. */
export function draftOf(somebody: Visitor, slot: { id: string }) {
  return { slotId: slot.id, email: somebody.address, fullName: "Carla Client", consent: true };
}

/** Drafts the first open time of a week and proves the mailbox; gives the booking, which is opened from then on. */
export async function book(somebody: Visitor, service: string, week: number) {
  const slot = await firstSlot(somebody, service, week);
  const drafted = await somebody.client.mutate({
    mutation: DraftBookingDocument,
    variables: { input: { ...draftOf(somebody, slot), idempotencyKey: crypto.randomUUID() } },
  });
  const { acknowledgementId } = present(accepted(drafted.data?.draftBooking).booking, "booking");
  const code = await codeFor(somebody.address);
  const verified = await somebody.client.mutate({
    mutation: VerifyBookingDocument,
    variables: { input: { proof: { code: { acknowledgementId, code } } } },
  });
  const { booking, accessToken } = accepted(verified.data?.verifyBooking);
  somebody.bookingToken = present(accessToken, "access token");
  return present(booking, "booking");
}
