"""What every table keeps of people, for how long, and what erasing somebody does to it: docs/personal-data.md."""

from collections.abc import Mapping
from dataclasses import dataclass

from bookings.common.markdown import code, table


@dataclass(frozen=True)
class Kept:
    """What one table keeps of people, in words. until: how long; erased: what becomes of it with the person."""

    of_people: str
    until: str = "–"
    erased: str = "–"


_ACCOUNT = "until the account is erased"
_PRACTICE = "as long as the practice keeps it"

KEPT: Mapping[str, Kept] = {
    "User": Kept(
        "address, name, telephone number, zone, language, preferences, the password's hash, the picture's name",
        _ACCOUNT,
        "emptied; the row stays under `deleted-<key>@invalid`, as others point at it; the picture's file goes",
    ),
    "RefreshToken": Kept("what browser a log-in came from", "a day after it ran out", "deleted"),
    "Registration": Kept("address, name, the hash of a password", "24 hours", "deleted"),
    "RoleRequest": Kept(
        "which role somebody asked for; what an admin answered", "a year after the answer", "deleted"
    ),
    "SecurityAnswer": Kept("a question, and the hash of its answer", _ACCOUNT, "deleted"),
    "ServiceKey": Kept(
        "a name that its owner gave it, and whose it is", _ACCOUNT, "revoked, its name emptied"
    ),
    "CalendarFeed": Kept(
        "whose sessions a secret address shows: a client's address, or a consultant; when it was last read; the "
        "hash of the secret",
        "until it is revoked, and 30 days more",
        "deleted",
    ),
    "Booking": Kept(
        "address, name, telephone number, zone and language; message, intake answers and emergency contact, encrypted; "
        "a keyed digest of the city among the answers; "
        "where an online session took place; which text was agreed to, and when",
        "answers and message: `INTAKE_RETENTION_DAYS` after the session; the rest: `PERSONAL_DATA_RETENTION_DAYS`; "
        "what was never proven: `DRAFT_RETENTION_DAYS`",
        "emptied; status, times, service, price and the version agreed to stay",
    ),
    "BookingNote": Kept(
        "reasons that the client was told and internal notes, encrypted",
        "with their booking",
        "the text is emptied",
    ),
    "Difference": Kept(
        "what a provider says otherwise of a payment: amounts and codes; the account that dealt with it",
        "for good",
        "stays",
    ),
    "Discount": Kept(
        "why something was taken off a price, encrypted; the account that did",
        "with their booking",
        "the reason is emptied; the amount stays",
    ),
    "BookingEvent": Kept("the key of the account that acted; no words, no address", "for good", "stays"),
    "Claim": Kept("address", "while a booking is active", "deleted"),
    "Payment": Kept(
        "amounts, times and references of a booking, whose client only the booking names",
        "for good",
        "stays, without the address of its payment page",
    ),
    "PaymentAccount": Kept(
        "keys of a practice's account with a payment provider, encrypted; whose account entered them",
        "as long as there are payments by it",
        "stays the practice's",
    ),
    "Receipt": Kept(
        "name and address of who paid, for what and when, as it stood on the receipt of that day",
        "for good: it is what the law asks to be kept",
        "stays as it was issued; an export still shows it",
    ),
    "Review": Kept(
        "what a client said of a session, in public, under a first name and an initial; the practice's answer; the "
        "accounts that answered and hid it",
        "with their booking",
        "comment and name are emptied; the stars, which name nobody and count in the rating, and the answer stay",
    ),
    "Refund": Kept(
        "the same of what went back; why, in the words of staff, encrypted",
        "for good",
        "stays, without the words",
    ),
    "ProviderEvent": Kept(
        "what a payment provider wrote, encrypted; some write the payer's name",
        "30 days; that it came: for good",
        "emptied",
    ),
    "SandboxCheckout": Kept("what was bought, under which acknowledgement id", "for good", "stays"),
    "OutboxMessage": Kept(
        "to whom a mail went, which, and the facts that it told; codes, links and reasons, encrypted, until it leaves",
        "`OUTBOX_RETENTION_DAYS` after it was sent, or was given up (then its row stays, empty)",
        "emptied, and not sent if it still waits; in mails to others the name goes",
    ),
    "MailRefusal": Kept(
        "a keyed digest of an address that wants, or takes, no more of a kind of mail",
        "for good, or until somebody who reads the mailbox allows it again; "
        "of one that took none: until a mail arrives",
        "stays: it cannot be read back, and still holds",
    ),
    "Challenge": Kept("address; the hashes of a link and a code", "a week after its end", "deleted"),
    "AccessToken": Kept("address; a token's hash", "a week after its end", "deleted"),
    "IdempotencyRecord": Kept("a keyed digest of the address, or the account's key", "24 hours", "deleted"),
    "LimitRefusal": Kept(
        "whom a limit refused, and how often: an account, the larger part of a network, a keyed digest of an address",
        "a week; where an admin let somebody try again, a year",
        "deleted, by account and by digest; what has a network alone names nobody",
    ),
    "LimitWindow": Kept(
        "a keyed digest of who did something, and when", "a day at most", "stays: it cannot be read back"
    ),
    "StaffInvitation": Kept("address", "30 days after its end", "deleted"),
    "StaffMember": Kept("who works for a practice, as what", _PRACTICE, "deleted"),
    "BlockedSender": Kept(
        "address or domain, and why",
        _PRACTICE,
        "the address becomes a keyed digest that still blocks; the reason goes",
    ),
    "CorporateClient": Kept(
        "of a company's contact: name, address, telephone number; what staff noted, encrypted",
        _PRACTICE,
        "the contact and the note are emptied; the company stays, with its tax number and postal address",
    ),
    "PictureUpload": Kept("who asked for a link", "a day after it ran out", "deleted"),
    "Consultant": Kept(
        "the name, text and picture that a practice shows of somebody whose time it sells",
        _PRACTICE,
        "stays the practice's to change; the account is taken from it",
    ),
    "ConsultantLanguage": Kept(
        "in which languages somebody whose time is sold works", _PRACTICE, "stays, with the profile"
    ),
    "ConsultantListing": Kept(
        "when somebody whose time is sold has their next open time", _PRACTICE, "stays, with the profile"
    ),
    "ListingWord": Kept(
        "the words by which a practice is found, its consultants' names and specialisations among them",
        "while they stand in the practice's profiles",
        "stays, with the profile",
    ),
    "Favourite": Kept("which practices and consultants somebody keeps at hand", _ACCOUNT, "deleted"),
    "Business": Kept(
        "address, telephone number and place of a practice",
        _PRACTICE,
        "stays; its owner is not erased before",
    ),
    "LogEntry": Kept(
        "what was changed in the admin, by whom, by its name", "for good", "the name goes, the entry stays"
    ),
    "Session": Kept(
        "which account is logged in to the admin or GraphiQL; notices to it", "until it runs out", "deleted"
    ),
    "Task": Kept(
        "what the worker ran, with keys alone; of one that failed, the error",
        "the last 1000 that went well; failures until somebody deletes them",
        "an error that names the address is emptied",
    ),
    "OrmQ": Kept("keys of rows that the worker is to look at", "seconds", "stays: it names nobody"),
    "User_groups": Kept("which groups of the admin an account is in", _ACCOUNT, "deleted"),
    "User_user_permissions": Kept("what an account may in the admin", _ACCOUNT, "deleted"),
}
"""The tables that keep something of people, and of which it might be thought; by model."""

