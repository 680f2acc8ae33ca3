import { type FormEvent, type ReactNode, useRef } from "react";
import type { Failure } from "../api/failures";
import type { Problem } from "../api/useAct";
import { Problems } from "../parts/Problems";
import { StepHeading } from "../parts/StepHeading";
import { Waiting } from "../parts/Waiting";
import { useFocusOnRefusal } from "../parts/useFocusOnRefusal";
import { go, useMailedToken } from "../route";

/**
 * Where a mailed link leads. Opening it does nothing, as scanners of mail open links too: a button does.
 *
 * onToken: sends the token; gives whether to go on to the booking.
 */
export function LinkPage({
  title,
  explanation,
  submit,
  act,
  onToken,
  children,
}: {
  title: string;
  explanation: string;
  submit: string;
  act: { busy: boolean; problems: readonly Problem[]; failure: Failure | null };
  onToken: (token: string) => Promise<boolean>;
  children?: ReactNode;
}) {
  const form = useRef<HTMLFormElement>(null);
  const token = useMailedToken();
  useFocusOnRefusal(form, act);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (token && (await onToken(token))) go("/bookings/status");
  };
  return (
    <section>
      <StepHeading title={title}>{title}</StepHeading>
      {token ? (
        <form ref={form} onSubmit={(event) => void send(event)}>
          <Problems problems={act.problems} failure={act.failure} />
          <p>{explanation}</p>
          {children}
          <button disabled={act.busy}>{submit}</button>
          {act.busy && <Waiting>Sending …</Waiting>}
        </form>
      ) : (
        <p>Please open the link in the mail once more, or type the code from it.</p>
      )}
      <p>
        <a href="/bookings/status">Go to the booking</a>
      </p>
    </section>
  );
}
