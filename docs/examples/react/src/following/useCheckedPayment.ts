import { useEffect, useRef } from "react";
import { useAct } from "../api/useAct";
import { type BookingPartsFragment, ConfirmPaymentDocument } from "../generated/graphql";

/**
 * Whoever comes here with a payment open may come from paying: have the provider asked. Without an idempotency key, as
 * with the key of an ask whose answer was lost the API would give what it said then, and the provider would not be asked.
 */
export function useCheckedPayment(booking: BookingPartsFragment | null): void {
  const { act } = useAct(ConfirmPaymentDocument, "confirmPayment");
  const first = useRef<string | null | undefined>(undefined);
  const open = booking?.payments?.find(({ checkoutUrl }) => checkoutUrl)?.id ?? null;
  const bookingId = booking?.id;
  useEffect(() => {
    if (!bookingId || first.current !== undefined) return;
    first.current = open;
    if (open) void act({ bookingId });
  }, [act, bookingId, open]);
}