OF_NOBODY = frozenset(
    {
        "Category",
        "ClosedDay",
        "ConsentText",
        "Consultant_services",
        "ContentType",
        "DateOverride",
        "Failure",
        "Group",
        "Group_permissions",
        "Listing",
        "Occupation",
        "OpeningHours",
        "Permission",
        "ReceiptCounter",
        "Resource",
        "Resource_services",
        "SandboxRefund",
        "Schedule",
        "Service",
        "Slot",
        "Success",
        "TimeOff",
        "WeeklyHours",
        "WorkerHeartbeat",
    }
)
"""Tables that keep nothing of people (Failure and Success are views of Task)."""


_INTRODUCTION = (
    "Made by `make generate` from `bookings/privacy/inventory.py`; a test holds it against the models. How it is used "
    "is in [the guide](guides/privacy.md)."
)


def page() -> str:
    """Give the page."""
    rows = [(code(name), kept.of_people, kept.until, kept.erased) for name, kept in sorted(KEPT.items())]
    return "\n".join(
        [
            "# What each table keeps of people",
            "",
            _INTRODUCTION,
            "",
            table(("table", "what it keeps of people", "until", "with an erased person"), rows),
            "",
            "These keep nothing of people: " + ", ".join(map(code, sorted(OF_NOBODY))) + ".",
            "",
        ]
    )
