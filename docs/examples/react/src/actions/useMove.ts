import { useAct } from "../api/useAct";
import { RescheduleBookingDocument } from "../generated/graphql";
import { visit } from "../visit/visit";

/** `rescheduleBooking` with the token that the visit holds. A move that went through ends an earlier refusal. */
export function useMove(bookingId: string) {
  const { act, ...tried } = useAct(RescheduleBookingDocument, "rescheduleBooking");
  const move = async (startsAt: string): Promise<boolean> => {
    const answer = await act({ bookingId, startsAt });
    if (!answer?.booking) return false;
    visit.change({ refusal: null });
    return true;
  };
  return { move, ...tried };
}
