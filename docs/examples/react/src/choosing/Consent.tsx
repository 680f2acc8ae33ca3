import { useId } from "react";
import { visit } from "../visit/visit";

/** The practice's own text, and the box that the person ticks. A text that changed is asked about anew. */
export function Consent({
  practice,
  agreedTo,
}: {
  practice: { name: string; consentText: string; consentVersion: string };
  agreedTo: string | null;
}) {
  const id = useId();
  return (
    <div className="consent">
      <div id={id} className="text" tabIndex={0} role="region" aria-label={`What ${practice.name} asks you to agree to`}>
        {practice.consentText}
      </div>
      <label>
        <input
          type="checkbox"
          required
          aria-describedby={id}
          checked={agreedTo === practice.consentVersion}
          onChange={({ target }) => visit.change({ consentVersion: target.checked ? practice.consentVersion : null })}
        />{" "}
        I agree to this.
      </label>
    </div>
  );
}
