/* Where the editor finds its workers: under the names that Django gave to our files, never as a blob. */
import { page } from "./page";

self.MonacoEnvironment = {
  getWorker: (_, label) =>
    new Worker(page.worker(label === "graphql" || label === "json" ? label : "editor"), {
      name: label,
      type: "module",
    }),
};
