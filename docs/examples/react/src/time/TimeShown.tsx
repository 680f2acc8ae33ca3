import { HERE, cityOf, dayOf, differs, offsetOf, timeOf } from "./zones";

/** A session's time on the visitor's clock, and on the practice's where that shows something else. */
export function TimeShown({ startsAt, endsAt, timezone }: { startsAt: string; endsAt: string; timezone: string }) {
  return (
    <span className="time-shown">
      <time dateTime={startsAt}>
        {dayOf(startsAt, HERE)}, {timeOf(startsAt, HERE)}–{timeOf(endsAt, HERE)}
      </time>{" "}
      <small>
        your time, {cityOf(HERE)} ({offsetOf(startsAt, HERE)})
      </small>
      {differs(startsAt, HERE, timezone) && (
        <span className="there">
          At the practice: {dayOf(startsAt, timezone)}, {timeOf(startsAt, timezone)}–{timeOf(endsAt, timezone)}{" "}
          <small>
            {cityOf(timezone)} ({offsetOf(startsAt, timezone)})
          </small>
        </span>
      )}
    </span>
  );
}
