/* Calls to the one endpoint. Whatever goes wrong comes back in the shape of GraphQL's errors, in words. */
import { page } from "./page";

export interface Problem {
  message: string;
  extensions?: { code?: string; retryAfter?: number };
}

export interface Answer {
  data?: Record<string, unknown> | null;
  errors?: Problem[];
}

/** A rule that refused a mutation, or a request as a whole, in words for people. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly code?: string,
  ) {
    super(message);
  }
}

export const failed = (message: string): Answer => ({ errors: [{ message }] });

export async function post(parameters: object, headers: Headers): Promise<Answer> {
  headers.set("accept", "application/graphql-response+json, application/json;q=0.9");
  headers.set("content-type", "application/json");
  headers.set("X-CSRFToken", page.csrfToken);
  let response: Response;
  try {
    response = await fetch(page.endpoint, {
      method: "POST",
      credentials: "same-origin",
      headers,
      body: JSON.stringify(parameters),
    });
  } catch {
    return failed("The server cannot be reached. Look whether it runs and whether you are online, and try again.");
  }
  try {
    return (await response.json()) as Answer;
  } catch {
    return failed(`The server answered ${response.status} without saying more. Try again in a moment.`);
  }
}

interface Refused {
  message: string;
  code?: string;
  retryAfter?: number | null;
}

function inWords({ message, retryAfter }: Refused): string {
  if (!retryAfter) return message;
  return `${message} (${retryAfter < 100 ? `${retryAfter} seconds` : `${Math.ceil(retryAfter / 60)} minutes`})`;
}

const refusalOf = (refused: Refused): Refusal => new Refusal(inWords(refused), refused.code);

/** Call one mutation and give its payload. Throws Refusal in words where it was refused. */
export async function mutate<T>(
  document: string,
  mutation: string,
  input: object,
  headers = new Headers(),
): Promise<T> {
  const answer = await post({ query: document, variables: { input } }, headers);
  const problem = answer.errors?.[0];
  if (problem) throw refusalOf({ message: problem.message, ...problem.extensions });
  const payload = answer.data?.[mutation] as (T & { errors: Refused[] }) | null | undefined;
  if (!payload) throw new Refusal("The server gave no answer to that.");
  const refused = payload.errors[0];
  if (refused) throw refusalOf(refused);
  return payload;
}
