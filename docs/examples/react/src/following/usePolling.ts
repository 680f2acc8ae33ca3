import { useState } from "react";
import { failureOf } from "../api/failures";

const SOON = 4_000;
const SOME_TIME = 30_000;
/** Nothing of this page's concern happens to these by themselves any more. */
const ENDED = new Set(["COMPLETED", "NO_SHOW", "CANCELLED", "REJECTED", "EXPIRED"]);
const NEVER = 0;

const hidden = (): boolean => document.hidden;

/**
 * How often to look again: soon while the status has a deadline, as somebody is to do something, and now and then where
 * it has none, until it has ended. A refusal for asking too often says how long to wait, and a tab that nobody sees does not ask at all.
 */
export function usePolling(soon: number = SOON) {
  const [pollInterval, setPollInterval] = useState(soon);
  const seen = (booking: { status: string; deadline: string | null } | null | undefined, error: unknown): void => {
    const wait = error ? (failureOf(error).retryAfter ?? 0) * 1_000 : 0;
    const usual = booking?.deadline ? soon : SOME_TIME;
    const next = booking && ENDED.has(booking.status) ? NEVER : Math.max(wait, usual);
    if (next !== pollInterval) setPollInterval(next);
  };
  return { options: { pollInterval, skipPollAttempt: hidden }, seen };
}
