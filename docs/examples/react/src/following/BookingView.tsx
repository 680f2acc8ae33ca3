import { go } from "../route";
import { visit, type HeldBooking } from "../visit/visit";
import { ClosedBooking } from "./ClosedBooking";
import { OpenedBooking } from "./OpenedBooking";

/** A booking, as far as the visitor may see it: whole with an access token, else its status alone. */
export function BookingView({ booking }: { booking: HeldBooking }) {
  const startOver = () => {
    visit.startOver();
    go("/");
  };
  return (
    <section>
      {booking.accessToken ? <OpenedBooking booking={booking} /> : <ClosedBooking booking={booking} />}
      <button type="button" className="plain" onClick={startOver}>
        Book something else
      </button>
    </section>
  );
}
