import { type ReactNode, useEffect, useRef } from "react";

let isFirst = true;

/**
 * The heading of a step. Where a step takes another's place the focus moves here, so that it is read and Tab goes on.
 *
 * of: what the step is about as it stands now. Where that changes and takes the focused element away, a button that is
 * not offered any more say, the focus comes here too.
 */
export function StepHeading({ children, title, of = "" }: { children: ReactNode; title: string; of?: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = title;
    if (!isFirst) heading.current?.focus();
    isFirst = false;
  }, [title]);
  const before = useRef(of);
  useEffect(() => {
    const hasChanged = before.current !== "" && before.current !== of;
    before.current = of;
    if (hasChanged && document.activeElement === document.body) heading.current?.focus({ preventScroll: true });
  }, [of]);
  return (
    <h1 ref={heading} tabIndex={-1}>
      {children}
    </h1>
  );
}
