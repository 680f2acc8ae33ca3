import type { ObservableQuery, OperationVariables } from "@apollo/client";

import { present } from "./visitor.js";

/** Shows a query as a page does: waits for its first whole answer, and gives what is shown at any time after. */
export async function show<Data, Variables extends OperationVariables>(
  query: ObservableQuery<Data, Variables>,
): Promise<() => Data> {
  let shown: Data | undefined;
  await new Promise<void>((resolve, reject) => {
    query.subscribe(({ data, dataState, error }) => {
      if (error) reject(error);
      if (dataState !== "complete") return;
      shown = data as Data;
      resolve();
    });
  });
  return () => present(shown, "data on the page");
}
