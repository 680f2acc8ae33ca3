import { HERE, midnight, shortDayOf } from "./zones";

/** Which seven days are looked at, counted from today on the visitor's calendar. */
export function WeekBar({ week, last, onChange }: { week: number; last: number; onChange: (week: number) => void }) {
  const shown = (days: number) => shortDayOf(midnight(days).toISOString(), HERE);
  return (
    <div className="week">
      <button type="button" className="plain" onClick={() => onChange(week - 1)} disabled={week === 0}>
        Earlier
      </button>
      <span role="status">
        {shown(week * 7)} – {shown(week * 7 + 6)}
      </span>
      <button type="button" className="plain" onClick={() => onChange(week + 1)} disabled={week >= last}>
        Later
      </button>
    </div>
  );
}
