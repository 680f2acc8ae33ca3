import { BookingView } from "../following/BookingView";
import { FindBooking } from "../following/FindBooking";
import { useVisit } from "../visit/useVisit";
import { visit } from "../visit/visit";

/** An acknowledgement id as the API reads it: no matter in which case, and what looks like 0 or 1 is that. */
const readId = (text: string): string => text.replaceAll(/\s/g, "").toUpperCase().replaceAll("O", "0").replaceAll(/[IL]/g, "1");

/**
 * `/bookings/status`, where mails and payment pages lead: the booking that is held, or else the one `?id=` names. An
 * address alone takes no booking away from the other tabs: where it names another, a button does.
 */
export function StatusPage() {
  const { booking } = useVisit();
  const named = new URLSearchParams(window.location.search).get("id");
  const unopened = named ? { id: null, acknowledgementId: named, accessToken: null } : null;
  const isOther = booking && named && readId(booking.acknowledgementId) !== readId(named);
  const shown = booking ?? unopened;
  return (
    <>
      {isOther && (
        <div className="panel">
          <p>
            This link is about booking {named}. You have booking {booking.acknowledgementId} open.
          </p>
          <button type="button" onClick={() => visit.change({ booking: unopened, refusal: null })}>
            Show {named} instead
          </button>
        </div>
      )}
      {shown ? <BookingView key={shown.acknowledgementId} booking={shown} /> : <FindBooking />}
    </>
  );
}
