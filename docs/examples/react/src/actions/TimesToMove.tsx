import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { type BookingLookup, type SlotPartsFragment, TimesToMoveDocument } from "../generated/graphql";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { TimeList } from "../time/TimeList";
import { WeekBar } from "../time/WeekBar";
import { instantsOf } from "../time/week";

/** The practice takes bookings sixty days ahead unless it says otherwise; a week without open times says so itself. */
const LAST_WEEK = 8;

/** The times to which a booking can be moved: its own counts as free. */
export function TimesToMove({
  by,
  chosen,
  onChoose,
}: {
  by: BookingLookup;
  chosen: string | null;
  onChoose: (slot: SlotPartsFragment) => void;
}) {
  const [week, setWeek] = useState(0);
  const { data, error, loading, refetch, fetchMore } = useQuery(TimesToMoveDocument, {
    variables: { by, ...instantsOf(week) },
    fetchPolicy: "cache-and-network",
  });
  const slots = data?.booking?.openSlots;
  return (
    <div>
      <WeekBar week={week} last={LAST_WEEK} onChange={setWeek} />
      {error && <Trouble error={error} onAgain={() => void refetch()} />}
      {!data && !error && <Waiting>Asking for open times …</Waiting>}
      {data && !slots && <p role="status">It can not be moved any more.</p>}
      {slots && slots.edges.length === 0 && !loading && <p role="status">No time is open in these days.</p>}
      {slots && <TimeList slots={slots.edges.map(({ node }) => node)} chosen={chosen} onChoose={onChoose} />}
      {slots?.pageInfo.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={loading}
          onClick={() => void fetchMore({ variables: { after: slots.pageInfo.endCursor } })}
        >
          More times
        </button>
      )}
    </div>
  );
}
