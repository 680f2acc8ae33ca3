import { useCountdown } from "./useCountdown";

/** Says when another try makes sense; `since` is the refusal that said so. Seconds are not read aloud one by one. */
export function Countdown({ since, seconds }: { since: unknown; seconds: number | null }) {
  const left = useCountdown(since, seconds);
  if (!seconds) return null;
  if (left === 0) return <span>You can try again now.</span>;
  return <span aria-live="off">Try again in {left < 90 ? `${left} s` : `${Math.ceil(left / 60)} minutes`}.</span>;
}
