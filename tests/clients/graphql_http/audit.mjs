// Runs the audits of `graphql-http` against one address and says how each went.
// node audit.mjs http://127.0.0.1:8000/graphql/
// Exits with 0 only where all 61 audits are ok, none of them as a warning. Introspection must be open there.
import { serverAudits } from "graphql-http";

const EXPECTED = 61;

const [url] = process.argv.slice(2);
if (!url) {
  console.error("Say which address to audit, for example http://127.0.0.1:8000/graphql/");
  process.exit(2);
}

const counts = { ok: 0, notice: 0, warn: 0, error: 0 };
for (const audit of serverAudits({ url })) {
  // An audit rejects only where there is no answer at all.
  const result = await audit.fn().catch((error) => ({ status: "error", reason: error.cause ?? error }));
  counts[result.status] += 1;
  if (result.status !== "ok") {
    console.log(`${result.status}: ${audit.id} ${audit.name}: ${result.reason}`);
  }
}

console.log(`${counts.ok} ok, ${counts.notice} notices, ${counts.warn} warnings, ${counts.error} errors`);
process.exit(counts.ok === EXPECTED && Object.values(counts).reduce((a, b) => a + b) === EXPECTED ? 0 : 1);
