import { useQuery } from "@apollo/client/react";
import { useEffect } from "react";
import { failureOf } from "../api/failures";
import { BookingStatusDocument } from "../generated/graphql";
import { StepHeading } from "../parts/StepHeading";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { ProveAddress } from "../actions/ProveAddress";
import type { HeldBooking } from "../visit/visit";
import { OpenByCode } from "./OpenByCode";
import { StatusLine } from "./StatusLine";
import { usePolling } from "./usePolling";

/** Without a token ten look-ups a minute are let through for everybody behind one address. */
const EVERY = 15_000;

/** What anybody may know of a booking by its id: where it stands. To see more takes a proof. */
export function ClosedBooking({ booking }: { booking: HeldBooking }) {
  const { acknowledgementId } = booking;
  const polling = usePolling(EVERY);
  const { data, error, refetch } = useQuery(BookingStatusDocument, {
    variables: { acknowledgementId },
    fetchPolicy: "cache-and-network",
    ...polling.options,
  });
  const found = data?.bookingStatus;
  const isDraft = found?.status === "DRAFT";
  useEffect(() => polling.seen(found, error));
  return (
    <>
      <StepHeading key={String(isDraft)} title={`Booking ${acknowledgementId}`}>
        {isDraft ? "Is this your address?" : `Booking ${acknowledgementId}`}
      </StepHeading>
      {found && <StatusLine {...found} />}
      {error && failureOf(error).code !== "RATE_LIMITED" && <Trouble error={error} onAgain={() => void refetch()} />}
      {!data && !error && <Waiting>Looking for your booking …</Waiting>}
      {data && !found && <p role="alert">There is no booking with the id {acknowledgementId}.</p>}
      {isDraft && <ProveAddress booking={booking} />}
      {found && !isDraft && <OpenByCode acknowledgementId={acknowledgementId} />}
    </>
  );
}
