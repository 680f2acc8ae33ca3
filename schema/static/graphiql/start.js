/* Starts GraphiQL on the address that it was loaded from. Headers, which may hold tokens, are never stored. */
"use strict";

(() => {
  const WELCOME = `# Welcome to Slotwell. Ctrl-Enter runs the operation that the cursor is in.
# The book on the left explains every type and field.

# What can be booked?
query Services {
  services(first: 10) {
    edges {
      node {
        id
        name
        price { amount currency }
      }
    }
  }
}

# When? Below, under Variables, stands the id of the service.
query OpenSlots($serviceId: ID!) {
  openSlots(serviceId: $serviceId, first: 10) {
    totalCount
    edges {
      node {
        id
        startsAt
        endsAt
        seatsLeft
        consultant { name }
      }
    }
  }
}
`;
  const FIRST_SERVICE = "{ services(first: 1) { edges { node { id } } } }";
  const endpoint = window.location.pathname;
  const csrfToken = document.querySelector('meta[name="csrf-token"]').content;

  const ask = async (parameters, { headers } = {}) => {
    const response = await fetch(endpoint, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        accept: "application/graphql-response+json, application/json;q=0.9",
        ...headers,
        "content-type": "application/json",
        "X-CSRFToken": csrfToken,
      },
      body: JSON.stringify(parameters),
    });
    return response.json();
  };

  // The welcome needs a service's id; a newcomer would have to fetch it first. Without one it is left to them.
  const firstService = async () => {
    try {
      const answer = await ask({ query: FIRST_SERVICE });
      return answer.data.services.edges[0].node.id;
    } catch {
      return "put a service's id here";
    }
  };

  const start = async () => {
    const address = new URLSearchParams(window.location.search);
    const variables = address.get("variables") ?? JSON.stringify({ serviceId: await firstService() }, null, 2);
    const root = ReactDOM.createRoot(document.getElementById("graphiql"));
    root.render(
      React.createElement(GraphiQL, {
        fetcher: ask,
        defaultQuery: WELCOME,
        query: address.get("query") ?? undefined,
        variables: address.has("query") ? variables : undefined,
        defaultTabs: [{ query: WELCOME, variables, headers: "" }],
        defaultEditorToolsVisibility: "headers",
        isHeadersEditorEnabled: true,
        shouldPersistHeaders: false,
      }),
    );
  };

  start();
})();
