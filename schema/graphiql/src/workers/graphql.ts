/* GraphQL's worker, which takes every field with "!" for one that variables must have: not where it has a default. */
import { GraphQLWorker } from "monaco-graphql/esm/GraphQLWorker.js";
import "monaco-graphql/esm/graphql.worker.js";

interface JsonSchema {
  definitions?: Record<string, { properties: Record<string, object>; required: string[] }>;
}

const schemaOf = GraphQLWorker.prototype.doGetVariablesJSONSchema;

GraphQLWorker.prototype.doGetVariablesJSONSchema = async function (uri) {
  const schema = (await schemaOf.call(this, uri)) as JsonSchema | null;
  for (const type of Object.values(schema?.definitions ?? {})) {
    type.required = type.required.filter((name) => !("default" in (type.properties[name] ?? {})));
  }
  return schema;
};
