/* Keeps what is known for as long as the tab, that a booking goes on when the page is loaded anew. */
import { known, learn, NAMES, valueOf, type Name } from "./known";
import { KNOWN, storage } from "./storage";

const stored = JSON.parse(storage.getItem(KNOWN) ?? "{}") as Partial<Record<Name, string>>;
for (const name of NAMES) {
  const value = stored[name];
  if (value) learn(name, value);
}

known.watch(() => {
  const values = NAMES.map((name) => [name, valueOf(name)]);
  storage.setItem(KNOWN, JSON.stringify(Object.fromEntries(values)));
});
