/* The line above the editor that leads through a first booking, one tab after the other. */
import { useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import { useEffect, useState } from "react";
import { checkoutUrl, outcomes } from "./answers";
import { comesWithAddress } from "./beginning";
import { useCell } from "./cell";
import { filled, forget, known, learn, valueOf } from "./known";
import { page } from "./page";
import { session } from "./session";
import { placeOf, STEPS, type Step } from "./steps";

const CODE_DIGITS = 6;
const DEMO_STAFF = "With the demo's practices: staff@demo.example, password slotwell-demo.";

export function Guide() {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]);
  // The tab that the page begins with is the address's, whatever its text: its variables are not the step's.
  const [brought] = useState(comesWithAddress ? tab?.id : undefined);
  const isBrought = tab !== undefined && tab.id === brought;
  const place = isBrought ? -1 : placeOf(tab?.query ?? "");
  const open = useOpenStep(brought);
  useFilledVariables(place >= 0);
  useTabInSight(tab?.title);
  const { run } = useGraphiQLActions();
  const isRunning = useGraphiQL((state) => state.isFetching);
  const step = STEPS[place];
  if (!step) {
    return (
      <section className="guide" aria-label="A first booking">
        {isBrought && (
          <p className="warning">
            This operation came with the address that you opened: read it before you run it.
          </p>
        )}
        <button type="button" onClick={() => open(STEPS[0])}>
          A first booking, step by step
        </button>
      </section>
    );
  }
  return (
    <section className="guide" aria-label="A first booking">
      <div className="words">
        <h2>
          <span>
            {place + 1} of {STEPS.length}
          </span>{" "}
          {step.title}
        </h2>
        <p>{step.hint}</p>
        <Brought step={step} />
        <Said operation={step.operation} />
      </div>
      <nav aria-label="Steps">
        <button type="button" disabled={place === 0} onClick={() => open(STEPS[place - 1])}>
          Back
        </button>
        <button type="button" className="run" disabled={isRunning} onClick={run}>
          Run
        </button>
        <button type="button" disabled={place === STEPS.length - 1} onClick={() => open(STEPS[place + 1])}>
          Next
        </button>
      </nav>
    </section>
  );
}

function Said({ operation }: { operation: string }) {
  const outcome = useCell(outcomes)[operation];
  return (
    <p className={outcome?.isRefused ? "problem" : "outcome"} role="status">
      {outcome?.text}
    </p>
  );
}

function Brought({ step }: { step: Step }) {
  const address = useCell(checkoutUrl);
  const current = useCell(session);
  if (step.needs === "code") return <Code />;
  if (step.needs === "payment" && address) {
    return (
      <p className="brought">
        <Elsewhere to={address}>Open the payment page</Elsewhere>
      </p>
    );
  }
  if (step.needs === "staff" && !current && page.mailbox) return <p className="brought">{DEMO_STAFF}</p>;
  return null;
}

/** Takes the code from a mail. Until it is whole it stays here: fewer digits are found in any text. */
function Code() {
  const [begun, setBegun] = useState("");
  useCell(known);
  const take = (typed: string) => {
    const digits = typed.replace(/\D/g, "").slice(0, CODE_DIGITS);
    const isWhole = digits.length === CODE_DIGITS;
    setBegun(isWhole ? "" : digits);
    if (isWhole) learn("CODE", digits);
    else forget("CODE");
  };
  return (
    <p className="brought">
      <label>
        Code{" "}
        <input
          className="code"
          value={valueOf("CODE") || begun}
          onChange={({ target }) => take(target.value)}
          inputMode="numeric"
          autoComplete="off"
        />
      </label>
      {page.mailbox && <Elsewhere to={page.mailbox}>Open the mailbox</Elsewhere>}
    </p>
  );
}

function Elsewhere({ to, children }: { to: string; children: string }) {
  return (
    <a href={to} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}

/** Go to a step's tab, never to the one that was brought; one that was closed or rewritten is opened anew. */
function useOpenStep(brought: string | undefined): (step: Step | undefined) => void {
  const { addTab, changeTab } = useGraphiQLActions();
  const tabs = useGraphiQL((state) => state.tabs);
  const query = useGraphiQL((state) => state.queryEditor);
  const variables = useGraphiQL((state) => state.variableEditor);
  return (step) => {
    if (!step) return;
    const place = tabs.findIndex(({ id, query }) => id !== brought && STEPS[placeOf(query ?? "")] === step);
    if (place >= 0) return changeTab(place);
    addTab();
    query?.setValue(step.query);
    variables?.setValue(filled(step.variables));
  };
}

/** Put what is known into the variables of the tab that is open, where it is a step's. */
function useFilledVariables(isStep: boolean): void {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]?.id);
  const editor = useGraphiQL((state) => state.variableEditor);
  const told = useCell(known);
  useEffect(() => {
    const before = editor?.getValue() ?? "";
    if (isStep && filled(before) !== before) editor?.setValue(filled(before));
  }, [tab, editor, told, isStep]);
}

/** Scroll the row of tabs, and nothing else, to the one that is open. */
function useTabInSight(title: string | undefined): void {
  useEffect(() => {
    const tab = document.querySelector<HTMLElement>(".graphiql-tab-active");
    tab?.parentElement?.scrollTo({ left: tab.offsetLeft - tab.parentElement.offsetLeft });
  }, [title]);
}
