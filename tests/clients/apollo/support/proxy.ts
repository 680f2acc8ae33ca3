import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { SERVER } from "./visitor.js";

/** What becomes of an answer on its way back: it passes, is lost with the connection, or does not come. */
export type Fate = "pass" | "lose" | "keep";

/** A way to the server on which answers get lost. */
export interface Proxy {
  url: string;
  /** What becomes of the answers to come, the next one first; then they pass. */
  fates: Fate[];
  /** How many answers came from the server. */
  answered(): number;
  close(): void;
}

export async function openProxy(): Promise<Proxy> {
  let answers = 0;
  const fates: Fate[] = [];
  const server = createServer((incoming, outgoing) => {
    forward(incoming, (answer, body) => {
      answers += 1;
      settle(fates.shift() ?? "pass", answer, body, outgoing);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql/`,
    fates,
    answered: () => answers,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function forward(incoming: IncomingMessage, done: (answer: IncomingMessage, body: Buffer) => void): void {
  const { method, headers, url } = incoming;
  const onwards = request(new URL(url ?? "/", SERVER), { method, headers }, async (answer) => {
    done(answer, Buffer.concat(await answer.toArray()));
  });
  incoming.pipe(onwards);
}

function settle(fate: Fate, answer: IncomingMessage, body: Buffer, outgoing: ServerResponse): void {
  if (fate === "lose") outgoing.destroy();
  if (fate === "pass") outgoing.writeHead(answer.statusCode ?? 502, answer.headers).end(body);
}
