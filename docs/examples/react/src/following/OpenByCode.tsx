import { useState } from "react";
import { useAct } from "../api/useAct";
import { GrantBookingAccessDocument, RequestBookingAccessDocument } from "../generated/graphql";
import { Problems } from "../parts/Problems";
import { CodeForm } from "./CodeForm";
import { hold } from "./hold";

/** The way back into a booking whose access token is over: a code to the mailbox that booked it. */
export function OpenByCode({ acknowledgementId }: { acknowledgementId: string }) {
  const request = useAct(RequestBookingAccessDocument, "requestBookingAccess");
  const grant = useAct(GrantBookingAccessDocument, "grantBookingAccess");
  const [isSent, setIsSent] = useState(false);
  const ask = async () => {
    const answer = await request.act({ acknowledgementId });
    setIsSent(answer !== null && answer.errors.length === 0);
  };
  const open = async (code: string) => {
    const answer = await grant.act({ proof: { code: { acknowledgementId, code } } });
    if (answer) hold(answer);
  };
  return (
    <div className="panel">
      <p>To see all of it, or to change something, open it with a code from the mailbox that booked it.</p>
      <Problems problems={request.problems} failure={request.failure} />
      {isSent ? (
        <CodeForm act={grant} submit="Open my booking" onCode={open} focus />
      ) : (
        <button type="button" disabled={request.busy} onClick={() => void ask()}>
          Send me a code
        </button>
      )}
    </div>
  );
}
