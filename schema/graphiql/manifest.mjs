/* Says of a build what it was made from and what is in it, so that a test can hold the two together. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const MANIFEST = "VERSIONS.txt";
const SOURCES = ["build.mjs", "manifest.mjs", "package.json", "package-lock.json", "tsconfig.json", "src"];
const LICENCE = /^(licen[cs]e|copying|notice|thirdpartynotices)(\.(md|txt))?$/i;

const digest = (content) => createHash("sha256").update(content).digest("hex");

/** Give the packages that modules came from: name, version, licence, folder; by name and version. */
export function packagesOf(modules) {
  const folders = [...modules].map((id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]);
  return [...new Set(folders.filter(Boolean))]
    .map((folder) => ({ folder, ...JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) }))
    .sort((one, other) => order(`${one.name} ${one.version}`, `${other.name} ${other.version}`));
}

/** Write the licences of all of them into one file. */
export function writeLicences(out, packages) {
  const texts = packages.map(({ folder, name, version, license, author }) => {
    const texts = readdirSync(folder)
      .filter((file) => LICENCE.test(file))
      .sort(order)
      .map((file) => readFileSync(path.join(folder, file), "utf8").replaceAll("\r\n", "\n").trim());
    const holder = typeof author === "object" ? author?.name : author;
    const said = texts.length ? texts : [`Licence: ${license}. No text comes with it. Author: ${holder ?? "its contributors"}`];
    return `${"=".repeat(78)}\n${name} ${version} (${license})\n${"=".repeat(78)}\n\n${said.join("\n\n")}\n`;
  });
  writeFileSync(path.join(out, "LICENSES.txt"), texts.join("\n"));
}

/** Write the digest of the sources, the digests of what was built, and the packages in it. */
export function writeManifest(here, out, packages) {
  const built = readdirSync(out).sort(order).filter((name) => name !== MANIFEST);
  const lines = [
    "Built from schema/graphiql by `npm ci && npm run build` there. LICENSES.txt holds the licences of the packages.",
    "",
    `sources  ${digestOf(here)}`,
    "",
    ...built.map((name) => `${digest(readFileSync(path.join(out, name)))}  ${name}`),
    "",
    ...packages.map(({ name, version, license }) => `${name} ${version} (${license})`),
    "",
  ];
  writeFileSync(path.join(out, MANIFEST), lines.join("\n"));
}

/** Give one digest of all sources: of the lines "<sha256>  <path>", by path. */
function digestOf(here) {
  const files = SOURCES.flatMap((name) =>
    name === "src"
      ? readdirSync(path.join(here, name), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => path.relative(here, path.join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
      : [name],
  ).filter((name) => existsSync(path.join(here, name)));
  return digest(files.sort(order).map((name) => `${digest(readFileSync(path.join(here, name)))}  ${name}\n`).join(""));
}

const order = (one, other) => (one < other ? -1 : one > other ? 1 : 0);
