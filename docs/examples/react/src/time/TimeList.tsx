import type { SlotPartsFragment } from "../generated/graphql";
import { HERE, dayOf, differs, offsetOf, timeOf, weekdayOf } from "./zones";

/** Open times as radio buttons, by the visitor's days: one stop of Tab, then the arrow keys. */
export function TimeList({
  slots,
  chosen,
  onChoose,
}: {
  slots: readonly SlotPartsFragment[];
  chosen: string | null;
  onChoose: (slot: SlotPartsFragment) => void;
}) {
  const days = Map.groupBy(slots, (slot) => dayOf(slot.startsAt, HERE));
  return (
    <div className="days">
      {[...days].map(([day, ofDay]) => (
        <fieldset key={day}>
          <legend>{day}</legend>
          <div className="times">
            {ofDay.map((slot) => (
              <label key={slot.id}>
                <input
                  type="radio"
                  name="time"
                  value={slot.startsAt}
                  checked={slot.id === chosen}
                  onChange={() => onChoose(slot)}
                />
                <span>
                  <TimeOf slot={slot} ofDay={ofDay} />
                </span>
              </label>
            ))}
          </div>
        </fieldset>
      ))}
    </div>
  );
}

function TimeOf({ slot, ofDay }: { slot: SlotPartsFragment; ofDay: readonly SlotPartsFragment[] }) {
  const { startsAt, timezone } = slot;
  const here = timeOf(startsAt, HERE);
  const isTwice = ofDay.filter((other) => timeOf(other.startsAt, HERE) === here).length > 1;
  return (
    <>
      <time dateTime={startsAt}>{here}</time>
      {isTwice && <small>{offsetOf(startsAt, HERE)}</small>}
      {differs(startsAt, HERE, timezone) && (
        <small>
          <span className="unseen">, at the practice </span>
          {`${weekdayOf(startsAt, timezone)} ${timeOf(startsAt, timezone)}`}
        </small>
      )}
    </>
  );
}
