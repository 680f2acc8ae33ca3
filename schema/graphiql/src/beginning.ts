/* What the editor begins with: an operation from the address, else what this tab was left with, else the steps. */
import { STEPS } from "./steps";
import { storage } from "./storage";

interface Written {
  query: string | null;
  variables: string | null;
}

interface Beginning {
  defaultTabs: { query: string; variables: string }[];
  initialQuery?: string;
  initialVariables?: string;
}

const address = new URLSearchParams(window.location.search);
/** Whether the page begins with an operation that somebody else may have written. */
export const comesWithAddress = address.get("query") !== null;

export function beginning(): Beginning {
  const steps = STEPS.map(({ query, variables }) => ({ query, variables }));
  const query = address.get("query");
  if (query !== null) {
    const own = { query, variables: address.get("variables") ?? "" };
    return { defaultTabs: [own, ...steps], ...begunWith(own) };
  }
  return { defaultTabs: steps, ...begunWith(left() ?? steps[0]) };
}

const begunWith = (tab: Written | undefined) => ({
  ...(tab?.query ? { initialQuery: tab.query } : {}),
  ...(tab?.variables ? { initialVariables: tab.variables } : {}),
});

/** Give the tab that was open when this page was left. GraphiQL restores it only if it begins with its very text. */
function left(): Written | undefined {
  const stored = storage.getItem("graphiql:tabState");
  if (stored === null) return undefined;
  const { tabs, activeTabIndex } = JSON.parse(stored) as { tabs: Written[]; activeTabIndex: number };
  return tabs[activeTabIndex];
}
