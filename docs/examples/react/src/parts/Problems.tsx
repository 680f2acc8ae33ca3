import type { Failure } from "../api/failures";
import type { Problem } from "../api/useAct";
import { Countdown } from "./Countdown";

/**
 * Why nothing was done, in the API's own words.
 *
 * fields: names of inputs that show what stands against them themselves, so that it is not said twice.
 */
export function Problems({
  problems,
  failure = null,
  fields = [],
}: {
  problems: readonly Problem[];
  failure?: Failure | null;
  fields?: readonly string[];
}) {
  const shown = problems.filter((problem) => !fields.includes(problem.field?.[0] ?? ""));
  if (!shown.length && !failure) return null;
  return (
    <div role="alert" className="problem" tabIndex={-1}>
      {shown.map((problem) => (
        <p key={`${problem.code} ${problem.field?.join(".")}`}>
          {problem.message} <Countdown since={problem} seconds={problem.retryAfter} />
        </p>
      ))}
      {failure && (
        <p>
          {failure.message} <Countdown since={failure} seconds={failure.retryAfter} />
          {failure.requestId && <small> Tell us this number if it stays: {failure.requestId}</small>}
        </p>
      )}
    </div>
  );
}
