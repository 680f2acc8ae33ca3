import { useQuery } from "@apollo/client/react";
import { useState } from "react";
import { OpenSlotsDocument, type SlotPartsFragment } from "../generated/graphql";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { TimeList } from "../time/TimeList";
import { WeekBar } from "../time/WeekBar";
import { instantsOf } from "../time/week";
import type { Service } from "./useService";

/** The open times of a service, a week at a time. */
export function OpenTimes({
  service,
  consultantId,
  chosen,
  onChoose,
}: {
  service: Service;
  consultantId: string | null;
  chosen: string | null;
  onChoose: (slot: SlotPartsFragment) => void;
}) {
  const [week, setWeek] = useState(0);
  const { data, error, loading, refetch, fetchMore } = useQuery(OpenSlotsDocument, {
    variables: { serviceId: service.id, consultantId, ...instantsOf(week) },
    fetchPolicy: "cache-and-network",
  });
  const slots = data?.openSlots;
  return (
    <div>
      <WeekBar week={week} last={Math.floor(service.horizonDays / 7)} onChange={setWeek} />
      {error && <Trouble error={error} onAgain={() => void refetch()} />}
      {!slots && !error && <Waiting>Asking for open times …</Waiting>}
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
