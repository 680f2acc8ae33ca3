import { RetryLink } from "@apollo/client/link/retry";
import { ServerError } from "@apollo/client/errors";
import { OperationTypeNode } from "graphql";
import type { ApolloLink } from "@apollo/client";

/** Sends again what a lost connection left open, if that cannot do anything twice. */
export function repeatWhatIsSafe(): RetryLink {
  return new RetryLink({
    attempts: (count, operation, error) => count <= 4 && isLost(error) && isSafe(operation),
    delay: (count) => 200 * 2 ** count * (0.5 + Math.random() / 2),
  });
}

/** No answer came, or a proxy's instead of ours. What the caller aborted is not lost. */
function isLost(error: unknown): boolean {
  if (ServerError.is(error)) return [502, 503, 504].includes(error.statusCode);
  return error instanceof TypeError;
}

/** Queries change nothing; a mutation with an idempotency key does it once, however often it is sent. */
function isSafe(operation: ApolloLink.Operation): boolean {
  return operation.operationType === OperationTypeNode.QUERY || Boolean(operation.variables["input"]?.idempotencyKey);
}
