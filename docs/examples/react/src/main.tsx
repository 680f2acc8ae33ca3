import { ApolloProvider } from "@apollo/client/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeClient } from "./api/client";
import { App } from "./App";
import { ErrorBoundary } from "./parts/ErrorBoundary";
import "./styles.css";

const root = document.getElementById("page");
if (!root) throw new Error("index.html has no element #page.");
createRoot(root).render(
  <StrictMode>
    <ErrorBoundary>
      <ApolloProvider client={makeClient()}>
        <App />
      </ApolloProvider>
    </ErrorBoundary>
  </StrictMode>,
);
