/** Whether the API answers. Calls that got no answer wait here, and go out again by themselves. */

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

let lost = false;
const listeners = new Set<() => void>();

function tell(isLost: boolean): void {
  if (lost === isLost) return;
  lost = isLost;
  for (const listener of listeners) listener();
}

export const connection = {
  isLost: (): boolean => lost,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  /** An answer came, whatever it says. */
  found: (): void => tell(false),
  /** No answer came to this many tries: wait until another makes sense. */
  async mayTryAgain(tries: number): Promise<void> {
    tell(true);
    const wait = navigator.onLine ? Math.min(FIRST_WAIT * 2 ** (tries - 1), LONGEST_WAIT) : LONGEST_WAIT;
    await new Promise<void>((go) => {
      const timer = setTimeout(done, wait);
      function done(): void {
        clearTimeout(timer);
        window.removeEventListener("online", done);
        go();
      }
      window.addEventListener("online", done);
    });
  },
};

window.addEventListener("offline", () => tell(true));
window.addEventListener("online", () => tell(false));
