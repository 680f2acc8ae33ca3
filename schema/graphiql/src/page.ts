/* What the server wrote into the page: where things are, and who is signed in by a cookie. */
const root = document.getElementById("graphiql");
if (root === null) throw new Error("The page has no place for GraphiQL.");

const told = (name: string): string => root.dataset[name] ?? "";

export const page = {
  root,
  endpoint: window.location.pathname,
  csrfToken: document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "",
  /** Who is signed in by the admin's cookie; empty for nobody. */
  signedIn: told("signedIn"),
  /** The development mailbox; empty outside development. */
  mailbox: told("mailbox"),
  worker: (name: "editor" | "graphql" | "json"): string => told(`${name}Worker`),
};
