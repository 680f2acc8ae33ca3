import { useQuery } from "@apollo/client/react";
import { PracticeDocument, ServicesDocument } from "../generated/graphql";
import { StepHeading } from "../parts/StepHeading";
import { Trouble } from "../parts/Trouble";
import { Waiting } from "../parts/Waiting";
import { PRACTICE } from "../settings";
import { visit } from "../visit/visit";
import { minutesInWords, priceInWords } from "../words";

/** What the practice offers. */
export function ChooseService() {
  const practice = useQuery(PracticeDocument, { variables: { slug: PRACTICE } });
  const businessId = practice.data?.business?.id;
  return (
    <section>
      <StepHeading title="Choose what to book">What would you like to book?</StepHeading>
      {practice.loading && !practice.data && <Waiting>Asking what is offered …</Waiting>}
      {practice.error && <Trouble error={practice.error} onAgain={() => void practice.refetch()} />}
      {practice.data && !businessId && <p>This practice takes no bookings here.</p>}
      {businessId && <Offer businessId={businessId} />}
    </section>
  );
}

function Offer({ businessId }: { businessId: string }) {
  const { data, loading, error, refetch, fetchMore } = useQuery(ServicesDocument, { variables: { businessId } });
  if (error) return <Trouble error={error} onAgain={() => void refetch()} />;
  if (!data) return <Waiting>Asking what is offered …</Waiting>;
  const { edges, pageInfo } = data.services;
  if (edges.length === 0) return <p>Nothing can be booked here yet.</p>;
  return (
    <>
      <ul className="offer">
        {edges.map(({ node }) => (
          <li key={node.id}>
            <button type="button" onClick={() => visit.change({ serviceId: node.id, consultantId: null, slot: null })}>
              <strong>{node.name}</strong>
              <span>
                {node.maxDurationMinutes ? "from " : ""}
                {minutesInWords(node.durationMinutes)} · {priceInWords(node.price)}
                {node.maxDurationMinutes ? " and up" : ""}
              </span>
              {node.description && <small>{node.description}</small>}
            </button>
          </li>
        ))}
      </ul>
      {pageInfo.hasNextPage && (
        <button
          type="button"
          className="plain"
          disabled={loading}
          onClick={() => void fetchMore({ variables: { after: pageInfo.endCursor } })}
        >
          More
        </button>
      )}
    </>
  );
}
