import { useRef, useState } from "react";
import type { SlotPartsFragment } from "../generated/graphql";
import { Problems } from "../parts/Problems";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";
import { ZoneNote } from "../time/ZoneNote";
import { OtherTimes } from "../time/OtherTimes";
import type { ActionProps } from ".";
import { Disclosure } from "./Disclosure";
import { TimesToMove } from "./TimesToMove";
import { useMove } from "./useMove";

/** `rescheduleBooking`: the same session at another time. */
export function Move({ booking }: ActionProps) {
  return (
    <Disclosure label="Move to another time">
      {(close) => <MoveForm booking={booking} onDone={close} />}
    </Disclosure>
  );
}

function MoveForm({ booking, onDone }: { booking: ActionProps["booking"]; onDone: () => void }) {
  const { move, ...tried } = useMove(booking.id);
  const [slot, setSlot] = useState<SlotPartsFragment | null>(null);
  const form = useRef<HTMLFormElement>(null);
  useFocusOnRefusal(form, tried);
  const to = async (startsAt: string) => {
    if (await move(startsAt)) onDone();
  };
  const suggested = tried.problems.flatMap(({ suggestedSlots }) => suggestedSlots);
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        if (slot) void to(slot.startsAt);
      }}
    >
      <Problems problems={tried.problems} failure={tried.failure} />
      {suggested.length > 0 ? (
        <OtherTimes slots={suggested} onTake={({ startsAt }) => void to(startsAt)} />
      ) : (
        <>
          <ZoneNote practice={booking.timezone ?? booking.business?.timezone ?? "UTC"} />
          <TimesToMove by={{ id: booking.id }} chosen={slot?.id ?? null} onChoose={setSlot} />
          <button disabled={!slot || tried.busy}>Move it there</button>
        </>
      )}
      {tried.busy && <Waiting>Sending …</Waiting>}
    </form>
  );
}
