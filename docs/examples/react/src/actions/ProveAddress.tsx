import { useApolloClient } from "@apollo/client/react";
import { useState } from "react";
import { useAct } from "../api/useAct";
import { CodeForm } from "../following/CodeForm";
import { hold } from "../following/hold";
import { ResendVerificationDocument, VerifyBookingDocument } from "../generated/graphql";
import { Problems } from "../parts/Problems";
import { useCountdown } from "../parts/useCountdown";
import { useVisit } from "../visit/useVisit";

/** A mailbox gets one code in a minute. */
const PAUSE = 60;

/** `verifyBooking`: the code from the mail proves the address, and the request goes to the practice. */
export function ProveAddress({ booking }: { booking: { acknowledgementId: string } }) {
  const { acknowledgementId } = booking;
  const { email } = useVisit();
  const client = useApolloClient();
  const verify = useAct(VerifyBookingDocument, "verifyBooking");
  const resend = useAct(ResendVerificationDocument, "resendVerification");
  const [sent, setSent] = useState({ again: false });
  const left = useCountdown(sent, PAUSE);

  const prove = async (code: string) => {
    const answer = await verify.act({ proof: { code: { acknowledgementId, code } } });
    if (answer) hold(answer);
    // A code is good once. If only the answer to it was lost, the booking or its status knows more than the refusal.
    if (answer?.errors.length) await client.refetchQueries({ include: "active" });
  };
  const sendAgain = async () => {
    const answer = await resend.act({ acknowledgementId });
    if (answer && !answer.errors.length) setSent({ again: true });
  };
  return (
    <div className="panel">
      <p>
        We sent six digits to {email ? <strong>{email}</strong> : "your mailbox"}. Type them here, or open the link in
        the same mail. Your request goes to the practice then.
      </p>
      <CodeForm act={verify} submit="Prove my address" onCode={prove} />
      <Problems problems={resend.problems} failure={resend.failure} />
      <button type="button" className="plain" disabled={left > 0 || resend.busy} onClick={() => void sendAgain()}>
        {left > 0 ? `A new code can be sent in ${left} s` : "Send a new code"}
      </button>
      <p role="status">{sent.again && left > 0 && "A new code is on its way. The older one is not good any more."}</p>
    </div>
  );
}
