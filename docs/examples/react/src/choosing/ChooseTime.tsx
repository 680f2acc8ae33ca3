import { useState } from "react";
import type { SlotPartsFragment } from "../generated/graphql";
import { StepHeading } from "../parts/StepHeading";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { ZoneNote } from "../time/ZoneNote";
import { useVisit } from "../visit/useVisit";
import { visit } from "../visit/visit";
import { ChoosePerson } from "./ChoosePerson";
import { Gone } from "./Gone";
import { OpenTimes } from "./OpenTimes";
import { useService } from "./useService";

/** With whom, and when. */
export function ChooseTime({ serviceId }: { serviceId: string }) {
  const { consultantId } = useVisit();
  const { service, isGone, error, refetch } = useService(serviceId);
  const [slot, setSlot] = useState<SlotPartsFragment | null>(null);
  const withWhom = (id: string | null) => {
    setSlot(null);
    visit.change({ consultantId: id });
  };
  return (
    <section>
      <StepHeading title="Choose a time">{service ? `${service.name}: when?` : "When?"}</StepHeading>
      {error && <Trouble error={error} onAgain={() => void refetch()} />}
      {isGone && <Gone />}
      {!service && !error && !isGone && <Waiting>Asking for open times …</Waiting>}
      {service && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (slot) visit.change({ slot });
          }}
        >
          <ChoosePerson people={service.consultants} chosen={consultantId} onChoose={withWhom} />
          <ZoneNote practice={service.business.timezone} />
          <OpenTimes service={service} consultantId={consultantId} chosen={slot?.id ?? null} onChoose={setSlot} />
          <div className="buttons">
            <button disabled={!slot}>Continue</button>
            <button type="button" className="plain" onClick={() => visit.change({ serviceId: null })}>
              Choose something else
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
