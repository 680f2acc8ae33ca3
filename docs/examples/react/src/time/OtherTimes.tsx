import { useState } from "react";
import type { SlotPartsFragment } from "../generated/graphql";
import { TimeList } from "./TimeList";

/** The next open times that came with a refusal. */
export function OtherTimes({
  slots,
  onTake,
}: {
  slots: readonly SlotPartsFragment[];
  onTake: (slot: SlotPartsFragment) => void;
}) {
  const [chosen, setChosen] = useState<SlotPartsFragment | null>(null);
  return (
    <div className="other-times">
      <h2>Open instead</h2>
      <TimeList slots={slots} chosen={chosen?.id ?? null} onChoose={setChosen} />
      <button type="button" disabled={!chosen} onClick={() => chosen && onTake(chosen)}>
        Take this time
      </button>
    </div>
  );
}
