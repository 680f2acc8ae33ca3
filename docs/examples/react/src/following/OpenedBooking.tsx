import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { offered } from "../actions";
import { LostTime } from "../actions/LostTime";
import { failureOf } from "../api/failures";
import { BookingDocument } from "../generated/graphql";
import { StepHeading } from "../parts/StepHeading";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { useVisit } from "../visit/useVisit";
import { type HeldBooking, visit } from "../visit/visit";
import { BookingFacts } from "./BookingFacts";
import { lookupOf } from "./lookup";
import { StatusLine } from "./StatusLine";
import { Timeline } from "./Timeline";
import { useCheckedPayment } from "./useCheckedPayment";
import { usePolling } from "./usePolling";

/** The whole booking, followed by looking again, and what can be done with it: what the API says, nothing else. */
export function OpenedBooking({ booking: held }: { booking: HeldBooking }) {
  const { refusal } = useVisit();
  const polling = usePolling();
  const { data, error, refetch } = useQuery(BookingDocument, {
    variables: { by: lookupOf(held) },
    fetchPolicy: "cache-and-network",
    ...polling.options,
  });
  const booking = data?.booking ?? null;
  const isOver = error !== undefined && failureOf(error).code === "UNAUTHENTICATED";
  useEffect(() => polling.seen(booking, error));
  useEffect(() => {
    if (isOver) visit.change({ booking: { ...held, accessToken: null } });
  }, [isOver, held]);
  useCheckedPayment(booking);

  const actions = booking?.availableActions ?? [];
  const canMove = actions.some(({ mutation }) => mutation === "rescheduleBooking");
  const isLost = refusal !== null && booking?.status === "DRAFT";
  return (
    <>
      <StepHeading title={`Booking ${held.acknowledgementId}`} of={booking ? `${booking.status} ${isLost}` : ""}>
        Booking {held.acknowledgementId}
      </StepHeading>
      {!data && !error && <Waiting>Opening your booking …</Waiting>}
      {error && !isOver && failureOf(error).code !== "RATE_LIMITED" && (
        <Trouble error={error} onAgain={() => void refetch()} />
      )}
      {data && !booking && <p role="alert">This booking is not there any more.</p>}
      {booking && (
        <>
          <StatusLine {...booking} />
          {isLost && <LostTime booking={booking} refusal={refusal} canMove={canMove} />}
          <BookingFacts booking={booking} />
          {!isLost &&
            offered(actions).map(({ action, Component }) => (
              <Component key={action.mutation} booking={booking} action={action} />
            ))}
          <Timeline events={booking.timeline ?? []} />
        </>
      )}
    </>
  );
}
