const PATIENCE_MS = 60_000;
const LOOK_EVERY_MS = 100;

/** Looks again and again until there is something; fails with what was waited for. */
export async function waitFor<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Waited in vain for ${what}.`);
}

/** Waits for a condition to hold. */
export async function waitUntil(what: string, holds: () => boolean): Promise<void> {
  await waitFor(what, async () => (holds() ? true : undefined));
}
