import { useMemo } from "react";
import { useNow } from "../time/useNow";

/** Seconds that are left of so many, counted from when `since` became what it is. */
export function useCountdown(since: unknown, seconds: number | null): number {
  const now = useNow(1_000);
  const begun = useMemo(() => Date.now(), [since]);
  return seconds ? Math.max(0, Math.ceil((begun + seconds * 1_000 - now) / 1_000)) : 0;
}
