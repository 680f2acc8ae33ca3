import { ApolloClient, ApolloLink, InMemoryCache } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";
import { ErrorLink } from "@apollo/client/link/error";
import { from, mergeMap, of, throwError } from "rxjs";

import { RefreshTokenDocument } from "../generated/graphql.js";
import { detailsOf } from "./errors.js";

/** What a log-in gives. */
export interface Tokens {
  token: string;
  refreshToken: string;
}

/** Where the tokens are kept, the same place for all tabs. */
export interface TokenStore {
  read(): Tokens | null;
  write(tokens: Tokens | null): void;
}

/** What says that a refresh token is worth nothing. Whatever else goes wrong, it may be good the next time. */
const ENDED: readonly (string | undefined)[] = ["TOKEN_EXPIRED", "TOKEN_INVALID", "TOKEN_REUSED"];

const LOOK_EVERY_MS = 50;
const LOOKS = 100;

/** An account that is logged in. However many requests find its token too old, it is exchanged once. */
export class Session {
  #renewing: Promise<boolean> | undefined;
  readonly #client: ApolloClient;

  /** link: leads to the API without any token; to refresh needs none. */
  constructor(
    readonly store: TokenStore,
    link: ApolloLink,
  ) {
    this.#client = new ApolloClient({ cache: new InMemoryCache(), link });
  }

  /** Gets a newer token than the one that was refused; says whether there is one. */
  renew(refused: string): Promise<boolean> {
    const tokens = this.store.read();
    if (!tokens) return Promise.resolve(false);
    if (tokens.token !== refused) return Promise.resolve(true); // somebody was faster
    this.#renewing ??= this.#exchange(tokens).finally(() => {
      this.#renewing = undefined;
    });
    return this.#renewing;
  }

  async #exchange({ refreshToken }: Tokens): Promise<boolean> {
    const { data } = await this.#client.mutate({
      mutation: RefreshTokenDocument,
      variables: { input: { refreshToken } },
      fetchPolicy: "no-cache",
    });
    const renewed = data?.refreshToken;
    if (renewed?.token && renewed.refreshToken) {
      this.store.write({ token: renewed.token, refreshToken: renewed.refreshToken });
      return true;
    }
    const refusal = renewed?.errors[0]?.code;
    if (refusal === "TOKEN_ROTATED") return this.#takeOver(refreshToken);
    if (ENDED.includes(refusal)) this.store.write(null);
    return false; // RATE_LIMITED, for one, is over in a while: the tokens stay for then
  }

  /** Another tab has just exchanged the same refresh token: use what it got. */
  async #takeOver(spent: string): Promise<boolean> {
    for (let look = 0; look < LOOKS; look += 1) {
      const tokens = this.store.read();
      if (tokens?.refreshToken !== spent) return tokens !== null;
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
    return false;
  }
}

/** Signs requests for an account, and sends those again that were refused for a token that is too old. */
export function signedIn(session: Session): ApolloLink {
  const renew = new ErrorLink(({ error, result, operation, forward }) => {
    const sent = operation.getContext()["token"] as string | undefined;
    if (!sent || detailsOf(error)?.code !== "UNAUTHENTICATED") return undefined;
    return from(session.renew(sent)).pipe(
      mergeMap((renewed) => (renewed ? forward(operation) : result ? of(result) : throwError(() => error))),
    );
  });
  const sign = new SetContextLink(({ headers }) => {
    const token = session.store.read()?.token;
    return token ? { token, headers: { ...headers, authorization: `Bearer ${token}` } } : {};
  });
  return ApolloLink.from([renew, sign]);
}
