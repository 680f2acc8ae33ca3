/** Says what is being waited for. */
export function Waiting({ children }: { children: string }) {
  return (
    <p role="status" className="waiting">
      <span aria-hidden="true" className="spinner" /> {children}
    </p>
  );
}
