import { InMemoryCache } from "@apollo/client";
import { relayStylePagination } from "@apollo/client/utilities";

import possible from "../generated/possible-types.js";

const PAGING = new Set(["first", "after", "last", "before"]);

/** A list that is read page by page: every argument that does not page makes a list of its own. */
function pages() {
  return relayStylePagination((args) => Object.keys(args ?? {}).filter((name) => !PAGING.has(name)).sort());
}

/** The cache. Objects with an `id` are kept once, whichever query or mutation brought them. */
export function makeCache(): InMemoryCache {
  return new InMemoryCache({
    possibleTypes: possible.possibleTypes,
    typePolicies: {
      Query: {
        fields: {
          services: pages(),
          consultants: pages(),
          businesses: pages(),
          openSlots: pages(),
          bookings: pages(),
          booking: {
            // What a mutation brought can be shown by its id, without asking again.
            read: (known, { args, toReference }) =>
              known === undefined && args?.["by"]?.id
                ? toReference({ __typename: "Booking", id: args["by"].id })
                : known,
          },
        },
      },
      Booking: { fields: { openSlots: pages() } },
      // Has no `id`, since it tells nothing but a status.
      PublicBookingStatus: { keyFields: ["acknowledgementId"] },
    },
  });
}
