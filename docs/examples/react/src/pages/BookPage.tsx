import { BookingView } from "../following/BookingView";
import { ChooseService } from "../choosing/ChooseService";
import { ChooseTime } from "../choosing/ChooseTime";
import { Details } from "../choosing/Details";
import { useVisit } from "../visit/useVisit";

/** One step after the other. Which one it is follows from what the visitor holds, so it is the same in every tab. */
export function BookPage() {
  const { booking, serviceId, slot } = useVisit();
  if (booking) return <BookingView key={booking.acknowledgementId} booking={booking} />;
  if (!serviceId) return <ChooseService />;
  if (!slot) return <ChooseTime key={serviceId} serviceId={serviceId} />;
  return <Details key={slot.id} serviceId={serviceId} slot={slot} />;
}
