/**
 * What this visitor chose, typed and holds: kept in the tab's sessionStorage, and told to the page's other tabs.
 *
 * So a page that is loaded anew goes on where it was, and two tabs are one visit: the newest change counts in both.
 */

import type { BookingMode, PaymentMode, SlotPartsFragment } from "../generated/graphql";

export interface HeldBooking {
  /** The booking's id; null while only its acknowledgement id is known. */
  id: string | null;
  acknowledgementId: string;
  /** What opens it for half an hour; null before the mailbox is proven, and afterwards. */
  accessToken: string | null;
}

/** Why a proven request did not go through, and what the practice offers instead. */
export interface Refusal {
  code: string;
  message: string;
  suggestedSlots: readonly SlotPartsFragment[];
}

export interface Visit {
  serviceId: string | null;
  consultantId: string | null;
  slot: SlotPartsFragment | null;
  fullName: string;
  email: string;
  message: string;
  mode: BookingMode | null;
  paymentMode: PaymentMode | null;
  /** The version of the text that was agreed to; null before. */
  consentVersion: string | null;
  booking: HeldBooking | null;
  refusal: Refusal | null;
  /** Idempotency keys of acts that were not answered yet, with the input that each is for. */
  keys: Record<string, { key: string; input: string }>;
  /** The key of the next act. All tabs know it before, so that two that act in the same moment send the same. */
  nextKey: string;
  changedAt: number;
}

type Told = { kind: "hello" } | { kind: "visit"; visit: Visit };

const STORED = "slotwell-visit";
const NEW: Visit = {
  serviceId: null,
  consultantId: null,
  slot: null,
  fullName: "",
  email: "",
  message: "",
  mode: null,
  paymentMode: null,
  consentVersion: null,
  booking: null,
  refusal: null,
  keys: {},
  nextKey: "",
  changedAt: 0,
};

function stored(): Visit {
  const fresh = { ...NEW, nextKey: crypto.randomUUID() };
  try {
    return { ...fresh, ...(JSON.parse(sessionStorage.getItem(STORED) ?? "{}") as Partial<Visit>) };
  } catch {
    return fresh;
  }
}

let current = stored();
const listeners = new Set<() => void>();
const tabs = new BroadcastChannel(STORED);

function keep(next: Visit): void {
  current = next;
  sessionStorage.setItem(STORED, JSON.stringify(next));
  for (const listener of listeners) listener();
}

function say(told: Told): void {
  tabs.postMessage(told);
}

tabs.onmessage = ({ data }: MessageEvent<Told>) => {
  if (data.kind === "hello" && current.changedAt > 0) say({ kind: "visit", visit: current });
  if (data.kind === "visit" && data.visit.changedAt > current.changedAt) keep(data.visit);
};
say({ kind: "hello" });

export const visit = {
  get: (): Visit => current,
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  change(what: Partial<Visit>): void {
    keep({ ...current, ...what, changedAt: Math.max(Date.now(), current.changedAt + 1) });
    say({ kind: "visit", visit: current });
  },
  /** Begin anew; name and address stay, consent is asked again. */
  startOver(): void {
    const { fullName, email } = current;
    visit.change({ ...NEW, nextKey: crypto.randomUUID(), fullName, email });
  },
  /** Give the key of this act with this input: the same until it is answered, a new one for another input. */
  keyFor(act: string, input: object): string {
    const written = JSON.stringify(input);
    const known = current.keys[act];
    if (known?.input === written) return known.key;
    const key = current.nextKey;
    visit.change({ keys: { ...current.keys, [act]: { key, input: written } }, nextKey: crypto.randomUUID() });
    return key;
  },
  forgetKey(act: string): void {
    const { [act]: _answered, ...keys } = current.keys;
    visit.change({ keys });
  },
};
