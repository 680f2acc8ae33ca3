import { GraphiQL, GraphiQLInterface, HISTORY_PLUGIN } from "graphiql";
import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from "@graphiql/plugin-doc-explorer";
import { HistoryStore } from "@graphiql/plugin-history";
import { GraphiQLProvider } from "@graphiql/react";
import { createRoot } from "react-dom/client";
import { Bar } from "./Bar";
import { beginning } from "./beginning";
import { send } from "./fetcher";
import { Guide } from "./Guide";
import "./kept";
import { page } from "./page";
import { storage } from "./storage";
import "./workers";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "@graphiql/plugin-history/style.css";
import "graphiql/graphiql.css";
import "./look.css";

createRoot(page.root).render(
  <GraphiQLProvider
    {...beginning()}
    fetcher={send}
    storage={storage}
    plugins={[DOC_EXPLORER_PLUGIN, HISTORY_PLUGIN]}
    referencePlugin={DOC_EXPLORER_PLUGIN}
    shouldPersistHeaders={false}
  >
    <Bar />
    <Guide />
    <DocExplorerStore>
      <HistoryStore>
        <main>
          <GraphiQLInterface defaultEditorToolsVisibility showPersistHeadersSettings={false}>
            <GraphiQL.Logo>
              Graph<em>i</em>QL
            </GraphiQL.Logo>
          </GraphiQLInterface>
        </main>
      </HistoryStore>
    </DocExplorerStore>
  </GraphiQLProvider>,
);
