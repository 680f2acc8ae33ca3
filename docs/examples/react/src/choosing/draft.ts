import type { DraftBookingInput, SlotPartsFragment } from "../generated/graphql";
import { HERE } from "../time/zones";
import type { Visit } from "../visit/visit";
import type { Service } from "./useService";

/** Give what is asked for. It is the same for the same visit, so that the same key goes with it. */
export function draftOf(typed: Visit, service: Service, slot: SlotPartsFragment): DraftBookingInput {
  return {
    slotId: slot.id,
    fullName: typed.fullName,
    email: typed.email,
    message: typed.message,
    consent: typed.consentVersion !== null,
    consentVersion: typed.consentVersion,
    timezone: HERE,
    mode: service.locationKind === "EITHER" ? (typed.mode ?? "ONLINE") : null,
    paymentMode: service.paymentPolicy === "EITHER" ? (typed.paymentMode ?? "ONLINE") : null,
  };
}
