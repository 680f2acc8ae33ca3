/** What stands for the schema's own scalars: texts of a shape that the compiler knows. */

/** A day: `2026-12-01`. */
export type Day = `${number}-${number}-${number}`;

/** An instant as the API gives it, always in UTC: `2026-12-01T08:00:00Z`. */
export type Instant = `${Day}T${string}Z`;

/** An instant as the API takes it: with its offset from UTC. Without one it does not compile, and is refused. */
export type InstantInput = Instant | `${Day}T${string}${"+" | "-"}${number}:${number}`;

/** A decimal number as text, so that no digit is lost on the way: `60.00`. */
export type DecimalText = `${number}`;

/** Gives the instant of a Date. */
export function instant(date: Date): Instant {
  return date.toISOString() as Instant;
}

/** Writes an amount of money as people of a language read it. */
export function formatMoney(money: { amount: DecimalText; currency: string }, language: string): string {
  return new Intl.NumberFormat(language, { style: "currency", currency: money.currency }).format(Number(money.amount));
}

/** Writes an instant on the clock of a zone. */
export function formatInstant(at: Instant, timeZone: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", timeZone }).format(new Date(at));
}
