import type { BookingPartsFragment } from "../generated/graphql";
import { HERE, shortDayOf, timeOf } from "../time/zones";
import { actorInWords, moveInWords } from "../words";

/** What happened so far, oldest first. */
export function Timeline({ events }: { events: NonNullable<BookingPartsFragment["timeline"]> }) {
  if (events.length === 0) return null;
  return (
    <section aria-label="What happened so far">
      <h2>So far</h2>
      <ol className="timeline">
        {events.map(({ move, actorKind, at }) => (
          <li key={`${move} ${at}`}>
            <strong>{moveInWords(move)}</strong> {actorInWords(actorKind)}{" "}
            <time dateTime={at}>
              {shortDayOf(at, HERE)}, {timeOf(at, HERE)}
            </time>
          </li>
        ))}
      </ol>
    </section>
  );
}
