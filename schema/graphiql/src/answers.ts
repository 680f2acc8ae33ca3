/* Reads every answer on its way to the editor: what it tells, and whether it gives a booking's access token. */
import { Cell } from "./cell";
import { page } from "./page";
import { bookingToken, session } from "./session";
import { STEPS, type Step } from "./steps";
import type { Answer, Problem } from "./wire";

export interface Outcome {
  text: string;
  isRefused: boolean;
}

const NOBODY = "Nobody is logged in: log in above as somebody of the practice's staff.";

/** What became of each step, by its operation. */
export const outcomes = new Cell<Readonly<Record<string, Outcome>>>({});
/** Where the attempt to pay that was opened last is paid. */
export const checkoutUrl = new Cell("");

/** Forget what was answered to whoever was here. */
export function forgetAnswers(): void {
  outcomes.set({});
  checkoutUrl.set("");
}

interface Payload {
  accessToken?: string | null;
  payment?: { checkoutUrl?: string | null } | null;
  errors?: { message: string; code?: string }[];
}

/** Say of a step why it cannot be sent, or was refused. */
export const refuse = (operation: string, text: string): void => tell(operation, { text, isRefused: true });

const tell = (operation: string, outcome: Outcome): void => outcomes.set({ ...outcomes.get(), [operation]: outcome });

export function read(operation: string, answer: Answer): void {
  const payloads = Object.values(answer.data ?? {}).filter((each): each is Payload => each instanceof Object);
  for (const { accessToken, payment } of payloads) {
    if (accessToken) bookingToken.set(accessToken);
    if (payment?.checkoutUrl) checkoutUrl.set(payment.checkoutUrl);
  }
  const step = STEPS.find((each) => each.operation === operation);
  if (!step) return;
  const refusal = answer.errors?.map(flat)[0] ?? payloads.flatMap(({ errors }) => errors ?? [])[0];
  if (refusal) refuse(operation, isForStaff(step, refusal.code) ? NOBODY : refusal.message);
  else tell(operation, { text: told(step, answer), isRefused: false });
}

const flat = ({ message, extensions }: Problem) => ({ message, code: extensions?.code });

/** Whether a step was refused because nobody is here to whom it could be granted. */
function isForStaff({ needs }: Step, code: string | undefined): boolean {
  const isByNobody = !session.get() && !page.signedIn;
  return code === "FORBIDDEN" && isByNobody && (needs === "staff" || (needs === "payment" && !bookingToken.get()));
}

function told(step: Step, answer: Answer): string {
  try {
    return step.read(answer.data as never);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Somebody asks for other fields than the step did.
    return "That was answered, but without what the next steps take from it.";
  }
}
