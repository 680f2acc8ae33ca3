// PostGraphile 5 over the schema that postgraphile.sql makes, in as many processes as the others have.
import cluster from "node:cluster";
import { createServer } from "node:http";
import { grafserv } from "grafserv/node";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

if (cluster.isPrimary) {
  for (let number = 0; number < Number(process.env.WEB_PROCESSES); number += 1) cluster.fork();
  process.on("SIGTERM", () => process.exit(0));
} else {
  const preset = {
    extends: [PostGraphileAmberPreset],
    pgServices: [
      makePgService({
        connectionString: process.env.PG_URL,
        schemas: ["offered"],
        poolSize: Number(process.env.WEB_THREADS),
      }),
    ],
    grafserv: { graphqlPath: "/graphql/", graphiql: false, watch: false },
    grafast: { explain: false },
  };
  const server = createServer();
  const serving = postgraphile(preset).createServ(grafserv);
  await serving.addTo(server);
  server.listen(Number(process.env.PORT), "127.0.0.1");
}
