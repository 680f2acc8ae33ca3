import { Deadline } from "./Deadline";

/** Where the booking stands, read aloud whenever it changes. */
export function StatusLine({
  status,
  statusLabel,
  deadline,
}: {
  status: string;
  statusLabel: string;
  deadline: string | null;
}) {
  return (
    <div className="status">
      <p role="status" data-status={status}>
        {statusLabel}
      </p>
      {deadline && <Deadline at={deadline} />}
    </div>
  );
}
