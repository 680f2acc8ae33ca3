import { useQuery } from "@apollo/client/react";
import { PracticeDocument } from "../generated/graphql";
import { PRACTICE } from "../settings";

/** Whose page this is. Without an answer the page works all the same. */
export function PracticeHeader() {
  const { data } = useQuery(PracticeDocument, { variables: { slug: PRACTICE } });
  const practice = data?.business;
  return (
    <header>
      <a href="/" className="practice">
        {practice?.name ?? "Book a time"}
      </a>
      {practice?.city && <span>{practice.city}</span>}
    </header>
  );
}
