import { type FormEvent, useRef } from "react";
import { useAct } from "../api/useAct";
import { DraftBookingDocument, type SlotPartsFragment } from "../generated/graphql";
import { Choice } from "../parts/Choice";
import { Field } from "../parts/Field";
import { Problems } from "../parts/Problems";
import { StepHeading } from "../parts/StepHeading";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";
import { OtherTimes } from "../time/OtherTimes";
import { TimeShown } from "../time/TimeShown";
import { useVisit } from "../visit/useVisit";
import { visit } from "../visit/visit";
import { Consent } from "./Consent";
import { draftOf } from "./draft";
import { Gone } from "./Gone";
import { PLACES, WAYS_TO_PAY } from "./options";
import { type Service, useService } from "./useService";

const SHOWN_BY_FIELDS = ["fullName", "email", "message"];

/** Who comes, and the last look before it is asked for. */
export function Details({ serviceId, slot }: { serviceId: string; slot: SlotPartsFragment }) {
  const { service, isGone, error, refetch } = useService(serviceId);
  return (
    <section>
      <StepHeading title="Your details">Who comes?</StepHeading>
      <p className="summary">
        <strong>{service?.name}</strong>
        {slot.consultant && ` with ${slot.consultant.fullName}`}
        <TimeShown {...slot} />
      </p>
      {error && <Trouble error={error} onAgain={() => void refetch()} />}
      {isGone && <Gone />}
      {!service && !error && !isGone && <Waiting>Asking what the practice needs to know …</Waiting>}
      {service && <DetailsForm service={service} slot={slot} onNewText={() => void refetch()} />}
    </section>
  );
}

function DetailsForm({
  service,
  slot,
  onNewText,
}: {
  service: Service;
  slot: SlotPartsFragment;
  onNewText: () => void;
}) {
  const typed = useVisit();
  const draft = useAct(DraftBookingDocument, "draftBooking", { once: true });
  const form = useRef<HTMLFormElement>(null);
  const { problems } = draft;

  useFocusOnRefusal(form, draft);

  const send = async (event: FormEvent) => {
    event.preventDefault();
    const answer = await draft.act(draftOf(visit.get(), service, slot));
    if (answer?.booking) {
      const { id, acknowledgementId } = answer.booking;
      visit.change({ booking: { id, acknowledgementId, accessToken: null }, refusal: null });
    } else if (answer?.errors.some(({ code }) => code === "CONSENT_REQUIRED")) {
      visit.change({ consentVersion: null });
      onNewText();
    }
  };
  const suggested = problems.flatMap((problem) => problem.suggestedSlots);
  return (
    <form ref={form} onSubmit={(event) => void send(event)}>
      <fieldset disabled={draft.busy} className="bare">
        <Problems problems={problems} failure={draft.failure} fields={SHOWN_BY_FIELDS} />
        {suggested.length > 0 && <OtherTimes slots={suggested} onTake={(other) => visit.change({ slot: other })} />}
        <Field label="Your name" name="fullName" value={typed.fullName} problems={problems} required maxLength={200}
          autoComplete="name" onChange={(fullName) => visit.change({ fullName })} />
        <Field label="Your e-mail address" name="email" type="email" value={typed.email} problems={problems} required
          hint="We send a code there, to see that it is yours." autoComplete="email"
          onChange={(email) => visit.change({ email })} />
        <Field label="A message to the practice (if you like)" name="message" value={typed.message}
          problems={problems} maxLength={2000} autoComplete="off" onChange={(message) => visit.change({ message })} />
        {service.locationKind === "EITHER" && (
          <Choice legend="Where" name="mode" of={PLACES} value={typed.mode ?? "ONLINE"}
            onChange={(mode) => visit.change({ mode })} />
        )}
        {service.paymentPolicy === "EITHER" && (
          <Choice legend="How to pay" name="paymentMode" of={WAYS_TO_PAY} value={typed.paymentMode ?? "ONLINE"}
            onChange={(paymentMode) => visit.change({ paymentMode })} />
        )}
        <Consent practice={service.business} agreedTo={typed.consentVersion} />
        <div className="buttons">
          <button>Ask for this time</button>
          <button type="button" className="plain" onClick={() => visit.change({ slot: null })}>
            Choose another time
          </button>
        </div>
      </fieldset>
      {draft.busy && <Waiting>Sending …</Waiting>}
    </form>
  );
}
