import { ApolloClient, ApolloLink, HttpLink } from "@apollo/client";
import { SetContextLink } from "@apollo/client/link/context";

import { makeCache } from "./cache.js";
import { waitWhereLimited } from "./limits.js";
import { hashedDocuments } from "./persisted.js";
import { repeatWhatIsSafe } from "./retries.js";
import { signedIn, type Session } from "./session.js";

export interface Options {
  /** The address of the API: `https://booking.example.org/graphql/`. */
  url: string;
  /** Whoever is logged in, if accounts are used. */
  session?: Session;
  /** Gives the access token of the booking that is open, as long as there is one. */
  bookingToken?: () => string | undefined;
  /** How many seconds to wait by itself where the API says that it is asked too often. */
  patienceSeconds?: number;
  /** Whether queries go by GET, with their variables in the address. */
  queriesByGet?: boolean;
  fetch?: typeof fetch;
}

/** Makes the client that a page keeps for as long as it is open. */
export function makeClient(options: Options): ApolloClient {
  const { url, session, bookingToken, patienceSeconds = 10, queriesByGet = false, fetch } = options;
  const open = new SetContextLink(({ headers }) => {
    const token = bookingToken?.();
    return token ? { headers: { ...headers, "x-booking-token": token } } : {};
  });
  return new ApolloClient({
    cache: makeCache(),
    link: ApolloLink.from([
      waitWhereLimited(patienceSeconds),
      repeatWhatIsSafe(),
      ...(session ? [signedIn(session)] : []),
      open,
      hashedDocuments(queriesByGet),
      new HttpLink({ uri: url, ...(fetch ? { fetch } : {}) }),
    ]),
  });
}
