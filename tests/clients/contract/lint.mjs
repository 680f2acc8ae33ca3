/** Judges the schema and every document by eslint.config.mjs; ends with 1 where anything is found. */
import { ESLint } from "eslint";

import config, { DOCUMENTS, SCHEMA } from "./eslint.config.mjs";

const eslint = new ESLint({ cwd: "/", overrideConfigFile: true, overrideConfig: config, errorOnUnmatchedPattern: false });
const results = await eslint.lintFiles([SCHEMA, ...DOCUMENTS]);
const findings = results.flatMap(({ filePath, messages }) =>
  messages.map(({ line, ruleId, message }) => `${filePath}:${line} ${ruleId ?? "inline-config"}: ${message.replaceAll("\n", " ")}`),
);

for (const finding of findings) console.log(finding);
console.log(`${results.length - 1} files of documents and the schema, ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
