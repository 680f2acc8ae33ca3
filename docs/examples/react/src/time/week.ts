import { midnight } from "./zones";

/** The instants between which a week's sessions start: whole days of the visitor, from this moment on. */
export function instantsOf(week: number): { from: string | null; until: string } {
  return {
    from: week === 0 ? null : midnight(week * 7).toISOString(),
    until: midnight(week * 7 + 7).toISOString(),
  };
}
