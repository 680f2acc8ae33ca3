import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Failure } from "../api/failures";
import type { Problem } from "../api/useAct";
import { Field } from "../parts/Field";
import { Problems } from "../parts/Problems";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";

interface Tried {
  busy: boolean;
  problems: readonly Problem[];
  failure: Failure | null;
}

/** Takes the six digits from a mail. focus: whether it appears because somebody asked for it. */
export function CodeForm({
  act,
  submit,
  onCode,
  focus = false,
}: {
  act: Tried;
  submit: string;
  onCode: (code: string) => Promise<void>;
  focus?: boolean;
}) {
  const [code, setCode] = useState("");
  const form = useRef<HTMLFormElement>(null);
  useFocusOnRefusal(form, act);
  useEffect(() => {
    if (focus) form.current?.querySelector("input")?.focus();
  }, [focus]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    void onCode(code.replaceAll(" ", ""));
  };
  return (
    <form ref={form} onSubmit={send}>
      <Problems problems={act.problems} failure={act.failure} />
      <Field
        label="The six digits from the mail"
        name="code"
        value={code}
        onChange={setCode}
        required
        inputMode="numeric"
        pattern="[0-9 ]{6,9}"
        title="Six digits"
        maxLength={9}
        autoComplete="one-time-code"
      />
      <button disabled={act.busy}>{submit}</button>
      {act.busy && <Waiting>Sending …</Waiting>}
    </form>
  );
}
