/**
 * Compares a schema with the published one: node compare.mjs published.graphql schema.graphql approved-changes.json
 *
 * Prints a line for each change that matters. Ends with 1 where a change that breaks clients is not approved, where the
 * list of approvals is at fault, or where it approves what did not change; a dangerous change is told, and passes.
 */
import { readFileSync } from "node:fs";

import { CriticalityLevel, diff } from "@graphql-inspector/core";
import { buildSchema } from "graphql";

import { faultsOf } from "./approvals.mjs";

const [published, current] = process.argv.slice(2, 4).map((path) => buildSchema(readFileSync(path, "utf8")));
const approvals = JSON.parse(readFileSync(process.argv[4], "utf8"));

const changes = await diff(published, current);
const at = (level) => changes.filter(({ criticality }) => criticality.level === level);
const isApproved = ({ path }) => approvals.some((approval) => approval.path === path);
const breaking = at(CriticalityLevel.Breaking);

const wrong = [
  ...faultsOf(approvals, published),
  ...approvals
    .filter(({ path }) => !breaking.some((change) => change.path === path))
    .map(({ path }) => `The approval of ${path} is for nothing: no breaking change has this path.`),
  ...breaking
    .filter((change) => !isApproved(change))
    .map(({ path, message }) => `breaking: ${path}: ${message}`),
];
const told = [
  ...breaking.filter(isApproved).map(({ path, message }) => `approved: ${path}: ${message}`),
  ...at(CriticalityLevel.Dangerous).map(({ path, message }) => `dangerous: ${path}: ${message}`),
];

for (const line of [...told, ...wrong]) console.log(line);
console.log(`${changes.length} changes, ${wrong.length} that may not be`);
process.exitCode = wrong.length > 0 ? 1 : 0;
