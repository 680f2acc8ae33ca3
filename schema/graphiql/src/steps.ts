/* A first booking in nine operations. Each says what it is for, and what an answer gives to those after it. */
import ask from "./steps/ask-to-cancel.graphql?raw";
import approve from "./steps/approve.graphql?raw";
import cancel from "./steps/cancel.graphql?raw";
import draft from "./steps/draft.graphql?raw";
import look from "./steps/look.graphql?raw";
import slots from "./steps/open-slots.graphql?raw";
import pay from "./steps/pay.graphql?raw";
import services from "./steps/services.graphql?raw";
import verify from "./steps/verify.graphql?raw";
import { forget, learn, NAMES, type Name } from "./known";

/** What the person brings to a step, beside what is known. */
export type Needs = "code" | "staff" | "payment";

export interface Step {
  /** The operation's name. Anybody's operation may have it: a tab is this step by its text alone. */
  operation: string;
  title: string;
  hint: string;
  query: string;
  variables: string;
  needs?: Needs;
  /** Keep what the answer gave; give a sentence about it. */
  read: (answer: never) => string;
}

interface Service {
  id: string;
  name: string;
  needsApproval: boolean;
  paymentPolicy: string;
  depositPercent: number | null;
  price: { amount: string };
}
interface Slot {
  id: string;
  local: { date: string; time: string };
}
interface List<T> {
  edges: { node: T }[];
}
interface Booked {
  booking: { id: string; acknowledgementId: string; status: string };
}

const json = (value: unknown): string => JSON.stringify(value, null, 2);
/** The instant from which times are shown, far enough ahead for every later step. */
const IN_TIME = new Date(Date.now() + 3 * 24 * 3600 * 1000).toISOString();
const proof = { code: { acknowledgementId: "ACKNOWLEDGEMENT_ID", code: "CODE" } };
const is = ({ booking }: Booked): string => `The booking is ${booking.status}.`;

/** What the demo's practices sell and their staff approve. */
const OF_THE_DEMO = "First talk";
/** Whether a service shows everything: somebody approves it, and all of it is paid online. */
const showsAll = (each: Service): boolean =>
  each.needsApproval &&
  each.paymentPolicy !== "ON_SITE" &&
  each.depositPercent === null &&
  Number(each.price.amount) > 0;

/** Somebody new in every tab: practices let one address hold one booking at a time. */
learn("CLIENT_EMAIL", `carla-${Math.random().toString(36).slice(2, 7)}@example.org`);

