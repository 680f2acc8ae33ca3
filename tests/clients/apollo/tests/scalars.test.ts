/** Scalars are texts of a shape that the compiler knows: a wrong one does not compile. `tsc` is half of these tests. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { formatInstant, formatMoney, instant, type DecimalText, type Instant } from "../client/scalars.js";
import {
  BookingDocument,
  ServicesDocument,
  SlotsByPageDocument,
  type SlotsByPageQueryVariables,
} from "../generated/graphql.js";
import { book, firstSlot, serviceCalled, weekFrom } from "../support/stories.js";
import { present, visitor } from "../support/visitor.js";

const WEEK = 4;

test("a DateTime goes out with its offset, and one without does not compile and is refused", async () => {
  const { client } = visitor();
  const serviceId = await serviceCalled(visitor(), "First talk");
  const good: SlotsByPageQueryVariables = {
    serviceId,
    from: "2030-01-07T00:00:00+01:00",
    until: instant(new Date("2030-01-14T00:00:00Z")),
    first: 1,
  };
  // @ts-expect-error: the offset is missing
  const bad: SlotsByPageQueryVariables = { ...good, from: "2030-01-07T00:00:00" };

  assert.equal((await client.query({ query: SlotsByPageDocument, variables: good })).error, undefined);
  await assert.rejects(client.query({ query: SlotsByPageDocument, variables: bad }));
});

test("a DateTime comes in UTC and is shown on the clock of the calendar that is booked", async () => {
  const slot = await firstSlot(visitor(), "First talk", WEEK);
  const startsAt: Instant = slot.startsAt;

  assert.match(startsAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  assert.equal(formatInstant(startsAt, slot.timezone, "en-GB").slice(-5), "09:00");
});

test("Money is an amount as text beside its currency: no digit is lost, and it can be written", async () => {
  const { client } = visitor();
  const { data } = await client.query({ query: ServicesDocument });

  const talk = present(data?.services.edges.find(({ node }) => node.name === "First talk"), "talk").node;
  const amount: DecimalText = talk.price.amount;

  assert.equal(amount, "60.00");
  assert.equal(formatMoney(talk.price, "en"), "€60.00");
});

test("what may be missing is null in the types, and what may not is never asked about", async () => {
  const somebody = visitor();
  const { id } = await book(somebody, "Free introduction", WEEK);

  const { data } = await somebody.client.query({ query: BookingDocument, variables: { by: { id } } });

  const booking = present(data, "data").booking;
  // @ts-expect-error: a booking that the viewer may not see is null
  assert.equal(booking.status, "CONFIRMED");
  assert.deepEqual(booking?.payments, []);
  assert.equal(weekFrom(WEEK).from <= present(booking.startsAt, "start"), true);
});
