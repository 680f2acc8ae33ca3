import { useNow } from "../time/useNow";
import { HERE, dayOf, shortDayOf, timeOf } from "../time/zones";

/** Until when the present status lasts, on the visitor's clock. */
export function Deadline({ at }: { at: string }) {
  const now = useNow(10_000);
  const minutes = Math.ceil((Date.parse(at) - now) / 60_000);
  if (minutes <= 0) return <p className="deadline">The time for this is over. Looking what became of it …</p>;
  const today = dayOf(at, HERE) === dayOf(new Date(now).toISOString(), HERE);
  return (
    <p className="deadline">
      Until{" "}
      <time dateTime={at}>
        {today ? "" : `${shortDayOf(at, HERE)}, `}
        {timeOf(at, HERE)}
      </time>
      {minutes < 120 && ` – in ${minutes} min`}
    </p>
  );
}