export const STEPS: readonly Step[] = [
  {
    operation: "Services",
    title: "What can be booked?",
    hint: "Press Run and then Next, nine times. What an answer gives is put into the next steps by itself.",
    query: services,
    variables: "",
    read: (answer: { services: List<Service> }) => {
      const offered = answer.services.edges.map(({ node }) => node);
      const demo = offered.find(({ name }) => name === OF_THE_DEMO);
      const chosen = demo ?? offered.find(showsAll) ?? offered[0];
      if (!chosen) return "Nothing can be booked here yet.";
      learn("SERVICE_ID", chosen.id);
      return `“${chosen.name}” goes into the next step. To book another service, paste its id into step 2.`;
    },
  },
  {
    operation: "OpenSlots",
    title: "When?",
    hint: "Run lists open times of that service, some days ahead: on the eve a practice may let nobody cancel.",
    query: slots,
    variables: json({ service: "SERVICE_ID", from: IN_TIME }),
    read: (answer: { openSlots: List<Slot> }) => {
      const slot = answer.openSlots.edges[0]?.node;
      if (!slot) return "No time is open. Paste another service's id, from step 1, in place of this one.";
      learn("SLOT_ID", slot.id);
      return `${slot.local.date} at ${slot.local.time} goes into the next step.`;
    },
  },
  {
    operation: "DraftBooking",
    title: "Draft",
    hint: "A client asks for that time. A mail with a code goes to the address under Variables.",
    query: draft,
    variables: json({
      input: { slotId: "SLOT_ID", email: "CLIENT_EMAIL", fullName: "Carla Client", consent: true },
    }),
    read: (answer: { draftBooking: Booked }) => {
      learn("BOOKING_ID", answer.draftBooking.booking.id);
      learn("ACKNOWLEDGEMENT_ID", answer.draftBooking.booking.acknowledgementId);
      forget("CODE");
      return `${is(answer.draftBooking)} A code is on its way to the client.`;
    },
  },
  {
    operation: "VerifyBooking",
    title: "Prove the mailbox",
    hint: "Type the code of six digits from the mail, and run.",
    needs: "code",
    query: verify,
    variables: json({ input: { proof } }),
    read: (answer: { verifyBooking: Booked }) =>
      `${is(answer.verifyBooking)} Its access token stands above and goes with every request from now on.`,
  },
  {
    operation: "ApproveBooking",
    title: "Approve",
    hint: "Only the practice may: log in above as somebody of its staff, and run.",
    needs: "staff",
    query: approve,
    variables: json({ input: { bookingId: "BOOKING_ID" } }),
    read: (answer: { approveBooking: Booked }) => `${is(answer.approveBooking)} The client was mailed to pay.`,
  },
  {
    operation: "StartPayment",
    title: "Pay",
    hint:
      "Run opens an attempt to pay: the practice's, while you are logged in. " +
      "To pay as the client, copy the access token above, log out, and paste it back.",
    needs: "payment",
    query: pay,
    variables: json({ input: { bookingId: "BOOKING_ID" } }),
    read: (answer: { startPayment: Booked }) =>
      `${is(answer.startPayment)} Now open the payment page and press the Pay button there.`,
  },
  {
    operation: "Look",
    title: "Look",
    hint: "Run shows the booking and its story. Paid just now, it is CONFIRMED within a second or two: run again.",
    query: look,
    variables: json({ booking: "BOOKING_ID" }),
    read: (answer: { booking: Booked["booking"] | null }) =>
      answer.booking ? is({ booking: answer.booking }) : "Nothing is known of that booking to whoever asks so.",
  },
  {
    operation: "RequestCancellation",
    title: "Ask to cancel",
    hint: "Clients cancel as they booked: by a code. Run mails a new one.",
    query: ask,
    variables: json({ input: { acknowledgementId: "ACKNOWLEDGEMENT_ID" } }),
    read: () => {
      forget("CODE");
      return "A new code is on its way to the client.";
    },
  },
  {
    operation: "CancelBooking",
    title: "Cancel",
    hint: "Type the code from the newest mail, and run. What was paid goes back by the practice's rules.",
    needs: "code",
    query: cancel,
    variables: json({ input: { proof, reason: "I can't come." } }),
    read: (answer: { cancelBooking: Booked }) => `${is(answer.cancelBooking)} That was all: the time is free again.`,
  },
];

const plain = (text: string): string => text.replace(/\s+/g, " ").trim();

/** Give which step a text is, whitespace aside; -1 for none. */
export const placeOf = (text: string): number => STEPS.findIndex(({ query }) => plain(query) === plain(text));

/** The operation whose answer gives what a name stands for. */
const GIVEN_BY: Partial<Record<Name, string>> = {
  SERVICE_ID: "Services",
  SLOT_ID: "OpenSlots",
  BOOKING_ID: "DraftBooking",
  ACKNOWLEDGEMENT_ID: "DraftBooking",
};

/** Say what to do before a step can be sent: a name still stands among its variables. Nothing, where none does. */
export function lackOf(query: string, variables: unknown): string | undefined {
  if (placeOf(query) < 0) return undefined;
  const text = JSON.stringify(variables ?? {});
  const name = NAMES.find((each) => text.includes(`"${each}"`));
  if (name === undefined) return undefined;
  const place = STEPS.findIndex(({ operation }) => operation === GIVEN_BY[name]);
  return place < 0 ? "Type the code from the mail first." : `First run step ${place + 1}, ${GIVEN_BY[name]}.`;
}
