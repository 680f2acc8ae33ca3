/**
 * graphql-eslint's recommended presets for schema and operations, and its preset for Relay. Whatever is not as they have
 * it says why: here, and in exceptions.mjs by name.
 *
 * SCHEMA and DOCUMENTS (a pattern) put others in the place of ours: tests plant faults in these.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

import graphql from "@graphql-eslint/eslint-plugin";
import { buildSchema, isObjectType } from "graphql";

import { SHORT_LISTS, WITHOUT_ID, namesIn } from "./exceptions.mjs";
import { listsNodes, nodeListsAreConnections } from "./lists.mjs";

const ROOT = join(import.meta.dirname, "../../..");
export const SCHEMA = process.env.SCHEMA ?? join(ROOT, "schema.graphql");
export const DOCUMENTS = process.env.DOCUMENTS?.split(",") ?? [
  join(ROOT, "docs/examples/**/*.graphql"),
  join(ROOT, "tests/clients/**/*.graphql"),
];

const schema = buildSchema(readFileSync(SCHEMA, "utf8"));
const typeWithoutId = (name) => isObjectType(schema.getType(name)) && !schema.getType(name).getFields().id;
const listOfNodes = (name) => {
  const [type, field] = name.split(".");
  const found = schema.getType(type)?.getFields()[field];
  return found !== undefined && listsNodes(found.type);
};

const DIFFERENTLY = {
  "@graphql-eslint/strict-id-in-types": [
    "error",
    {
      // AccountSession's id is a UUID, which `endSession` takes.
      acceptedIdTypes: ["ID", "UUID"],
      exceptions: {
        // Payloads answer one call; connections and edges are pages, named by what they page through.
        suffixes: ["Payload", "Connection", "Edge"],
        types: namesIn(WITHOUT_ID, "types", typeWithoutId),
      },
    },
  ],
  // The directive is GraphQL's own (September 2025), printed for tools that do not know it yet.
  "@graphql-eslint/require-description": [
    "error",
    { types: true, rootField: true, DirectiveDefinition: true, ignoredSelectors: ["[type=DirectiveDefinition][name.value=oneOf]"] },
  ],
  // Relay does not ask that every list be a connection, nor can a list of errors or opening hours be one. What does matter,
  // lists that grow, is the next rule's.
  "@graphql-eslint/relay-edge-types": ["error", { listTypeCanWrapOnlyEdgeType: false }],
  "contract/node-lists-are-connections": ["error", namesIn(SHORT_LISTS, "fields", listOfNodes)],
};

// One for both: the plugin reads it once in a process.
const graphQLConfig = { schema: SCHEMA, documents: DOCUMENTS };

const JUDGED = {
  basePath: "/",
  plugins: {
    "@graphql-eslint": graphql,
    contract: { rules: { "node-lists-are-connections": nodeListsAreConnections(schema) } },
  },
  languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig } },
  // No comment in a document turns a rule off.
  linterOptions: { noInlineConfig: true },
};

export default [
  { ignores: ["**/node_modules/"] },
  {
    ...JUDGED,
    files: [SCHEMA.slice(1)],
    rules: {
      ...graphql.configs["flat/schema-recommended"].rules,
      ...graphql.configs["flat/schema-relay"].rules,
      ...DIFFERENTLY,
    },
  },
  {
    ...JUDGED,
    files: DOCUMENTS.map((pattern) => pattern.slice(1)),
    rules: graphql.configs["flat/operations-recommended"].rules,
  },
];
