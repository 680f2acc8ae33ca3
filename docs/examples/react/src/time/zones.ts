/** Instants on wall clocks. The API gives UTC; the visitor reads their own, and the practice's where it differs. */

const LOCALE = "en-GB";

/** The zone of this browser. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

const DAY: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long", year: "numeric" };
const SHORT_DAY: Intl.DateTimeFormatOptions = { weekday: "short", day: "numeric", month: "short" };
const TIME: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };

function written(instant: string, timeZone: string, how: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LOCALE, { ...how, timeZone }).format(new Date(instant));
}

/** `Monday 30 November 2026`. */
export const dayOf = (instant: string, zone: string): string => written(instant, zone, DAY);

/** `Mon 30 Nov`. */
export const shortDayOf = (instant: string, zone: string): string => written(instant, zone, SHORT_DAY);

/** `Mon`. */
export const weekdayOf = (instant: string, zone: string): string => written(instant, zone, { weekday: "short" });

/** `09:00`. */
export const timeOf = (instant: string, zone: string): string => written(instant, zone, TIME);

/** Whether the clocks of two zones differ at this instant, whatever they are called. */
export function differs(instant: string, zone: string, other: string): boolean {
  return timeOf(instant, zone) !== timeOf(instant, other) || dayOf(instant, zone) !== dayOf(instant, other);
}

/** `Europe/Warsaw` as people read it: `Warsaw`. */
export const cityOf = (zone: string): string => zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;

/** The offset at this instant, `GMT+1`: it tells apart the two 02:30s of an autumn night. */
export function offsetOf(instant: string, zone: string): string {
  const parts = new Intl.DateTimeFormat(LOCALE, { timeZone: zone, timeZoneName: "shortOffset" });
  return parts.formatToParts(new Date(instant)).find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Midnight on this browser's clock, so many days after today; a day with a changed clock is a day like others. */
export function midnight(daysAhead: number, now: Date = new Date()): Date {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + daysAhead);
}
