/** Lists are read page by page into one list each: no row twice, none lost, and no two lists mixed. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { ServicesByPageDocument, SlotsByPageDocument } from "../generated/graphql.js";
import { show } from "../support/page.js";
import { serviceCalled, weekFrom } from "../support/stories.js";
import { executed, present, visitor } from "../support/visitor.js";
import { waitUntil } from "../support/wait.js";

const WEEK = 5;

interface Connection {
  edges: { node: { id: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
}

/** Asks for one page after the other until there is no more; says for how many. */
async function readOn(first: Connection, more: (after: string | null) => Promise<Connection | undefined>): Promise<number> {
  let [{ pageInfo }, pages] = [first, 0];
  while (pageInfo.hasNextPage) {
    ({ pageInfo } = present(await more(pageInfo.endCursor), "next page"));
    pages += 1;
  }
  return pages;
}

function ids(connection: Connection): string[] {
  return connection.edges.map((edge) => edge.node.id);
}

test("open times, page by page, are those of one long page, in its order", async () => {
  const { client } = visitor();
  const variables = { serviceId: await serviceCalled(visitor(), "First talk"), ...weekFrom(WEEK) };
  const list = client.watchQuery({ query: SlotsByPageDocument, variables: { ...variables, first: 15 } });
  const page = await show(list);
  const shown = () => page().openSlots;

  const more = await readOn(shown(), async (after) => (await list.fetchMore({ variables: { after } })).data?.openSlots);
  await waitUntil("the page to show the last ones", () => !shown().pageInfo.hasNextPage);

  const whole = await visitor().client.query({ query: SlotsByPageDocument, variables: { ...variables, first: 100 } });
  assert.deepEqual(ids(shown()), ids(present(whole.data, "list").openSlots));
  assert.equal(new Set(ids(shown())).size, shown().totalCount);
  assert.equal(more, Math.ceil(shown().totalCount / 15) - 1);
  assert.ok(more >= 2, `${more} more pages`);
});

test("lists of two services, of two weeks, and of a part of the day do not mix", async () => {
  const { client } = visitor();
  const talk = await serviceCalled(visitor(), "First talk");
  const intro = await serviceCalled(visitor(), "Free introduction");
  const queries = [
    { serviceId: talk, ...weekFrom(WEEK) },
    { serviceId: intro, ...weekFrom(WEEK) },
    { serviceId: talk, ...weekFrom(WEEK + 1) },
    { serviceId: talk, ...weekFrom(WEEK), partOfDay: "AFTERNOON" as const },
  ].map((variables) => client.watchQuery({ query: SlotsByPageDocument, variables: { ...variables, first: 3 } }));
  const pages = await Promise.all(queries.map(show));
  const lists = () => pages.map((page) => ids(page().openSlots));
  const before = lists();

  const [talks] = queries;
  const after = present(pages[0], "list")().openSlots.pageInfo.endCursor;
  await present(talks, "list").fetchMore({ variables: { after } });
  await waitUntil("the page to show three more", () => lists()[0]?.length === 6);

  assert.equal(new Set(before.flat()).size, 12);
  assert.deepEqual(lists().slice(1), before.slice(1));
  assert.deepEqual(lists()[0]?.slice(0, 3), before[0]);
});

test("a service whose length the client chooses: each length is a list of its own, with its own prices", async () => {
  const { client } = visitor();
  const serviceId = await serviceCalled(visitor(), "Seminar room");
  const { from, until } = weekFrom(WEEK);
  const ending = (minutes: number) => new Date(Date.parse(from) + minutes * 60_000).toISOString() as typeof from;
  const [half, whole] = await Promise.all(
    [30, 60].map((minutes) =>
      show(
        client.watchQuery({
          query: SlotsByPageDocument,
          variables: { serviceId, from, until, endsAt: ending(minutes), first: 1 },
        }),
      ),
    ),
  );

  const slots = [half, whole].map((page) => present(page?.().openSlots.edges[0], "open time").node);

  assert.deepEqual(
    slots.map((slot) => [slot.startsAt, slot.price.amount]),
    [
      [slots[0]?.startsAt, "12.50"],
      [slots[0]?.startsAt, "25.00"],
    ],
  );
});

test("rows of a database are paged alike, and `totalCount` stays beside the rows", async () => {
  const somebody = visitor();
  const list = somebody.client.watchQuery({ query: ServicesByPageDocument, variables: { first: 2 } });
  const page = await show(list);
  const shown = () => page().services;

  const more = await readOn(shown(), async (after) => (await list.fetchMore({ variables: { after } })).data?.services);
  await waitUntil("the page to show the last ones", () => !shown().pageInfo.hasNextPage);

  assert.equal(shown().edges.length, shown().totalCount);
  assert.equal(new Set(ids(shown())).size, shown().totalCount);
  assert.ok(more >= 2, `${more} more pages`);
  assert.equal(executed(somebody), 1 + more);
});

test("a list that was read is there at once when somebody comes back to it", async () => {
  const { client, sent } = visitor();
  const asked = { query: ServicesByPageDocument, variables: { first: 2 } };
  await client.query(asked);
  const before = sent.length;

  const again = await client.query(asked);

  assert.equal(again.data?.services.edges.length, 2);
  assert.equal(sent.length, before);
});
