/** What the cache knows by itself: a mutation's payload changes what is on the page, and nothing is asked again. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gql } from "@apollo/client";

import { accepted } from "../client/errors.js";
import {
  BookingDocument,
  BookingStatusDocument,
  CancelBookingDocument,
  CorrectNameDocument,
  NamedDocument,
  RequestCancellationDocument,
  RescheduleBookingDocument,
  ServiceDocument,
  ServicesDocument,
  type BookingQuery,
} from "../generated/graphql.js";
import { codeFor } from "../support/mailbox.js";
import { show } from "../support/page.js";
import { approve, staff } from "../support/practice.js";
import { book, serviceCalled } from "../support/stories.js";
import { executed, present, visitor, type Visitor } from "../support/visitor.js";
import { waitUntil } from "../support/wait.js";

const WEEK = 2;
type Shown = NonNullable<BookingQuery["booking"]>;

/** Opens a page that shows a booking: gives what it shows at any time. */
async function page(somebody: Visitor, id: string): Promise<() => Shown> {
  const shown = await show(somebody.client.watchQuery({ query: BookingDocument, variables: { by: { id } } }));
  return () => present(shown().booking, "booking on the page");
}

test("a page shows by id what a mutation brought, without asking at all", async () => {
  const somebody = visitor();
  const booking = await book(somebody, "First talk", WEEK);
  const before = executed(somebody);

  const shown = await page(somebody, booking.id);

  assert.equal(shown().status, "PENDING");
  assert.equal(shown().service?.name, "First talk");
  assert.equal(executed(somebody), before);
});

test("a move to another time changes the page by its payload alone: one request, and no refetch", async () => {
  const somebody = visitor();
  const booking = await book(somebody, "First talk", WEEK);
  const shown = await page(somebody, booking.id);
  const startsAt = present(booking.startsAt, "start");
  const later = new Date(Date.parse(startsAt) + 60 * 60 * 1000).toISOString().replace(".000", "") as typeof startsAt;
  const before = executed(somebody);

  const moved = await somebody.client.mutate({
    mutation: RescheduleBookingDocument,
    variables: { input: { bookingId: booking.id, startsAt: later } },
  });

  accepted(moved.data?.rescheduleBooking);
  assert.equal(shown().startsAt, later);
  assert.equal(shown().timeline?.at(-1)?.move, "RESCHEDULE");
  assert.equal(executed(somebody), before + 1);
});

test("a payload with two fields changes those two and leaves the others as they were", async () => {
  const somebody = visitor();
  const booking = await book(somebody, "First talk", WEEK);
  const shown = await page(somebody, booking.id);
  const before = executed(somebody);

  const corrected = await somebody.client.mutate({
    mutation: CorrectNameDocument,
    variables: { input: { bookingId: booking.id, fullName: "Carla Clément" } },
  });

  accepted(corrected.data?.updateBooking);
  assert.deepEqual(
    [shown().fullName, shown().email, shown().status],
    ["Carla Clément", somebody.address, "PENDING"],
  );
  assert.equal(executed(somebody), before + 1);
});

test("a cancellation by code changes the status, and hides nothing from a page that had opened the booking", async () => {
  const somebody = visitor();
  const { acknowledgementId, id, startsAt } = await book(somebody, "First talk", WEEK);
  const shown = await page(somebody, id);

  await somebody.client.mutate({
    mutation: RequestCancellationDocument,
    variables: { input: { acknowledgementId } },
  });
  const code = await codeFor(somebody.address, "ancel");
  const before = executed(somebody);
  const cancelled = await somebody.client.mutate({
    mutation: CancelBookingDocument,
    variables: { input: { proof: { code: { acknowledgementId, code } } } },
  });

  accepted(cancelled.data?.cancelBooking);
  assert.deepEqual([shown().status, shown().startsAt], ["CANCELLED", startsAt]);
  assert.deepEqual(shown().availableActions, []);
  assert.equal(executed(somebody), before + 1);
});

test("a booking that one may not see is null, and is asked for once", async () => {
  const { id } = await book(visitor(), "First talk", WEEK);
  const stranger = visitor();
  const asked = { query: BookingDocument, variables: { by: { id } } };

  const first = await stranger.client.query(asked);
  const again = await stranger.client.query(asked);

  assert.deepEqual([first.data?.booking, again.data?.booking], [null, null]);
  assert.equal(executed(stranger), 1);
});

test("a fragment on Node reads services and consultants alike", async () => {
  const { client } = visitor();
  const id = await serviceCalled(visitor(), "First talk");
  const { data: known } = await client.query({ query: ServiceDocument, variables: { id } });
  assert.ok(known?.node?.__typename === "Service");
  const [person] = known.node.consultants;

  const { data } = await client.query({ query: NamedDocument, variables: { ids: [id, present(person, "one").id] } });

  const names = present(data, "data").nodes.map((node) =>
    node?.__typename === "Service" ? node.name : node?.__typename === "Consultant" ? node.fullName : undefined,
  );
  assert.deepEqual(names, ["First talk", person?.fullName]);
});

test("what a list brought can be read by its id", async () => {
  const { client } = visitor();
  const { data } = await client.query({ query: ServicesDocument });
  const [first] = present(data, "data").services.edges.map(({ node }) => node);

  const kept = client.readFragment({
    fragment: gql`
      fragment Name on Service {
        name
      }
    `,
    id: client.cache.identify({ __typename: "Service", id: present(first, "service").id }) ?? "",
  });

  assert.deepEqual(kept, { __typename: "Service", name: first?.name });
});

test("a public status is one object, however people type its id", async () => {
  const { id, acknowledgementId } = await book(visitor(), "First talk", WEEK);
  const { client } = visitor();
  const look = (typed: string) => ({ query: BookingStatusDocument, variables: { acknowledgementId: typed } });
  const shown = await show(client.watchQuery(look(acknowledgementId.toLowerCase())));
  assert.equal(shown().bookingStatus?.status, "PENDING");
  await approve(await staff(), id);

  await client.query(look(acknowledgementId));

  await waitUntil("the page to follow", () => shown().bookingStatus?.status === "APPROVED");
});
