import { useSyncExternalStore } from "react";
import { type Visit, visit } from "./visit";

/** What the visitor holds, as it changes here or in another tab. */
export function useVisit(): Visit {
  return useSyncExternalStore(visit.subscribe, visit.get);
}
