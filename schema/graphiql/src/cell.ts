/* A value that the page is drawn from. It lives in this page's memory and nowhere else. */
import { useSyncExternalStore } from "react";

export class Cell<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get = (): T => this.#value;

  set(value: T): void {
    this.#value = value;
    for (const watcher of this.#watchers) watcher();
  }

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
}

export const useCell = <T>(cell: Cell<T>): T => useSyncExternalStore(cell.watch, cell.get);
