import { useSyncExternalStore } from "react";
import { connection } from "../api/connection";

/** Says that there is no connection. The element is there always, so that it is read aloud once it says something. */
export function ConnectionBar() {
  const isLost = useSyncExternalStore(connection.subscribe, connection.isLost);
  return (
    <div role="status" className={isLost ? "connection lost" : "connection"}>
      {isLost && "No connection. What you typed is kept, and we go on by ourselves as soon as there is one."}
    </div>
  );
}
