/** An account's token grows old after an hour: it is exchanged once, for all requests and for all tabs. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { HttpLink } from "@apollo/client";

import { detailsOf } from "../client/errors.js";
import { Session, type Tokens, type TokenStore } from "../client/session.js";
import { MeDocument, MyBookingCountsDocument, PracticesDocument, StartPageDocument } from "../generated/graphql.js";
import { fetchFrom, required, SERVER, somewhere, visitor } from "../support/visitor.js";
import { waitUntil } from "../support/wait.js";

/** Log-ins of the front desk whose access tokens are too old; the refresh tokens are good. */
const aged = JSON.parse(required("SLOTWELL_AGED_SESSIONS")) as Tokens[];

/** What tabs share: a stand-in for localStorage. */
function shared(tokens: Tokens): TokenStore {
  let kept: Tokens | null = tokens;
  return { read: () => kept, write: (next) => void (kept = next) };
}

/** A tab of the browser, and the code of each answer that it got to `refreshToken`: none where it went well. */
function tab(store: TokenStore) {
  const told: (string | undefined)[] = [];
  const ask = fetchFrom(somewhere());
  const link = new HttpLink({
    uri: `${SERVER}/graphql/`,
    fetch: async (input, init) => {
      const answer = await ask(input, init);
      told.push((await answer.clone().json()).data.refreshToken.errors[0]?.code);
      return answer;
    },
  });
  const session = new Session(store, link);
  return { client: visitor({ session }).client, session, told, ask };
}

/** Exchanges what is no token until the address may not exchange any more. */
async function useUp(ask: typeof fetch): Promise<void> {
  const body = JSON.stringify({
    query: 'mutation { refreshToken(input: { refreshToken: "worthless" }) { errors { code } } }',
  });
  const headers = { "content-type": "application/json" };
  for (let code = "TOKEN_INVALID"; code === "TOKEN_INVALID"; ) {
    const answer = await ask(`${SERVER}/graphql/`, { method: "POST", headers, body });
    code = (await answer.json()).data.refreshToken.errors[0].code;
  }
}

test("several requests at once find the token too old: one exchange, and all are answered", async () => {
  const [old] = aged.splice(0, 1) as [Tokens];
  const store = shared(old);
  const { client, told } = tab(store);

  const [me, counts, practices, page] = await Promise.all([
    client.query({ query: MeDocument }),
    client.query({ query: MyBookingCountsDocument }),
    client.query({ query: PracticesDocument }),
    client.query({ query: StartPageDocument }),
  ]);

  assert.equal(me.data?.me?.email, "staff@demo.example");
  assert.equal(page.data?.me?.email, "staff@demo.example");
  assert.ok(counts.data?.bookingCounts);
  assert.ok(practices.data?.me?.practices.length);
  assert.deepEqual(told, [undefined]);
  assert.notEqual(store.read()?.token, old.token);
  assert.notEqual(store.read()?.refreshToken, old.refreshToken);
});

test("the new token is used from then on, without another exchange", async () => {
  const { client, told } = tab(shared(aged.splice(0, 1)[0] as Tokens));
  await client.query({ query: MeDocument });

  const again = await client.query({ query: MeDocument, fetchPolicy: "network-only" });

  assert.equal(again.data?.me?.email, "staff@demo.example");
  assert.deepEqual(told, [undefined]);
});

test("two tabs at once: the second is told TOKEN_ROTATED, waits, and uses what the first one got", async () => {
  const [old] = aged.splice(0, 1) as [Tokens];
  const store = shared(old);
  let got: Tokens | null = null;
  const first = tab({ read: store.read, write: (tokens) => void (got = tokens) }); // has not written them down yet
  const second = tab(store);
  await first.session.renew(old.token);

  const asked = second.client.query({ query: MeDocument });
  await waitUntil("the second tab to have tried", () => second.told.length > 0);
  store.write(got);

  assert.equal((await asked).data?.me?.email, "staff@demo.example");
  assert.deepEqual([first.told, second.told], [[undefined], ["TOKEN_ROTATED"]]);
  assert.equal(store.read(), got);
});

test("too many exchanges from one address: the tokens stay, and are good for the next try", async () => {
  const [old] = aged.splice(0, 1) as [Tokens];
  const store = shared(old);
  const { client, told, ask } = tab(store);
  await useUp(ask);

  await assert.rejects(client.query({ query: MeDocument }), (error) => detailsOf(error)?.code === "UNAUTHENTICATED");

  assert.deepEqual(told, ["RATE_LIMITED"]);
  assert.equal(store.read(), old);
  const elsewhere = tab(store);
  const { data } = await elsewhere.client.query({ query: MeDocument });
  assert.equal(data?.me?.email, "staff@demo.example");
});

test("a session that is over: the tokens are forgotten, and the request says UNAUTHENTICATED", async () => {
  const store = shared({ token: "worthless", refreshToken: "worthless" });
  const { client, told } = tab(store);

  await assert.rejects(client.query({ query: MeDocument }), (error) => detailsOf(error)?.code === "UNAUTHENTICATED");

  assert.equal(store.read(), null);
  assert.deepEqual(told, ["TOKEN_INVALID"]);
});
