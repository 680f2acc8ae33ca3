/* Sends what the editor holds, in the name of whoever is logged in here. */
import { Kind, parse } from "graphql";
import type { FetcherOpts, FetcherParams } from "@graphiql/toolkit";
import { read, refuse } from "./answers";
import { bookingToken, credentials, news, session } from "./session";
import { lackOf } from "./steps";
import { failed, post, type Answer } from "./wire";

export async function send(parameters: FetcherParams, options?: FetcherOpts): Promise<object> {
  const operationName = operationOf(parameters);
  const lack = lackOf(parameters.query, parameters.variables);
  if (lack !== undefined) {
    refuse(operationName ?? "", lack);
    return failed(`Request not sent. ${lack}`);
  }
  const headers = await credentials();
  for (const [name, value] of Object.entries((options?.headers ?? {}) as Record<string, string>)) {
    headers.set(name, value); // what somebody wrote under Headers goes before ours
  }
  const answer = await post({ ...parameters, operationName }, headers);
  read(operationName ?? "", answer);
  advise(answer);
  return answer;
}

/** Give which operation is meant: for a moment after a change of tabs, GraphiQL still names that of the other tab. */
function operationOf({ query, operationName }: FetcherParams): string | undefined {
  const named = operationName ?? undefined;
  try {
    const operations = parse(query).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const names = operations.map((each) => ("name" in each ? each.name?.value : undefined));
    return names.length === 1 ? names[0] : named;
  } catch {
    return named; // the server says what is wrong with it
  }
}

/** Say what to do about a token that the server does not take. */
function advise(answer: Answer): void {
  if (answer.errors?.[0]?.extensions?.code !== "UNAUTHENTICATED") return;
  const remedies = [
    session.get() && "log out and in again",
    bookingToken.get() && "empty the booking's access token, or prove the mailbox anew",
  ].filter(Boolean);
  if (remedies.length) news.set(`The server did not take what was sent with that: ${remedies.join("; or ")}.`);
}
