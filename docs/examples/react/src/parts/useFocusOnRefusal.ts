import { type RefObject, useEffect } from "react";
import type { Failure } from "../api/failures";
import type { Problem } from "../api/useAct";

/** Move the focus to the first field that was refused, or else to the words that say why. */
export function useFocusOnRefusal(
  form: RefObject<HTMLElement | null>,
  { problems, failure }: { problems: readonly Problem[]; failure: Failure | null },
): void {
  useEffect(() => {
    if (!problems.length && !failure) return;
    const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    (wrong ?? form.current?.querySelector<HTMLElement>(".problem"))?.focus();
  }, [form, problems, failure]);
}
