/* Who is logged in on this page, and the access token of a booking. Both end with the page. */
import { Cell } from "./cell";
import { mutate, Refusal } from "./wire";

export interface Session {
  email: string;
  token: string;
  refreshToken: string;
  /** From when on the token is exchanged before it is used, by this machine's clock. */
  renewAt: number;
}

interface Tokens {
  token: string;
  refreshToken: string;
  account: { email: string };
}

const GIVEN = "token refreshToken account { email } errors { code message retryAfter }";
const LOG_IN = `mutation LogIn($input: TokenAuthInput!) { tokenAuth(input: $input) { ${GIVEN} } }`;
const RENEW = `mutation Renew($input: RefreshTokenInput!) { refreshToken(input: $input) { ${GIVEN} } }`;
const LOG_OUT =
  "mutation LogOut($input: RevokeTokenInput!) { revokeToken(input: $input) { errors { code message retryAfter } } }";
/** The share of a token's life after which it is exchanged. */
const RENEWED_AFTER = 0.8;
/** What says that a refresh token is worth nothing. Whatever else goes wrong, it may be good the next time. */
const ENDED = new Set(["TOKEN_EXPIRED", "TOKEN_INVALID", "TOKEN_REUSED"]);

export const session = new Cell<Session | null>(null);
export const bookingToken = new Cell("");
/** What became of the log-in last, for the person to read. */
export const news = new Cell("");

export async function logIn(email: string, password: string): Promise<void> {
  session.set(begin(await mutate<Tokens>(LOG_IN, "tokenAuth", { email, password })));
  news.set("");
}

export async function logOut(): Promise<void> {
  const ended = session.get();
  session.set(null);
  bookingToken.set("");
  if (ended === null) return;
  try {
    await mutate(LOG_OUT, "revokeToken", { refreshToken: ended.refreshToken }, bearer(ended));
    news.set("You are logged out.");
  } catch (error) {
    news.set(`This page forgot your log-in, but the server did not end it: ${wordsOf(error)}`);
  }
}

let renewal: Promise<void> | null = null;

/** Give the headers that speak for whoever is here; a token that is about to end is exchanged first. */
export async function credentials(): Promise<Headers> {
  const current = session.get();
  // Two requests at once share one exchange: a refresh token is good once.
  if (current && Date.now() >= current.renewAt) {
    renewal ??= renew(current).finally(() => (renewal = null));
    await renewal;
  }
  const kept = session.get();
  const headers = kept ? bearer(kept) : new Headers();
  if (bookingToken.get()) headers.set("X-Booking-Token", bookingToken.get());
  return headers;
}

async function renew(current: Session): Promise<void> {
  try {
    const { refreshToken } = current;
    const renewed = begin(await mutate<Tokens>(RENEW, "refreshToken", { refreshToken }));
    if (session.get() !== current) return;
    session.set(renewed);
    news.set("");
  } catch (error) {
    if (session.get() !== current) return;
    if (!(error instanceof Refusal && ENDED.has(error.code ?? ""))) {
      news.set(`Your log-in could not be renewed, which is tried again with the next request: ${wordsOf(error)}`);
      return;
    }
    session.set(null);
    news.set(`Your log-in has ended: ${wordsOf(error)}`);
  }
}

const bearer = ({ token }: Session): Headers => new Headers({ Authorization: `Bearer ${token}` });

const begin = ({ token, refreshToken, account }: Tokens): Session => ({
  email: account.email,
  token,
  refreshToken,
  renewAt: Date.now() + lifetime(token) * RENEWED_AFTER,
});

/** Give the milliseconds that a token lasts, whatever this machine's clock says. */
function lifetime(token: string): number {
  const claims = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
  const { iat, exp } = JSON.parse(atob(claims)) as { iat: number; exp: number };
  return (exp - iat) * 1000;
}

export const wordsOf = (error: unknown): string =>
  error instanceof Refusal ? error.message : "Something went wrong on this page.";
