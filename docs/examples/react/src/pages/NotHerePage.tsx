import { StepHeading } from "../parts/StepHeading";

/** Any other address. Accounts, invitations and reviews have no page in this example. */
export function NotHerePage() {
  return (
    <section>
      <StepHeading title="No such page">There is no such page here</StepHeading>
      <p>
        <a href="/">Book a time</a>, or <a href="/bookings/status">look at a booking</a>.
      </p>
    </section>
  );
}
