import type { CodegenConfig } from "@graphql-codegen/cli";

/** Types for every document of src/documents, from the schema that is committed beside the service. */
const config: CodegenConfig = {
  schema: process.env.SLOTWELL_SCHEMA ?? "../../../schema.graphql",
  documents: "src/documents/*.graphql",
  generates: {
    "src/generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        strictScalars: true,
        scalars: {
          Date: "string",
          DateTime: "string",
          Decimal: "string",
          Email: "string",
          ID: "string",
          JSON: "unknown",
          TimeZone: "string",
          URL: "string",
          UUID: "string",
        },
      },
    },
  },
};

export default config;
