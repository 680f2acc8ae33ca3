import type { BookingMode, PaymentMode } from "../generated/graphql";

export const PLACES: Record<BookingMode, string> = { ONLINE: "Online", IN_PERSON: "In person" };
export const WAYS_TO_PAY: Record<PaymentMode, string> = { ONLINE: "Online", ON_SITE: "At the practice" };
