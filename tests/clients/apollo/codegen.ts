import type { CodegenConfig } from "@graphql-codegen/cli";

const SCALARS = "../client/scalars.js";

const config: CodegenConfig = {
  schema: "../../../schema.graphql",
  documents: ["../../../docs/examples/react/src/documents/*.graphql", "operations/*.graphql"],
  generates: {
    "./generated/": {
      preset: "client",
      presetConfig: { fragmentMasking: false },
      config: {
        enumsAsTypes: true,
        useTypeImports: true,
        // A scalar that is not named below stops the build instead of becoming `any`.
        strictScalars: true,
        scalars: {
          ID: "string",
          Date: `${SCALARS}#Day`,
          DateTime: { input: `${SCALARS}#InstantInput`, output: `${SCALARS}#Instant` },
          Decimal: `${SCALARS}#DecimalText`,
          Email: "string",
          JSON: "unknown",
          TimeZone: "string",
          URL: "string",
          UUID: "string",
        },
      },
    },
    // Which types an interface has: fragments on `Node` need it.
    "./generated/possible-types.ts": {
      plugins: ["fragment-matcher"],
      config: { useExplicitTyping: true },
    },
  },
};

export default config;
