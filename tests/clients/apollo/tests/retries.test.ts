/** A connection breaks, or somebody turns back: what was asked for is done once, however often it is sent. */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { CombinedGraphQLErrors } from "@apollo/client/errors";

import { accepted } from "../client/errors.js";
import { DraftBookingDocument, ResendVerificationDocument, ServicesByPageDocument } from "../generated/graphql.js";
import { draftsOf, staff } from "../support/practice.js";
import { openProxy, type Proxy } from "../support/proxy.js";
import { draftOf, firstSlot } from "../support/stories.js";
import { present, visitor } from "../support/visitor.js";
import { waitUntil } from "../support/wait.js";

const WEEK = 7;
const UNKNOWN = { acknowledgementId: "MS-000000" };

before(bringDocuments);

/** Runs a test behind a proxy. */
async function behind(story: (proxy: Proxy) => Promise<void>): Promise<void> {
  const proxy = await openProxy();
  try {
    await story(proxy);
  } finally {
    proxy.close();
  }
}

test("an answer is lost: the draft is sent again with its key, and is the same booking", async () => {
  await behind(async (proxy) => {
    const somebody = visitor({ url: proxy.url });
    const slot = await firstSlot(somebody, "First talk", WEEK);
    const answered = proxy.answered();
    proxy.fates.push("lose");

    const { data } = await somebody.client.mutate({
      mutation: DraftBookingDocument,
      variables: { input: { ...draftOf(somebody, slot), idempotencyKey: crypto.randomUUID() } },
    });

    const booking = present(accepted(data?.draftBooking).booking, "booking");
    assert.equal(proxy.answered(), answered + 2);
    assert.deepEqual(await draftsOf(await staff(), somebody.address), [booking.id]);
  });
});

test("somebody turns back while the draft is under way, and presses again: one booking", async () => {
  await behind(async (proxy) => {
    const somebody = visitor({ url: proxy.url });
    const slot = await firstSlot(somebody, "First talk", WEEK);
    // One key for each act, made when the form is opened, not when the button is pressed.
    const draft = {
      mutation: DraftBookingDocument,
      variables: { input: { ...draftOf(somebody, slot), idempotencyKey: crypto.randomUUID() } },
    };
    const button = new AbortController();
    const answered = proxy.answered();
    proxy.fates.push("keep");

    const pressed = somebody.client.mutate({ ...draft, context: { fetchOptions: { signal: button.signal } } });
    await waitUntil("the server to have answered", () => proxy.answered() > answered);
    button.abort();

    await assert.rejects(pressed, { name: "AbortError" });
    assert.equal(proxy.answered(), answered + 1, "what is aborted is not sent again by itself");
    const { data } = await somebody.client.mutate(draft);
    const booking = present(accepted(data?.draftBooking).booking, "booking");
    assert.deepEqual(await draftsOf(await staff(), somebody.address), [booking.id]);
  });
});

test("the same key for something else is refused: a key belongs to one act", async () => {
  const somebody = visitor();
  const slot = await firstSlot(somebody, "First talk", WEEK);
  const input = { ...draftOf(somebody, slot), idempotencyKey: crypto.randomUUID() };
  await somebody.client.mutate({ mutation: DraftBookingDocument, variables: { input } });

  const { data } = await somebody.client.mutate({
    mutation: DraftBookingDocument,
    variables: { input: { ...input, fullName: "Somebody Else" } },
  });

  assert.equal(data?.draftBooking?.errors[0]?.code, "IDEMPOTENCY_MISMATCH");
});

test("a query is asked again, since it changes nothing", async () => {
  await behind(async (proxy) => {
    const { client } = visitor({ url: proxy.url });
    proxy.fates.push("lose", "lose");

    const { data } = await client.query({ query: ServicesByPageDocument, variables: { first: 1 } });

    assert.equal(data?.services.edges.length, 1);
  });
});

test("a mutation without a key is not sent again: nobody knows whether it was done", async () => {
  await behind(async (proxy) => {
    const { client } = visitor({ url: proxy.url });
    const answered = proxy.answered();
    proxy.fates.push("lose");

    const lost = client.mutate({
      mutation: ResendVerificationDocument,
      variables: { input: UNKNOWN },
    });

    await assert.rejects(lost, (error) => error instanceof TypeError && !CombinedGraphQLErrors.is(error));
    assert.equal(proxy.answered(), answered + 1);
  });
});

/** Has the server know both mutations by their hashes, so that each try is one request. */
async function bringDocuments(): Promise<void> {
  const { client } = visitor();
  const nobody = { email: "nobody@example.org", fullName: "Nobody", consent: false };
  await client.mutate({ mutation: DraftBookingDocument, variables: { input: nobody }, errorPolicy: "all" });
  await client.mutate({ mutation: ResendVerificationDocument, variables: { input: UNKNOWN } });
}
