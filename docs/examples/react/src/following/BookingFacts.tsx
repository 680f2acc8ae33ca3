import type { BookingPartsFragment } from "../generated/graphql";
import { TimeShown } from "../time/TimeShown";
import { HERE, dayOf, timeOf } from "../time/zones";
import { moneyInWords, priceInWords } from "../words";

/** What is booked. What the API leaves out is left out. */
export function BookingFacts({ booking }: { booking: BookingPartsFragment }) {
  const { service, consultant, business, startsAt, endsAt, price, balance, payments, alternatives } = booking;
  const receipts = payments?.flatMap((payment) => payment.receipts) ?? [];
  return (
    <dl>
      <dt>What</dt>
      <dd>
        {service?.name}
        {consultant && ` with ${consultant.fullName}`}
      </dd>
      <dt>When</dt>
      <dd>
        {startsAt && endsAt && booking.timezone ? (
          <TimeShown startsAt={startsAt} endsAt={endsAt} timezone={booking.timezone} />
        ) : (
          "The practice will say."
        )}
      </dd>
      <dt>For</dt>
      <dd>
        {booking.fullName}, {booking.email}
      </dd>
      {price && (
        <>
          <dt>Price</dt>
          <dd>
            {priceInWords(price)}
            {balance && Number(balance.amount) > 0 && ` (to pay: ${moneyInWords(balance)})`}
          </dd>
        </>
      )}
      {booking.meetingUrl && (
        <>
          <dt>Where</dt>
          <dd>
            <a href={booking.meetingUrl} rel="noreferrer">
              Join online
            </a>
          </dd>
        </>
      )}
      {booking.calendarLinks?.icsUrl && (
        <>
          <dt>Calendar</dt>
          <dd>
            <a href={booking.calendarLinks.icsUrl}>Add to my calendar</a>
          </dd>
        </>
      )}
      {alternatives && alternatives.length > 0 && (
        <>
          <dt>Proposed</dt>
          <dd>
            {alternatives.map((start) => (
              <time key={start} dateTime={start} className="proposed">
                {dayOf(start, HERE)}, {timeOf(start, HERE)}
              </time>
            ))}
            <small>The practice proposes these instead. None is held: book one of them anew.</small>
          </dd>
        </>
      )}
      {receipts.length > 0 && (
        <>
          <dt>Receipts</dt>
          <dd>
            {receipts.map(({ number, url }) => (
              <a key={number} href={url}>
                {number}
              </a>
            ))}
          </dd>
        </>
      )}
      {business && (business.phone || business.email) && (
        <>
          <dt>Questions</dt>
          <dd>{[business.phone, business.email].filter(Boolean).join(", ")}</dd>
        </>
      )}
    </dl>
  );
}
