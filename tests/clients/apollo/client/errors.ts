import { CombinedGraphQLErrors } from "@apollo/client/errors";

import type { ProblemPartsFragment } from "../generated/graphql.js";

/** The codes that a request as a whole can be refused with: `extensions.code` of top-level errors. */
export type RequestCode =
  | "UNAUTHENTICATED"
  | "FORBIDDEN"
  | "RATE_LIMITED"
  | "QUERY_TOO_COMPLEX"
  | "BAD_USER_INPUT"
  | "GRAPHQL_VALIDATION_FAILED"
  | "PERSISTED_QUERY_NOT_FOUND"
  | "PERSISTED_QUERY_NOT_SUPPORTED"
  | "INTERNAL_ERROR";

/** What the API says beside the message of a top-level error. */
export interface Details {
  code?: RequestCode;
  requestId?: string;
  retryAfter?: number;
}

/** Gives the details of the first top-level error, or nothing: a lost connection has none. */
export function detailsOf(error: unknown): Details | undefined {
  return CombinedGraphQLErrors.is(error) ? error.errors[0]?.extensions : undefined;
}

/** A rule said no: the payload of a mutation came with `errors`. */
export class Refused extends Error {
  constructor(readonly problems: readonly ProblemPartsFragment[]) {
    super(problems.map((problem) => problem.message).join(" "));
  }

  /** The code to switch on. */
  get code() {
    return this.problems[0]?.code;
  }
}

/** Gives a payload in which nothing was refused; throws Refused with the problems otherwise. */
export function accepted<Payload extends { errors: ProblemPartsFragment[] }>(
  payload: Payload | null | undefined,
): Payload {
  if (!payload) throw new Error("The answer holds no payload.");
  if (payload.errors.length > 0) throw new Refused(payload.errors);
  return payload;
}
