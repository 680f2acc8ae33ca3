/* Builds the page's script and the editor's three workers, each into one file under a name that stays: Django gives
   the names that change with the content. `npm run build -- FOLDER` builds into another folder than the served one. */
import path from "node:path";
import { rmSync } from "node:fs";
import { build } from "vite";
import { packagesOf, writeLicences, writeManifest } from "./manifest.mjs";

const here = import.meta.dirname;
const out = path.resolve(process.argv[2] ?? path.join(here, "../static/graphiql"));
const ENTRIES = {
  graphiql: "src/main.tsx",
  "editor.worker": "src/workers/editor.ts",
  "graphql.worker": "src/workers/graphql.ts",
  "json.worker": "src/workers/json.ts",
};
const modules = new Set();

const options = (name, entry) => ({
  root: here,
  configFile: false,
  logLevel: "error",
  publicDir: false,
  base: "./",
  plugins: [
    {
      name: "what-is-in-it",
      generateBundle: (_, bundle) => {
        for (const { moduleIds = [] } of Object.values(bundle)) for (const id of moduleIds) modules.add(id);
      },
    },
  ],
  build: {
    outDir: out,
    emptyOutDir: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 8000,
    cssCodeSplit: false,
    target: "es2022",
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: {
      input: path.join(here, entry),
      output: {
        format: "es",
        codeSplitting: false,
        entryFileNames: `${name}.js`,
        assetFileNames: ({ names }) => (names[0]?.endsWith(".css") ? `${name}.css` : "[name][extname]"),
      },
    },
  },
});

rmSync(out, { recursive: true, force: true });
for (const [name, entry] of Object.entries(ENTRIES)) await build(options(name, entry));
const packages = packagesOf(modules);
writeLicences(out, packages);
writeManifest(here, out, packages);
