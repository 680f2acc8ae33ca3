/** Addresses of this page, without a router: a path, and what a mailed link brings in its fragment. */

import { useSyncExternalStore } from "react";

const CHANGED = "slotwell-route";

function subscribe(listener: () => void): () => void {
  window.addEventListener("popstate", listener);
  window.addEventListener(CHANGED, listener);
  return () => {
    window.removeEventListener("popstate", listener);
    window.removeEventListener(CHANGED, listener);
  };
}

/** The path, without a slash at its end. */
export const useRoute = (): string =>
  useSyncExternalStore(subscribe, () => window.location.pathname.replace(/(?<=.)\/$/, ""));

/** Show another page. */
export function go(path: string): void {
  window.history.pushState(null, "", path);
  window.dispatchEvent(new Event(CHANGED));
}

/**
 * The token of a mailed link, `#token=…`. It is taken out of the address at once: what stays in the address stays in
 * the browser's history.
 */
let mailed: string | null = null;

function takeToken(): void {
  const token = new URLSearchParams(window.location.hash.slice(1)).get("token");
  if (!token) return;
  mailed = token;
  window.history.replaceState(null, "", window.location.pathname + window.location.search);
  window.dispatchEvent(new Event(CHANGED));
}

// Where this path is open already, another link to it changes the fragment alone and loads nothing.
window.addEventListener("hashchange", takeToken);
takeToken();

/** The token of the newest mailed link that was opened in this tab; null where none was. */
export const useMailedToken = (): string | null => useSyncExternalStore(subscribe, () => mailed);
