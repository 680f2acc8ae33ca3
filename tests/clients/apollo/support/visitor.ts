import { randomInt, randomUUID } from "node:crypto";
import type { ApolloClient } from "@apollo/client";

import { makeClient, type Options } from "../client/client.js";

/** Where the server is that these tests ask: `http://127.0.0.1:8000`. */
export const SERVER = required("SLOTWELL_URL");

/** One request as it left the client. */
export interface Sent {
  /** The server did not know the document by its hash: it was not executed, and came again with its text. */
  missed: boolean;
  method: string;
  url: URL;
  body: { query?: string; operationName?: string; extensions?: { persistedQuery?: { sha256Hash: string } } };
}

/** Somebody with a mailbox and a network address of their own, so that no test uses up another's limits. */
export interface Visitor {
  client: ApolloClient;
  address: string;
  sent: Sent[];
  /** The access token of their booking, once they have one; every request brings it from then on. */
  bookingToken: string | undefined;
}

export function visitor(options: Partial<Options> = {}): Visitor {
  const sent: Sent[] = [];
  const somebody: Visitor = {
    address: `client-${randomUUID().slice(0, 8)}@example.org`,
    sent,
    bookingToken: undefined,
    client: makeClient({
      url: `${SERVER}/graphql/`,
      bookingToken: () => somebody.bookingToken,
      fetch: fetchFrom(somewhere(), sent),
      ...options,
    }),
  };
  return somebody;
}

/** A fetch that comes from a network address, which the server believes its proxy, and that notes what it sends. */
export function fetchFrom(network: string, sent: Sent[] = []): typeof fetch {
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const body = typeof init?.body === "string" ? JSON.parse(init.body) : {};
    const noted = { missed: false, method: init?.method ?? "GET", url: new URL(String(input)), body };
    sent.push(noted);
    headers.set("x-forwarded-for", network);
    const answer = await fetch(input, { ...init, headers });
    noted.missed = (await answer.clone().text()).includes("PersistedQueryNotFound");
    return answer;
  };
}

/** How many operations somebody had executed. */
export function executed(somebody: Visitor): number {
  return somebody.sent.filter(({ missed }) => !missed).length;
}

/** A network address that nobody else has. */
export function somewhere(): string {
  return `10.${randomInt(256)}.${randomInt(256)}.${randomInt(1, 255)}`;
}

/** Gives a value that must be there. */
export function present<Value>(value: Value | null | undefined, what: string): Value {
  if (value === null || value === undefined) throw new Error(`There is no ${what}.`);
  return value;
}

export function required(name: string): string {
  return present(process.env[name], `environment variable ${name}`);
}
