"""Of every code that a client may meet: when it comes, what to do, and whether the same call may be sent again.

docs/error-codes.md is made from this, the enums and the tables of HTTP statuses; `make check` compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bookings.common.errors import ErrorCode
from schema.http.errors import Code


class Again(StrEnum):
    """Whether the call that was refused may be sent again."""

    CHANGED = "changed"
    LATER = "later"
    LOGGED_IN = "logged in"
    PROVEN = "with a new proof"
    NO = "no"


@dataclass(frozen=True)
class Advice:
    """What a client's developer needs to know of a code."""

    when: str
    do: str
    again: Again


_C, _T = ErrorCode, Code

ADVICE: Mapping[ErrorCode | Code, Advice] = {
    _C.ACCOUNT_IN_USE: Advice(
        "An account or a person is to be deleted, and a practice, sessions to give or active bookings hang on it.",
        "Show the message; hand over or cancel first. With `retryAfter`, what stands in the way is over by then.",
        Again.CHANGED,
    ),
    _C.ACTIVE_BOOKING_EXISTS: Advice(
        "A proven request, or one by staff, would be one more active booking than the practice allows one address.",
        "Lead the person to the booking that they have (`requestBookingAccess`, or `bookings` with an account).",
        Again.NO,
    ),
    _C.ALREADY_DECIDED: Advice(
        "A request was answered, or taken back, by somebody else in the meantime.",
        "Read it again and show what was decided.",
        Again.NO,
    ),
    _C.ALREADY_PAID: Advice(
        "Staff record money, or take something off a price, of which nothing is left to pay.",
        "Read the booking again and show its `balance`; what was paid too much is given back by a refund.",
        Again.NO,
    ),
    _C.ALREADY_REVIEWED: Advice(
        "A client reviews a session for the second time.",
        "Read `Booking.review` and show it.",
        Again.NO,
    ),
    _C.BUSINESS_IN_USE: Advice(
        "A practice is to be taken away for good, and something was asked for, booked or paid there.",
        "Close it instead (`updateBusiness` with `isActive: false`): it is neither shown nor booked any more, and what "
        "is booked stays.",
        Again.NO,
    ),
    _C.CHALLENGE_ALREADY_USED: Advice(
        "The mailed link or code did its work before, perhaps in another tab.",
        "Look whether what it was for is done; if not, ask for a new mail.",
        Again.PROVEN,
    ),
    _C.CHALLENGE_EXPIRED: Advice(
        "The mailed link or code is older than it lives, or than the deadline of what it is for.",
        "Offer to send a new one.",
        Again.PROVEN,
    ),
    _C.CHALLENGE_INVALID: Advice(
        "The link or code is wrong, was replaced by a newer one, is for something else, or five codes were tried.",
        "Let the person look at the newest mail; offer to send another.",
        Again.PROVEN,
    ),
    _C.CONSENT_REQUIRED: Advice(
        "`consent` is not true, or the text has changed since the version that was sent.",
        "Show `Business.consentText` as it is now and ask the person; never tick it for them.",
        Again.CHANGED,
    ),
    _C.CREDENTIALS_INVALID: Advice(
        "What was to prove the person does not fit: address and password, the password that is asked for again, a "
        "security answer. That nobody has such an account, or that it is closed, looks the same.",
        "Let the person try again; offer `requestPasswordReset`.",
        Again.CHANGED,
    ),
    _C.EMAIL_NOT_VERIFIED: Advice(
        "The account has not proven its mailbox, which this needs.",
        "Let the person prove the mailbox first: `requestEmailVerification`, then `verifyEmail`.",
        Again.LATER,
    ),
    _C.EMAIL_TAKEN: Advice(
        "`verifyEmail` proved a mailbox that got an account meanwhile. Only who reads the mailbox is told.",
        "Offer to log in, or `requestPasswordReset`.",
        Again.NO,
    ),
    _C.FORBIDDEN: Advice(
        "The caller is known, and may not do this: their role, their service key's scopes, or the table of rights.",
        "Do not offer it: `availableActions` lists what this caller can do. Somebody else has to.",
        Again.NO,
    ),
    _C.IDEMPOTENCY_MISMATCH: Advice(
        "This `idempotencyKey` came before, with other input.",
        "A bug in the client: make a new key for each new act.",
        Again.CHANGED,
    ),
    _C.INVALID_TRANSITION: Advice(
        "The booking's status does not allow this move: it was made already, it lapsed, or somebody was faster.",
        "Read the booking again and show its `status` and `availableActions`.",
        Again.NO,
    ),
    _C.LAST_OWNER: Advice(
        "The only owner of a practice would leave it, or get another role.",
        "Make somebody else an owner first.",
        Again.CHANGED,
    ),
    _C.NOT_ENABLED: Advice(
        "A part of the service is turned off by its settings, recovery by security question for instance.",
        "Do not offer it here.",
        Again.NO,
    ),
    _C.NOT_FOUND: Advice(
        "A mutation names what is not there, or what this caller may not see: both look alike. Queries give null.",
        "Check the id; log in, or open the booking with its proof, if it should be there.",
        Again.NO,
    ),
    _C.PAYMENT_MISMATCH: Advice(
        "The provider reports another amount, currency or reference than was asked for.",
        "Tell the person that it goes back by itself, and start another payment.",
        Again.NO,
    ),
    _C.PAYMENT_NOT_DUE: Advice(
        "Nothing is to be paid online for this booking, or no payment of it was started.",
        "Read the booking again; do not offer to pay.",
        Again.NO,
    ),
    _C.PAYMENT_PROVIDER_ERROR: Advice(
        "The payment provider gave no answer, or none that makes sense.",
        "Offer to try again in a minute. No money is lost: what was paid counts once the provider says so.",
        Again.LATER,
    ),
    _C.PAYMENT_UNDER_WAY: Advice(
        "Staff would change what a booking costs while the client has its payment page open.",
        "Tell them to try again once the attempt has ended, at the latest after `retryAfter` seconds.",
        Again.LATER,
    ),
    _C.PICTURE_BROKEN: Advice(
        "The bytes are no whole picture, or did not all arrive.",
        "Ask for a new link, and send another file.",
        Again.PROVEN,
    ),
    _C.PICTURE_NOT_KEPT: Advice(
        "The storage of pictures did not answer.",
        "Ask for a new link a moment later, and send the file again.",
        Again.LATER,
    ),
    _C.PICTURE_TOO_LARGE: Advice(
        "The file has too many bytes, or the picture too many pixels.",
        "Make it smaller, ask for a new link, and send it.",
        Again.PROVEN,
    ),
    _C.PICTURE_TYPE_REFUSED: Advice(
        "The bytes, whatever they are called, are no PNG, JPEG or WebP, or a picture that moves.",
        "Convert it, ask for a new link, and send it.",
        Again.PROVEN,
    ),
    _C.RATE_LIMITED: Advice(
        "Too many tries of this kind, or too many requests at all, from this caller or about this address.",
        "Wait for `retryAfter` seconds (HTTP: `Retry-After`), and slow down; nothing was tried. Without `retryAfter`, "
        "waiting helps nobody: show the message.",
        Again.LATER,
    ),
    _C.SENDER_BLOCKED: Advice(
        "The practice takes no bookings from the address, which was proven just now. Nobody else is told.",
        "Tell the person to get in touch with the practice.",
        Again.NO,
    ),
    _C.SLOT_UNAVAILABLE: Advice(
        "The time cannot be booked, or not any more. `reasons` says every rule that stands against it.",
        "Show `suggestedSlots`, or list `openSlots` anew. A proven draft stays: move it with `rescheduleBooking`.",
        Again.CHANGED,
    ),
    _C.TOKEN_EXPIRED: Advice(
        "`refreshToken` or `verifyToken` got a token that is too old.",
        "Let the person log in again.",
        Again.LOGGED_IN,
    ),
    _C.TOKEN_INVALID: Advice(
        "`refreshToken` or `verifyToken` got a token that never was one, or whose session was ended.",
        "Forget it and let the person log in again.",
        Again.LOGGED_IN,
    ),
    _C.TOKEN_REUSED: Advice(
        "A refresh token came a second time, later than 10 seconds: somebody holds a copy, so the session was ended.",
        "Let the person log in again; the account's owner was told by mail.",
        Again.LOGGED_IN,
    ),
    _C.TOKEN_ROTATED: Advice(
        "Another tab exchanged this refresh token a moment ago.",
        "Use the tokens that it got; let one tab refresh for all.",
        Again.NO,
    ),
    _C.TOO_EARLY: Advice(
        "What is possible only from the session's start on was tried before.",
        "Offer it from `startsAt` on.",
        Again.LATER,
    ),
    _C.TOO_LATE: Advice(
        "The session is over, or the notice for cancelling and moving has begun.",
        "Tell the person to get in touch with the practice, whose staff may.",
        Again.NO,
    ),
    _C.UNAUTHENTICATED: Advice(
        "Nobody is signed in, or the token or key that was sent is expired or no good.",
        "Refresh the token once, or let the person log in; for one booking, prove the mailbox again.",
        Again.LOGGED_IN,
    ),
    _C.UPLOAD_LINK_EXPIRED: Advice(
        "The upload link is too old.", "Ask for a new one, and send the file at once.", Again.PROVEN
    ),
    _C.UPLOAD_LINK_INVALID: Advice(
        "There is no such upload link, or a newer one replaced it.", "Ask for a new one.", Again.PROVEN
    ),
    _C.UPLOAD_LINK_USED: Advice(
        "A file came by this upload link before.",
        "Look whether the picture is there; if not, ask for a new link.",
        Again.PROVEN,
    ),
    _C.VALIDATION_FAILED: Advice(
        "A value breaks a rule of the practice or of the field. `field` is its path in the input.",
        "Show `message` beside the field.",
        Again.CHANGED,
    ),
    _T.BAD_USER_INPUT: Advice(
        "The request, a variable or an argument is malformed: no JSON, an id of another type, a time without its "
        "offset, a page of 1000 rows.",
        "A bug in the client, mostly: mend the call.",
        Again.CHANGED,
    ),
    _T.GRAPHQL_VALIDATION_FAILED: Advice(
        "The document does not parse, or does not fit the schema.",
        "Mend the document against schema.graphql.",
        Again.CHANGED,
    ),
    _T.INTERNAL_ERROR: Advice(
        "A bug, or something that we count on is down. What exactly stays in our log.",
        "Try again after a moment, with the same `idempotencyKey`; report the `requestId` if it goes on.",
        Again.LATER,
    ),
    _T.PERSISTED_QUERY_NOT_FOUND: Advice(
        "A document was named by its hash alone, and is not known here, or not any more.",
        "Send the same call with `query` beside the hash; Apollo Client does so by itself.",
        Again.CHANGED,
    ),
    _T.PERSISTED_QUERY_NOT_SUPPORTED: Advice(
        "`extensions.persistedQuery` has another `version` than 1.",
        "Send `query` without the hash; Apollo Client does so by itself, and leaves hashes be from then on.",
        Again.CHANGED,
    ),
    _T.QUERY_TOO_COMPLEX: Advice(
        "The document passes a limit on its size, depth or cost, or holds two throttled mutations.",
        "Ask for less, or in several requests.",
        Again.CHANGED,
    ),
}
"""One line of this for each line of the enums. What is in both enums stands here once."""
