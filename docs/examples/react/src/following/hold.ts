import type { Problem } from "../api/useAct";
import { visit } from "../visit/visit";

interface Opened {
  booking: { id: string; acknowledgementId: string } | null;
  accessToken: string | null;
  errors: readonly Problem[];
}

/**
 * Keep what a proof gave. A proof that was good gives the booking and its access token even where the request itself was
 * refused, the time being lost, say: then the booking is open, and the refusal says what can be done.
 */
export function hold(answer: Opened): void {
  const { booking } = answer;
  if (!answer.accessToken || !booking) return;
  const [refused] = answer.errors;
  visit.change({
    booking: {
      id: booking.id,
      acknowledgementId: booking.acknowledgementId,
      accessToken: answer.accessToken,
    },
    refusal: refused
      ? { code: refused.code, message: refused.message, suggestedSlots: refused.suggestedSlots }
      : null,
  });
}
