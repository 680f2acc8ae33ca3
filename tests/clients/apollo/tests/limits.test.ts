/** Who asks too often is told for how long: short waits are waited for, long ones are shown. */

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { gql } from "@apollo/client";

import { detailsOf } from "../client/errors.js";
import { BookingStatusDocument, VerifyBookingDocument } from "../generated/graphql.js";
import { fetchFrom, present, required, somewhere, visitor } from "../support/visitor.js";

const LOOKS = Number(required("SLOTWELL_STATUS_LOOKS"));
const ROOT_FIELDS = Number(required("SLOTWELL_ROOT_FIELDS"));
const PER_REQUEST = 15;

const look = {
  query: BookingStatusDocument,
  variables: { acknowledgementId: "MS-000000" },
  fetchPolicy: "network-only",
  errorPolicy: "all",
  context: { queryDeduplication: false },
} as const;
const many = {
  query: gql`query Many { ${Array.from({ length: PER_REQUEST }, (_, n) => `c${n}: categories { id }`).join(" ")} }`,
  fetchPolicy: "network-only",
  context: { queryDeduplication: false },
} as const;

/** Does something so many times at once. */
function atOnce<Answer>(times: number, ask: () => Promise<Answer>): Promise<Answer[]> {
  return Promise.all(Array.from({ length: times }, ask));
}

before(async () => {
  // Somebody else brings the documents: a text that is not known yet goes twice, and the windows last seconds.
  const { client } = visitor();
  await client.query(look);
  await client.query(many);
});

test("a query too many, and little patience: RATE_LIMITED, and after how many seconds another try makes sense", async () => {
  const { client } = visitor({ patienceSeconds: 0 });

  const answers = await atOnce(LOOKS + 1, () => client.query(look));

  const [refused, ...others] = answers.filter(({ error }) => error !== undefined);
  assert.equal(refused?.data?.bookingStatus, null);
  assert.equal(detailsOf(refused?.error)?.code, "RATE_LIMITED");
  assert.ok(present(detailsOf(refused?.error)?.retryAfter, "retryAfter") > 0);
  assert.deepEqual(others, []);
});

test("a query too many, and patience: it is asked again when the API said, and answered", async () => {
  const { client, sent } = visitor();

  const answers = await atOnce(LOOKS + 1, () => client.query(look));

  assert.deepEqual(
    answers.filter(({ error }) => error !== undefined),
    [],
  );
  assert.equal(sent.length, LOOKS + 2);
});

test("a whole request too many: HTTP 429 with Retry-After, which is waited for in the same way", async () => {
  const refused: (string | null)[] = [];
  const ask = fetchFrom(somewhere());
  const { client } = visitor({
    fetch: async (input, init) => {
      const answer = await ask(input, init);
      if (answer.status === 429) refused.push(answer.headers.get("retry-after"));
      return answer;
    },
  });

  const answers = await atOnce(Math.floor(ROOT_FIELDS / PER_REQUEST) + 1, () => client.query(many));

  assert.deepEqual(
    answers.map(({ error }) => error),
    answers.map(() => undefined),
  );
  assert.ok(refused.length > 0);
  assert.ok(refused.every((seconds) => Number(seconds) > 0));
});

test("a mutation too many is data: it is not sent again by itself, and the form says when", async () => {
  const { client, sent } = visitor();
  const attempt = {
    mutation: VerifyBookingDocument,
    variables: { input: { proof: { code: { acknowledgementId: "MS-000000", code: "000000" } } } },
  };
  for (let n = 0; n < 5; n += 1) await client.mutate(attempt);
  const asked = sent.length;

  const { data } = await client.mutate(attempt);

  const [problem] = present(data?.verifyBooking, "payload").errors;
  assert.equal(problem?.code, "RATE_LIMITED");
  assert.ok(present(problem.retryAfter, "retryAfter") > 0);
  assert.equal(sent.length, asked + 1);
});
