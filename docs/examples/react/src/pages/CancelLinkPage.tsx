import { useState } from "react";
import { useAct } from "../api/useAct";
import { CancelBookingDocument } from "../generated/graphql";
import { Field } from "../parts/Field";
import { visit } from "../visit/visit";
import { LinkPage } from "./LinkPage";

/** `/bookings/cancel#token=…`: the link proves that its reader may cancel, and the button does it. */
export function CancelLinkPage() {
  const cancel = useAct(CancelBookingDocument, "cancelBooking", { once: true });
  const [reason, setReason] = useState("");
  const end = async (token: string) => {
    const answer = await cancel.act({ proof: { token }, reason });
    if (!answer?.booking) return false;
    const { id, acknowledgementId } = answer.booking;
    const held = visit.get().booking;
    const accessToken = held?.acknowledgementId === acknowledgementId ? held.accessToken : null;
    visit.change({ booking: { id, acknowledgementId, accessToken }, refusal: null });
    return true;
  };
  return (
    <LinkPage
      title="Cancel your booking"
      explanation="Press the button, and your booking is cancelled."
      submit="Cancel my booking"
      act={cancel}
      onToken={end}
    >
      <Field label="Why (if you like)" name="reason" value={reason} onChange={setReason} maxLength={2000} />
    </LinkPage>
  );
}
