/* What earlier answers told. The worked operations name it in CAPITALS, and their variables fill themselves. */
import { Cell } from "./cell";

export const NAMES = [
  "SERVICE_ID",
  "SLOT_ID",
  "BOOKING_ID",
  "ACKNOWLEDGEMENT_ID",
  "CODE",
  "CLIENT_EMAIL",
] as const;
export type Name = (typeof NAMES)[number];

/** Every value that a name had on this page, the newest last: an older one gives way to it. */
export const known = new Cell<Partial<Record<Name, readonly string[]>>>({});

export function learn(name: Name, value: string): void {
  const before = known.get()[name] ?? [];
  known.set({ ...known.get(), [name]: [...before.filter((each) => each !== value), value] });
}

/** Let a name stand for nothing again, until something new is learnt. */
export const forget = (name: Name): void => learn(name, name);

export function valueOf(name: Name): string {
  const newest = known.get()[name]?.at(-1) ?? name;
  return newest === name ? "" : newest;
}

/** Put what is known in place of names and of older values. */
export const filled = (text: string): string => exchanged(text, (name) => valueOf(name) || name);

/** Put the names back in place of every value: of what is written, names are kept beyond the page. */
export const emptied = (text: string): string => exchanged(text, (name) => name);

function exchanged(text: string, by: (name: Name) => string): string {
  return NAMES.reduce((rest, name) => {
    const values = [name, ...(known.get()[name] ?? [])].map((each) => each.replace(/[^\w]/g, "\\$&"));
    return rest.replace(new RegExp(`(?<!\\w)(?:${values.join("|")})(?![\\w=])`, "g"), by(name));
  }, text);
}
