import { useId } from "react";

interface Person {
  id: string;
  fullName: string;
  specialisation: string;
}

/** With whom. Nothing is asked where there is nobody to choose from. */
export function ChoosePerson({
  people,
  chosen,
  onChoose,
}: {
  people: readonly Person[];
  chosen: string | null;
  onChoose: (id: string | null) => void;
}) {
  const id = useId();
  if (people.length < 2) return people[0] ? <p>With {people[0].fullName}.</p> : null;
  return (
    <p className="field">
      <label htmlFor={id}>With</label>
      <select id={id} value={chosen ?? ""} onChange={(event) => onChoose(event.target.value || null)}>
        <option value="">Anyone</option>
        {people.map((person) => (
          <option key={person.id} value={person.id}>
            {person.fullName}
            {person.specialisation && ` – ${person.specialisation}`}
          </option>
        ))}
      </select>
    </p>
  );
}
