import { useState } from "react";
import { Field } from "../parts/Field";
import { StepHeading } from "../parts/StepHeading";
import { visit } from "../visit/visit";

/** Takes the id of a booking, as it stands in every mail about it. */
export function FindBooking() {
  const [id, setId] = useState("");
  return (
    <section>
      <StepHeading title="Find a booking">Which booking?</StepHeading>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          visit.change({ booking: { id: null, acknowledgementId: id.trim(), accessToken: null }, refusal: null });
        }}
      >
        <Field label="Its id" name="acknowledgementId" value={id} onChange={setId} required maxLength={32}
          hint="It stands in every mail about it, such as MS-7K2Q9D." autoComplete="off" />
        <button>Look it up</button>
      </form>
    </section>
  );
}
