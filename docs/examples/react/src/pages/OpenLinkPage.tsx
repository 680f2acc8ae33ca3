import { useAct } from "../api/useAct";
import { hold } from "../following/hold";
import { GrantBookingAccessDocument } from "../generated/graphql";
import { LinkPage } from "./LinkPage";

/** `/bookings/open#token=…` and `/bookings/pay#token=…`: the link opens the booking. */
export function OpenLinkPage() {
  const grant = useAct(GrantBookingAccessDocument, "grantBookingAccess");
  const open = async (token: string) => {
    const answer = await grant.act({ proof: { token } });
    if (answer) hold(answer);
    return Boolean(answer?.accessToken);
  };
  return (
    <LinkPage
      title="Open your booking"
      explanation="The button shows your booking."
      submit="Open my booking"
      act={grant}
      onToken={open}
    />
  );
}
