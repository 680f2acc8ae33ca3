/** What goes wrong, and where it shows: rules that refuse are data, a request that is wrong as a whole is an error. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { CombinedGraphQLErrors } from "@apollo/client/errors";

import { accepted, detailsOf, Refused } from "../client/errors.js";
import {
  DraftBookingDocument,
  ServicesByPageDocument,
  StartPageDocument,
  VerifyBookingDocument,
} from "../generated/graphql.js";
import { sessionOf } from "../support/practice.js";
import { draftOf, firstSlot } from "../support/stories.js";
import { present, visitor } from "../support/visitor.js";

const WEEK = 3;

/** Somebody whose tokens are worthless: `me` is refused, and `categories` is there all the same. */
function loggedOut() {
  return visitor({ session: sessionOf({ token: "worthless", refreshToken: "worthless" }) }).client;
}

test("errorPolicy none, the default: any top-level error rejects, and what was answered beside it is dropped", async () => {
  await assert.rejects(loggedOut().query({ query: StartPageDocument }), (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(detailsOf(error)?.code, "UNAUTHENTICATED");
    assert.match(detailsOf(error)?.requestId ?? "", /^[0-9a-f]{32}$/);
    return true;
  });
});

test("errorPolicy all: what could be answered is there, and the error beside it", async () => {
  const { data, error } = await loggedOut().query({ query: StartPageDocument, errorPolicy: "all" });

  assert.ok(present(data?.categories, "answer").length > 0);
  assert.equal(data?.me, null);
  assert.equal(detailsOf(error)?.code, "UNAUTHENTICATED");
});

test("errorPolicy ignore: what could be answered is there, and nobody learns of the error", async () => {
  const { data, error } = await loggedOut().query({ query: StartPageDocument, errorPolicy: "ignore" });

  assert.ok(present(data?.categories, "answer").length > 0);
  assert.equal(data?.me, null);
  assert.equal(error, undefined);
});

test("a value that cannot be: a top-level error under each policy, and no data", async () => {
  const wrong = { query: ServicesByPageDocument, variables: { first: 101 } };

  await assert.rejects(visitor().client.query(wrong), (error) => detailsOf(error)?.code === "BAD_USER_INPUT");
  const all = await visitor().client.query({ ...wrong, errorPolicy: "all" });
  assert.equal(detailsOf(all.error)?.code, "BAD_USER_INPUT");
  assert.equal(all.data ?? null, null);
});

test("a document that is not executed is an answer with HTTP 400, and an error of GraphQL all the same", async () => {
  const { client } = visitor();

  const refused = client.query({ query: ServicesByPageDocument, variables: { first: "many" as unknown as number } });

  await assert.rejects(refused, (error) => {
    assert.ok(CombinedGraphQLErrors.is(error));
    assert.equal(detailsOf(error)?.code, "BAD_USER_INPUT");
    return true;
  });
});

test("a rule that refuses is no error of the request, whatever the policy", async () => {
  const somebody = visitor();
  const slot = await firstSlot(somebody, "First talk", WEEK);
  const input = { ...draftOf(somebody, slot), consent: false };

  for (const errorPolicy of ["none", "all", "ignore"] as const) {
    const { data, error } = await somebody.client.mutate({
      mutation: DraftBookingDocument,
      variables: { input },
      errorPolicy,
    });

    assert.equal(error, undefined);
    assert.equal(data?.draftBooking?.booking, null);
    assert.throws(() => accepted(data?.draftBooking), (refusal) => {
      assert.ok(refusal instanceof Refused);
      assert.equal(refusal.code, "CONSENT_REQUIRED");
      return true;
    });
  }
});

test("a wrong code names the field of the form, in words of the reader's language", async () => {
  const { client } = visitor();

  const { data } = await client.mutate({
    mutation: VerifyBookingDocument,
    variables: { input: { proof: { code: { acknowledgementId: "MS-000000", code: "000000" } } } },
    context: { headers: { "accept-language": "pl" } },
  });

  const [problem] = present(data?.verifyBooking, "payload").errors;
  assert.equal(problem?.code, "CHALLENGE_INVALID");
  assert.match(problem.message, /[ąćęłńóśźż]/);
});
