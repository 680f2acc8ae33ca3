/* Starts GraphiQL on the address that it was loaded from. What somebody wrote lasts as long as their tab;
   headers, which hold tokens, are not stored at all (GraphiQL's history would keep them). */
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
        consultant { fullName }
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

  const HOLD_HEADERS = ["graphiql:tabState", "graphiql:queries", "graphiql:favorites"];
  const withoutHeaders = (json) =>
    JSON.stringify(JSON.parse(json, (name, part) => (name === "headers" ? "" : part)));

  const storage = {
    getItem: (name) => sessionStorage.getItem(name),
    setItem: (name, value) => {
      if (name !== "graphiql:headers") {
        sessionStorage.setItem(name, HOLD_HEADERS.includes(name) ? withoutHeaders(value) : value);
      }
    },
    removeItem: (name) => sessionStorage.removeItem(name),
    clear: () => sessionStorage.clear(),
    get length() {
      return sessionStorage.length;
    },
  };

  // A link may bring its own operation; else the first visit shows the welcome, and later ones what was left.
  const beginning = async () => {
    const address = new URLSearchParams(window.location.search);
    if (address.has("query")) {
      return { query: address.get("query"), variables: address.get("variables") ?? "" };
    }
    if (storage.getItem("graphiql:tabState") === null) {
      storage.setItem("graphiql:query", WELCOME);
      storage.setItem("graphiql:variables", JSON.stringify({ serviceId: await firstService() }, null, 2));
    }
    return {};
  };

  const start = async () => {
    const root = ReactDOM.createRoot(document.getElementById("graphiql"));
    root.render(
      React.createElement(GraphiQL, {
        ...(await beginning()),
        fetcher: ask,
        storage,
        defaultQuery: WELCOME,
        defaultEditorToolsVisibility: true,
        isHeadersEditorEnabled: true,
        shouldPersistHeaders: false,
        showPersistHeadersSettings: false,
      }),
    );
  };

  start();
})();
