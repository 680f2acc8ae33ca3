/** The one client of the API: cache, headers, and what happens when no answer comes. */

import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from "@apollo/client";
import { RetryLink } from "@apollo/client/link/retry";
import { relayStylePagination } from "@apollo/client/utilities";
import { tap } from "rxjs";
import { API_URL } from "../settings";
import { visit } from "../visit/visit";
import { connection } from "./connection";
import { isUnanswered } from "./failures";

/** Operations on the one booking that an access token opens. No other is sent the token. */
const OPENED = new Set([
  "Booking",
  "TimesToMove",
  "StartPayment",
  "ConfirmPayment",
  "RescheduleBooking",
  "CancelBooking",
]);

const withToken = new ApolloLink((operation, forward) => {
  const token = visit.get().booking?.accessToken;
  if (token && OPENED.has(operation.operationName ?? "")) {
    operation.setContext({ headers: { "X-Booking-Token": token } });
  }
  return forward(operation);
});

/**
 * A call without an answer is sent again, the same to the letter: what creates or pays carries an idempotency key, so
 * the server does it once, also where it had done it and only the answer was lost.
 */
const again = new RetryLink({
  delay: () => 0,
  attempts: async (tries, _operation, failure) => {
    if (!isUnanswered(failure)) return false;
    await connection.mayTryAgain(tries);
    return true;
  },
});

const answers = new ApolloLink((operation, forward) => forward(operation).pipe(tap(() => connection.found())));

export function makeClient(): ApolloClient {
  return new ApolloClient({
    link: ApolloLink.from([again, withToken, answers, new HttpLink({ uri: API_URL })]),
    cache: new InMemoryCache({
      typePolicies: {
        Query: {
          fields: {
            services: relayStylePagination(["businessId"]),
            openSlots: relayStylePagination(["serviceId", "consultantId", "from", "until"]),
          },
        },
        Booking: { fields: { openSlots: relayStylePagination(["from", "until"]) } },
      },
    }),
  });
}
