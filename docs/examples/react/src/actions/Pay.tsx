import { useRef, useState } from "react";
import { useAct } from "../api/useAct";
import { StartPaymentDocument } from "../generated/graphql";
import { Problems } from "../parts/Problems";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";
import { moneyInWords } from "../words";
import type { ActionProps } from ".";

const isWebAddress = (url: string): boolean => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);

/** `startPayment`: the provider's page takes the money, and leads back to the booking. */
export function Pay({ booking }: ActionProps) {
  const start = useAct(StartPaymentDocument, "startPayment", { once: true });
  const [isOdd, setIsOdd] = useState(false);
  const panel = useRef<HTMLDivElement>(null);
  useFocusOnRefusal(panel, start);
  const pay = async () => {
    const answer = await start.act({ bookingId: booking.id, returnUrl: `${window.location.origin}/bookings/status` });
    const url = answer?.payment?.checkoutUrl;
    setIsOdd(Boolean(url && !isWebAddress(url)));
    if (url && isWebAddress(url)) window.location.assign(url);
  };
  return (
    <div className="panel" ref={panel}>
      <Problems problems={start.problems} failure={start.failure} />
      {isOdd && <p role="alert">The payment page has an address that can not be opened. Please ask the practice.</p>}
      <button type="button" disabled={start.busy} onClick={() => void pay()}>
        Pay {booking.dueOnline ? moneyInWords(booking.dueOnline) : ""}
      </button>
      {start.busy && <Waiting>Opening the payment page …</Waiting>}
    </div>
  );
}
