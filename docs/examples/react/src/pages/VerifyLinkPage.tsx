import { useAct } from "../api/useAct";
import { hold } from "../following/hold";
import { VerifyBookingDocument } from "../generated/graphql";
import { LinkPage } from "./LinkPage";

/** `/bookings/verify#token=…`: the link proves the address as the code does. */
export function VerifyLinkPage() {
  const verify = useAct(VerifyBookingDocument, "verifyBooking");

  /** A link that is good opens the booking, also where its time was lost meanwhile. */
  const prove = async (token: string): Promise<boolean> => {
    const answer = await verify.act({ proof: { token } });
    if (!answer?.accessToken || !answer.booking) return false;
    hold(answer);
    return true;
  };
  return (
    <LinkPage
      title="Confirm your request"
      explanation="Press the button, and your request goes to the practice."
      submit="Confirm my request"
      act={verify}
      onToken={prove}
    />
  );
}
