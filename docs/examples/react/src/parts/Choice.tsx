/** One of a few, as radio buttons. */
export function Choice<Value extends string>({
  legend,
  name,
  of,
  value,
  onChange,
}: {
  legend: string;
  name: string;
  of: Record<Value, string>;
  value: Value;
  onChange: (value: Value) => void;
}) {
  const options = Object.entries(of) as [Value, string][];
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map(([key, label]) => (
        <label key={key}>
          <input type="radio" name={name} checked={key === value} onChange={() => onChange(key)} /> {label}
        </label>
      ))}
    </fieldset>
  );
}
