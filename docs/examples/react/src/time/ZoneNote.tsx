import { HERE, cityOf, differs } from "./zones";

/** Says on whose clock times are shown, once for a list of them. */
export function ZoneNote({ practice }: { practice: string }) {
  const isElsewhere = differs(new Date().toISOString(), HERE, practice);
  return (
    <p className="note">
      Times are on your clock, <strong>{cityOf(HERE)}</strong>
      {isElsewhere && (
        <>
          ; in small below it the practice’s, <strong>{cityOf(practice)}</strong>
        </>
      )}
      .
    </p>
  );
}
