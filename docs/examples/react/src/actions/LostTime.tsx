import { useRef, useState } from "react";
import type { BookingPartsFragment, SlotPartsFragment } from "../generated/graphql";
import { Problems } from "../parts/Problems";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";
import { OtherTimes } from "../time/OtherTimes";
import type { Refusal } from "../visit/visit";
import { TimesToMove } from "./TimesToMove";
import { useMove } from "./useMove";

/**
 * The address is proven, and the request was refused all the same: mostly somebody else was faster. The draft stays
 * with its name and address, and moves to another time; a code for that comes by mail.
 */
export function LostTime({
  booking,
  refusal,
  canMove,
}: {
  booking: BookingPartsFragment;
  refusal: Refusal;
  canMove: boolean;
}) {
  const { move, ...tried } = useMove(booking.id);
  const [slot, setSlot] = useState<SlotPartsFragment | null>(null);
  const panel = useRef<HTMLDivElement>(null);
  useFocusOnRefusal(panel, tried);
  const isTime = refusal.code === "SLOT_UNAVAILABLE" && canMove;
  const suggested = tried.problems.length
    ? tried.problems.flatMap(({ suggestedSlots }) => suggestedSlots)
    : refusal.suggestedSlots;
  return (
    <div className="panel lost-time" ref={panel}>
      <p role="alert">
        {refusal.message}
        {isTime && " Your name and address are kept: choose another time, and we mail you a new code."}
      </p>
      <Problems problems={tried.problems} failure={tried.failure} />
      {isTime && suggested.length > 0 && (
        <OtherTimes slots={suggested} onTake={({ startsAt }) => void move(startsAt)} />
      )}
      {isTime && suggested.length === 0 && (
        <>
          <TimesToMove by={{ id: booking.id }} chosen={slot?.id ?? null} onChoose={setSlot} />
          <button type="button" disabled={!slot || tried.busy} onClick={() => slot && void move(slot.startsAt)}>
            Take this time
          </button>
        </>
      )}
      {tried.busy && <Waiting>Sending …</Waiting>}
    </div>
  );
}
