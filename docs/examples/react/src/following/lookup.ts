import type { BookingLookup } from "../generated/graphql";
import type { HeldBooking } from "../visit/visit";

/** How a held booking is found: by its id, its token being in the header, or else by both in the input. */
export function lookupOf({ id, acknowledgementId, accessToken }: HeldBooking): BookingLookup {
  return id ? { id } : { acknowledgement: { acknowledgementId, accessToken: accessToken ?? "" } };
}
