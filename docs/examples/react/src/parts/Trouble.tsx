import { failureOf } from "../api/failures";
import { useCountdown } from "./useCountdown";

/** What could not be read, and the way to ask for it again. */
export function Trouble({ error, onAgain }: { error: unknown; onAgain: () => void }) {
  const failure = failureOf(error);
  const left = useCountdown(error, failure.retryAfter);
  return (
    <div role="alert" className="problem">
      <p>{failure.message}</p>
      <button type="button" onClick={onAgain} disabled={left > 0}>
        {left > 0 ? `Try again in ${left} s` : "Try again"}
      </button>
    </div>
  );
}
