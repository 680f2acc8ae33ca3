/** What went wrong with a call as a whole: no answer at all, or a top-level error of the API. */

import { CombinedGraphQLErrors, ServerError } from "@apollo/client/errors";

const GATEWAYS = new Set([502, 503, 504]);

/** Whether nobody knows if the server did it: the connection failed, or a proxy answered in its place. */
export function isUnanswered(failure: unknown): boolean {
  if (ServerError.is(failure)) return GATEWAYS.has(failure.statusCode);
  return failure instanceof TypeError;
}

export interface Failure {
  /** The error's code, or null where this was no answer of the API. */
  code: string | null;
  message: string;
  /** Seconds after which another try makes sense. */
  retryAfter: number | null;
  requestId: string | null;
}

const WORDS: Record<string, string> = {
  RATE_LIMITED: "That was too often in a short time.",
  UNAUTHENTICATED: "What opened this booking is over. Open it again with a code from your mailbox.",
};

export function failureOf(error: unknown): Failure {
  const first = CombinedGraphQLErrors.is(error) ? error.errors[0] : undefined;
  const { code, retryAfter, requestId } = (first?.extensions ?? {}) as Record<string, unknown>;
  const known = typeof code === "string" ? code : null;
  return {
    code: known,
    message: (known && WORDS[known]) ?? first?.message ?? "The booking service did not answer as it should.",
    retryAfter: typeof retryAfter === "number" ? retryAfter : null,
    requestId: typeof requestId === "string" ? requestId : null,
  };
}
