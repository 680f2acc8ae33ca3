/** A first booking, from the list of services to CONFIRMED, and one that is cancelled. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { accepted } from "../client/errors.js";
import {
  BookingDocument,
  BookingStatusDocument,
  CancelBookingDocument,
  ConfirmPaymentDocument,
  DraftBookingDocument,
  OpenedBookingStatusDocument,
  OpenSlotsDocument,
  RequestCancellationDocument,
  ServicesDocument,
  StartPaymentDocument,
  VerifyBookingDocument,
} from "../generated/graphql.js";
import { codeFor } from "../support/mailbox.js";
import { approve, staff } from "../support/practice.js";
import { payAt } from "../support/sandbox.js";
import { book, weekFrom } from "../support/stories.js";
import { present, visitor } from "../support/visitor.js";
import { waitFor } from "../support/wait.js";

const WEEK = 1;

test("a booking: choose, draft, prove the mailbox, be approved, pay, see CONFIRMED", async () => {
  const somebody = visitor();
  const { client, address } = somebody;

  const offered = await client.query({ query: ServicesDocument });
  const talk = present(offered.data?.services.edges.find(({ node }) => node.name === "First talk")?.node, "talk");
  const times = await client.query({
    query: OpenSlotsDocument,
    variables: { serviceId: talk.id, ...weekFrom(WEEK) },
  });
  const slot = present(times.data?.openSlots.edges[0]?.node, "open time");

  const drafted = await client.mutate({
    mutation: DraftBookingDocument,
    variables: {
      input: {
        slotId: slot.id,
        email: address,
        fullName: "Carla Client",
        consent: true,
        idempotencyKey: crypto.randomUUID(),
      },
    },
  });
  const draft = present(accepted(drafted.data?.draftBooking).booking, "draft");
  assert.equal(draft.status, "DRAFT");

  const verified = await client.mutate({
    mutation: VerifyBookingDocument,
    variables: {
      input: { proof: { code: { acknowledgementId: draft.acknowledgementId, code: await codeFor(address) } } },
    },
  });
  const { booking, accessToken } = accepted(verified.data?.verifyBooking);
  assert.equal(booking?.status, "PENDING");
  assert.equal(booking.startsAt, slot.startsAt);
  // From here on every request opens the booking: the client sends it as `X-Booking-Token`.
  somebody.bookingToken = present(accessToken, "access token");

  await approve(await staff(), draft.id);

  const started = await client.mutate({
    mutation: StartPaymentDocument,
    variables: { input: { bookingId: draft.id, idempotencyKey: crypto.randomUUID() } },
  });
  const { payment } = accepted(started.data?.startPayment);
  assert.deepEqual(payment?.amount, { __typename: "Money", ...slot.price });
  await payAt(present(payment.checkoutUrl, "payment page"));

  const seen = await follow(somebody, draft.id, "CONFIRMED");
  assert.equal(seen.at(-1), "CONFIRMED");
  const asked = await client.mutate({
    mutation: ConfirmPaymentDocument,
    variables: { input: { bookingId: draft.id } },
  });
  assert.equal(accepted(asked.data?.confirmPayment).payment?.status, "SUCCEEDED");
  const whole = await client.query({
    query: BookingDocument,
    variables: { by: { id: draft.id } },
    fetchPolicy: "network-only",
  });
  assert.deepEqual(
    whole.data?.booking?.timeline?.map((event) => event.toStatus),
    ["DRAFT", "PENDING", "APPROVED", "PAYMENT_PENDING", "CONFIRMED"],
  );
});

/** Polls until a booking has a status, as a page does that is left open; gives each status that was seen. */
async function follow(somebody: ReturnType<typeof visitor>, id: string, wanted: string): Promise<string[]> {
  const seen: string[] = [];
  const watched = somebody.client.watchQuery({
    query: OpenedBookingStatusDocument,
    variables: { id },
    fetchPolicy: "network-only",
    nextFetchPolicy: "cache-first",
    pollInterval: 1100, // 60 look-ups a minute are let through
  });
  await new Promise<void>((resolve, reject) => {
    const subscription = watched.subscribe(({ data, dataState, error }) => {
      if (error) reject(error);
      if (dataState !== "complete" || !data.booking) return;
      seen.push(data.booking.status);
      if (data.booking.status !== wanted) return;
      subscription.unsubscribe();
      resolve();
    });
  });
  return seen;
}

test("a status: whoever has the id that people read aloud sees it, as often as ten times a minute", async () => {
  const booking = await book(visitor(), "Free introduction", WEEK);

  const status = await visitor().client.query({
    query: BookingStatusDocument,
    variables: { acknowledgementId: booking.acknowledgementId.toLowerCase() },
  });

  assert.equal(booking.status, "CONFIRMED"); // free, and needs no approval
  assert.equal(status.data?.bookingStatus?.status, "CONFIRMED");
  assert.equal(status.data.bookingStatus.acknowledgementId, booking.acknowledgementId);
});

test("a cancellation: ask for it, prove the mailbox anew, and the time is open again", async () => {
  const somebody = visitor();
  const { client, address } = somebody;
  const booking = await book(somebody, "Free introduction", WEEK);
  assert.ok(booking.availableActions.some(({ mutation }) => mutation === "cancelBooking"));

  const asked = await client.mutate({
    mutation: RequestCancellationDocument,
    variables: { input: { acknowledgementId: booking.acknowledgementId } },
  });
  assert.deepEqual(accepted(asked.data?.requestCancellation).errors, []);
  const code = await codeFor(address, "ancel");
  const cancelled = await client.mutate({
    mutation: CancelBookingDocument,
    variables: {
      input: {
        proof: { code: { acknowledgementId: booking.acknowledgementId, code } },
        reason: "Caught a cold.",
        idempotencyKey: crypto.randomUUID(),
      },
    },
  });

  assert.equal(accepted(cancelled.data?.cancelBooking).booking?.status, "CANCELLED");
  const openAgain = await waitFor("the time to be open again", async () => {
    const { data } = await client.query({
      query: OpenSlotsDocument,
      variables: { serviceId: present(booking.service, "service").id, first: 1, ...weekFrom(WEEK) },
      fetchPolicy: "network-only",
    });
    return data?.openSlots.edges[0]?.node.startsAt === booking.startsAt ? true : undefined;
  });
  assert.ok(openAgain);
});
