/* What somebody wrote, and the ids of their booking, last as long as their tab. Headers, tokens, passwords and codes are
   not kept at all. */
import type { Storage } from "@graphiql/toolkit";
import { emptied } from "./known";
import { bookingToken, session } from "./session";

const HEADERS = "graphiql:headers";
/** What earlier answers told. It alone holds ids; what somebody wrote holds their names. */
export const KNOWN = "slotwell:known";
/** Of what GraphiQL stores, these are JSON and hold headers by that name. */
const STRUCTURED = new Set(["graphiql:tabState", "graphiql:queries", "graphiql:favorites"]);
const NAMED = String.raw`(?<!\w)"?(?:\w*[pP]assword|\w*[tT]oken|code|answer|\w*[sS]ecret|secretKey)"?`;
/** What stands behind the name: a value, perhaps half typed, or a variable's type and its default. CAPITALS are no secret. */
const SECRET = new RegExp(
  String.raw`(${NAMED}\s*:\s*(?:\w+!?\s*=\s*)?)(?:"""[\s\S]*?(?:"""|$)|"(?![A-Z_]+")(?:[^"\\\n]|\\.)*"?)`,
  "g",
);

function withoutTokens(text: string): string {
  const secrets = [session.get()?.token, session.get()?.refreshToken, bookingToken.get()];
  return secrets.reduce<string>((rest, each) => (each ? rest.replaceAll(each, "") : rest), text);
}

const harmless = (text: string): string => emptied(withoutTokens(text)).replace(SECRET, '$1""');

const withoutSecrets = (json: string): string =>
  JSON.stringify(JSON.parse(json), (name, part: unknown) => {
    if (name === "headers") return null;
    return typeof part === "string" ? harmless(part) : part;
  });

const withoutCode = (json: string): string =>
  JSON.stringify(JSON.parse(withoutTokens(json)), (name, part: unknown) => (name === "CODE" ? undefined : part));

function kept(name: string, value: string): string {
  if (name === KNOWN) return withoutCode(value);
  return STRUCTURED.has(name) ? withoutSecrets(value) : harmless(value);
}

export const storage: Storage = {
  getItem: (name) => sessionStorage.getItem(name),
  setItem: (name, value) => {
    if (name === HEADERS) return;
    sessionStorage.setItem(name, kept(name, value));
  },
  removeItem: (name) => sessionStorage.removeItem(name),
  clear: () => sessionStorage.clear(),
  get length() {
    return sessionStorage.length;
  },
};
