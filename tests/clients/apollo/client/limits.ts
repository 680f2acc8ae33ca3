import { ApolloLink, Observable } from "@apollo/client";
import { mergeMap, of, timer } from "rxjs";

/**
 * Where the API refuses because somebody asks too often, it says after how many seconds another try makes sense. A wait
 * that a person hardly notices is waited for; a longer one is theirs to know of, and so is one that a form was refused
 * with (the payload error `RATE_LIMITED`): that comes back as an answer.
 */
export function waitWhereLimited(patienceSeconds: number, tries = 3): ApolloLink {
  return new ApolloLink((operation, forward) => {
    const attempt = (left: number): Observable<ApolloLink.Result> =>
      forward(operation).pipe(
        mergeMap((result) => {
          const seconds = secondsToWait(result);
          if (left <= 1 || seconds === undefined || seconds > patienceSeconds) return of(result);
          return timer(seconds * 1000).pipe(mergeMap(() => attempt(left - 1)));
        }),
      );
    return attempt(tries);
  });
}

function secondsToWait(result: ApolloLink.Result): number | undefined {
  const refusal = result.errors?.find((error) => error.extensions?.["code"] === "RATE_LIMITED");
  return refusal?.extensions?.["retryAfter"] as number | undefined;
}
