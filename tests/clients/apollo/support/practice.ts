import { HttpLink } from "@apollo/client";

import { accepted } from "../client/errors.js";
import { Session, type Tokens } from "../client/session.js";
import { ApproveDocument, LogInDocument, NewestDraftsDocument } from "../generated/graphql.js";
import { fetchFrom, present, SERVER, somewhere, visitor, type Visitor } from "./visitor.js";

/** The practice's front desk, logged in. */
export async function staff(): Promise<Visitor> {
  const { data } = await visitor().client.mutate({
    mutation: LogInDocument,
    variables: { input: { email: "staff@demo.example", password: "slotwell-demo" } },
  });
  const { token, refreshToken } = accepted(data?.tokenAuth);
  return visitor({ session: sessionOf({ token: present(token, "token"), refreshToken: present(refreshToken, "token") }) });
}

/** A session whose tokens lie in memory; a page's lie where its tabs share them. */
export function sessionOf(tokens: Tokens | null): Session {
  let kept = tokens;
  const store = { read: () => kept, write: (next: Tokens | null) => void (kept = next) };
  return new Session(store, new HttpLink({ uri: `${SERVER}/graphql/`, fetch: fetchFrom(somewhere()) }));
}

/** Says yes to a booking, as the front desk. */
export async function approve(desk: Visitor, bookingId: string): Promise<void> {
  const { data } = await desk.client.mutate({ mutation: ApproveDocument, variables: { input: { bookingId } } });
  accepted(data?.approveBooking);
}

/** The ids of what an address has drafted, as the front desk sees it. */
export async function draftsOf(desk: Visitor, address: string): Promise<string[]> {
  const { data } = await desk.client.query({ query: NewestDraftsDocument, fetchPolicy: "network-only" });
  const rows = present(data, "list").bookings.edges.map((edge) => edge.node);
  return rows.filter((row) => row.email === address).map((row) => row.id);
}
