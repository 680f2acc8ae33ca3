import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import type { ApolloLink } from "@apollo/client";

/**
 * Sends a document's hash, and its text only where the server does not know it yet.
 *
 * byGet: queries go by GET. Their variables then stand in the address, which proxies write into their logs: for pages
 * that show nothing of people.
 */
export function hashedDocuments(byGet: boolean): ApolloLink {
  return new PersistedQueryLink({ sha256, useGETForHashedQueries: byGet });
}

/** Gives the SHA-256 of a text in hexadecimal digits. Browsers have `crypto.subtle` on HTTPS and on localhost. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
