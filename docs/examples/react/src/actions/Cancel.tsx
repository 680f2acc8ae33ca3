import { useState } from "react";
import { useAct } from "../api/useAct";
import { CodeForm } from "../following/CodeForm";
import { CancelBookingDocument, RequestCancellationDocument } from "../generated/graphql";
import { Field } from "../parts/Field";
import { Problems } from "../parts/Problems";
import { moneyInWords } from "../words";
import type { ActionProps } from ".";
import { Disclosure } from "./Disclosure";

/** `cancelBooking`: it takes a fresh proof, so that an open page alone cancels nothing. */
export function Cancel({ booking, action }: ActionProps) {
  return (
    <Disclosure label="Cancel this booking">
      {() => (
        <>
          {action.refund && <p>You would get back {moneyInWords(action.refund)}.</p>}
          <CancelForm acknowledgementId={booking.acknowledgementId} />
        </>
      )}
    </Disclosure>
  );
}

function CancelForm({ acknowledgementId }: { acknowledgementId: string }) {
  const request = useAct(RequestCancellationDocument, "requestCancellation");
  const cancel = useAct(CancelBookingDocument, "cancelBooking", { once: true });
  const [reason, setReason] = useState("");
  const [isSent, setIsSent] = useState(false);
  const ask = async () => {
    const answer = await request.act({ acknowledgementId });
    setIsSent(answer !== null && answer.errors.length === 0);
  };
  const end = async (code: string) => {
    await cancel.act({ proof: { code: { acknowledgementId, code } }, reason });
  };
  return (
    <>
      <Field label="Why (if you like)" name="reason" value={reason} onChange={setReason} maxLength={2000} />
      <Problems problems={request.problems} failure={request.failure} />
      {isSent ? (
        <CodeForm act={cancel} submit="Cancel it now" onCode={end} focus />
      ) : (
        <button type="button" disabled={request.busy} onClick={() => void ask()}>
          Send me a code to cancel with
        </button>
      )}
    </>
  );
}
