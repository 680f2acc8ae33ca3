/** One mutation, as a page does it: once, with its refusals in hand. */

import type { TypedDocumentNode } from "@apollo/client";
import { useApolloClient } from "@apollo/client/react";
import { useCallback, useRef, useState } from "react";
import type { ProblemPartsFragment } from "../generated/graphql";
import { visit } from "../visit/visit";
import { type Failure, failureOf } from "./failures";

export type Problem = ProblemPartsFragment;

interface Payload {
  errors: readonly Problem[];
}

export interface Act<Input, Answer> {
  /** Do it; gives the payload, refused or not, and null where there is none. A second press meanwhile does nothing. */
  act: (input: Input) => Promise<Answer | null>;
  busy: boolean;
  /** Why the last try was refused. */
  problems: readonly Problem[];
  /** What was wrong with the last try as a whole. */
  failure: Failure | null;
}

/**
 * name: of the mutation, which is the payload's in the answer. once: whether its input takes an `idempotencyKey`. The
 * key stays with the visit until an answer comes, so that another tab, or this page loaded anew, sends the same.
 */
export function useAct<Name extends string, Answer extends Payload, Input extends object>(
  document: TypedDocumentNode<Record<Name, Answer | null>, { input: Input }>,
  name: Name,
  { once = false }: { once?: boolean } = {},
): Act<Input, Answer> {
  const client = useApolloClient();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [failure, setFailure] = useState<Failure | null>(null);

  const act = useCallback(
    async (input: Input): Promise<Answer | null> => {
      if (running.current) return null;
      running.current = true;
      setBusy(true);
      setFailure(null);
      setProblems([]);
      try {
        const given = once ? { ...input, idempotencyKey: visit.keyFor(name, input) } : input;
        const { data } = await client.mutate({ mutation: document, variables: { input: given } });
        const payload = data?.[name] ?? null;
        setProblems(payload?.errors ?? []);
        if (once) visit.forgetKey(name);
        return payload;
      } catch (error) {
        setFailure(failureOf(error));
        return null;
      } finally {
        running.current = false;
        setBusy(false);
      }
    },
    [client, document, name, once],
  );
  return { act, busy, problems, failure };
}
