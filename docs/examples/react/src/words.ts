/** Words for codes of the API that bring none of their own. A code that came later is shown as it is. */

import type { ActorKind, BookingMove } from "./generated/graphql";

const MOVES: Record<BookingMove, string> = {
  DRAFT: "Asked for",
  VERIFY: "Address proven",
  APPROVE: "Approved",
  REJECT: "Declined",
  START_PAYMENT: "Payment started",
  FAIL_PAYMENT: "Payment ended without money",
  CONFIRM_PAYMENT: "Paid and confirmed",
  CONFIRM_UNPAID: "Confirmed",
  COMPLETE: "Took place",
  MARK_NO_SHOW: "Not attended",
  UNDO_NO_SHOW: "Attended after all",
  CANCEL: "Cancelled",
  EXPIRE: "Lapsed",
  RESCHEDULE: "Moved to another time",
  REASSIGN: "Given to somebody else",
};

const ACTORS: Record<ActorKind, string> = {
  CLIENT: "by you",
  CONSULTANT: "by your consultant",
  STAFF: "by the practice",
  ADMIN: "by the platform",
  PROVIDER: "by the payment provider",
  SYSTEM: "by itself",
};

export const moveInWords = (move: BookingMove): string => MOVES[move] ?? move;
export const actorInWords = (actor: ActorKind): string => ACTORS[actor] ?? actor;

interface Amount {
  amount: string;
  currency: string;
}

export const priceInWords = (price: Amount): string => (Number(price.amount) === 0 ? "free" : moneyInWords(price));

export function moneyInWords(money: Amount): string {
  const how = new Intl.NumberFormat("en-GB", { style: "currency", currency: money.currency });
  return how.format(Number(money.amount));
}

export function minutesInWords(minutes: number): string {
  const hours = Math.floor(minutes / 60);
  const rest = minutes % 60;
  return [hours ? `${hours} h` : "", rest || !hours ? `${rest} min` : ""].filter(Boolean).join(" ");
}
