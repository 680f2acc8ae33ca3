import { visit } from "../visit/visit";

/** What was chosen is not offered any more. */
export function Gone() {
  return (
    <div role="alert">
      <p>This is not offered any more.</p>
      <button type="button" onClick={() => visit.change({ serviceId: null, slot: null })}>
        Choose something else
      </button>
    </div>
  );
}
