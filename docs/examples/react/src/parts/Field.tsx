import { type InputHTMLAttributes, useId } from "react";
import type { Problem } from "../api/useAct";

interface Given extends Omit<InputHTMLAttributes<HTMLInputElement>, "name" | "onChange" | "id"> {
  label: string;
  /** The name of the input of the API that this fills: what is refused about it is shown here. */
  name: string;
  value: string;
  onChange: (value: string) => void;
  problems?: readonly Problem[];
  hint?: string;
}

/** A labelled input that shows what is refused about it. */
export function Field({ label, name, value, onChange, problems = [], hint, ...others }: Given) {
  const id = useId();
  const wrong = problems.filter((problem) => problem.field?.[0] === name);
  return (
    <p className="field">
      <label htmlFor={id}>{label}</label>
      {hint && <small id={`${id}-hint`}>{hint}</small>}
      <input
        {...others}
        id={id}
        name={name}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={wrong.length > 0}
        aria-describedby={[hint && `${id}-hint`, wrong.length && `${id}-wrong`].filter(Boolean).join(" ") || undefined}
      />
      {wrong.length > 0 && (
        <span id={`${id}-wrong`} className="wrong" role="alert">
          {wrong.map((problem) => problem.message).join(" ")}
        </span>
      )}
    </p>
  );
}
