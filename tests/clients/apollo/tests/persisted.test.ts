/** Apollo's automatic persisted queries: a document travels once, and then only its hash does. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gql } from "@apollo/client";

import { sha256 } from "../client/persisted.js";
import { DraftBookingDocument } from "../generated/graphql.js";
import { draftOf, firstSlot } from "../support/stories.js";
import { present, SERVER, visitor, type Sent } from "../support/visitor.js";

const WEEK = 6;

/** A document that no server has seen: its operation's name is new each time. */
function neverSeen() {
  return gql(`query Kinds${crypto.randomUUID().replaceAll("-", "")} { categories { id name } }`);
}

function hashOf(request: Sent | undefined): string | undefined {
  const extensions = request?.url.searchParams.get("extensions");
  const { persistedQuery } = extensions ? JSON.parse(extensions) : (request?.body.extensions ?? {});
  return persistedQuery?.sha256Hash;
}

test("a document that is new: the hash alone, a miss, then text and hash", async () => {
  const { client, sent } = visitor();

  const { data, error } = await client.query({ query: neverSeen() });

  assert.equal(error, undefined);
  assert.ok(data);
  const [miss, registers, ...more] = sent;
  assert.deepEqual([miss?.missed, registers?.missed, more], [true, false, []]);
  assert.equal(miss?.body.query, undefined);
  assert.equal(hashOf(miss), await sha256(present(registers?.body.query, "text")));
  assert.equal(hashOf(registers), hashOf(miss));
});

test("a document that is new, by GET: the hash in the address, a miss, then text and hash by POST", async () => {
  const { client, sent } = visitor({ queriesByGet: true });

  const { data, error } = await client.query({ query: neverSeen() });

  assert.equal(error, undefined);
  assert.ok(data);
  const [miss, registers] = sent;
  assert.deepEqual([miss?.method, registers?.method, sent.length], ["GET", "POST", 2]);
  assert.equal(miss?.url.searchParams.has("query"), false);
  const text = present(registers?.body.query, "text");
  assert.equal(hashOf(miss), await sha256(text));
  assert.equal(hashOf(registers), hashOf(miss));
});

test("a document that somebody has brought: the hash by GET is enough, for everybody", async () => {
  const query = neverSeen();
  await visitor().client.query({ query });
  const { client, sent } = visitor({ queriesByGet: true });

  const { data } = await client.query({ query });

  assert.ok(present(data, "data"));
  assert.deepEqual(
    sent.map((request) => [request.method, request.url.searchParams.has("query")]),
    [["GET", false]],
  );
});

test("a mutation goes by POST even where its hash is known: the text stays at home", async () => {
  const somebody = visitor();
  const slot = await firstSlot(somebody, "First talk", WEEK);
  const input = { ...draftOf(somebody, slot), consent: false };
  await somebody.client.mutate({ mutation: DraftBookingDocument, variables: { input } });
  const before = somebody.sent.length;

  await somebody.client.mutate({ mutation: DraftBookingDocument, variables: { input } });

  const [again, ...more] = somebody.sent.slice(before);
  assert.deepEqual([again?.method, again?.body.query, more], ["POST", undefined, []]);
  assert.match(hashOf(again) ?? "", /^[0-9a-f]{64}$/);
});

test("a hash that is not the text's is refused, and nothing is kept under it", async () => {
  const somebodys = await sha256("{ categories { id } }");
  const extensions = { persistedQuery: { version: 1, sha256Hash: somebodys } };
  const post = (body: object) =>
    fetch(`${SERVER}/graphql/`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-forwarded-for": "10.9.8.7" },
      body: JSON.stringify(body),
    }).then((answer) => answer.json());

  const planted = await post({ query: "{ lifecycle { move } }", extensions });
  const asked = await post({ extensions });

  assert.equal(planted.data, undefined);
  assert.match(planted.errors[0].message, /hash/i);
  assert.equal(asked.errors[0].message, "PersistedQueryNotFound");
});
