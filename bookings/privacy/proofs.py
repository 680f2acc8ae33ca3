"""Proving a mailbox before anything is shown or forgotten; needs no account, and tells nothing of who is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction

from bookings.accounts.addresses import read_email
from bookings.common import languages
from bookings.common.addresses import normalise_email
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.links import link_to
from bookings.common.secrecy import keyed_digest
from bookings.notifications.services import queue_message
from bookings.privacy.erasure import Erasure, erase_person
from bookings.privacy.export import export_person
from bookings.privacy.person import Person, refuse_while_needed
from bookings.verification import services as verification
from bookings.verification.models import Challenge

PURPOSE = Challenge.Purpose.PERSONAL_DATA
_DIGITS = 56
"""Of the digest in a subject, which has 64 characters at most."""


class Request(models.TextChoices):
    """What somebody may ask for who proves a mailbox."""

    EXPORT = "EXPORT", "Read what is known of me"
    ERASE = "ERASE", "Forget me"


@dataclass(frozen=True)
class Proof:
    """The token of a mailed link, or an address with the mailed code."""

    token: str | None = None
    email: str = ""
    code: str = ""

    @property
    def counted_as(self) -> str:
        """By what tries of it are counted, on the pages and in the API alike."""
        return f"link:{self.token}" if self.token else f"person:{normalise_email(self.email)}"


_MAILS: Mapping[Request, tuple[str, str]] = {
    Request.EXPORT: ("personal_data_export", "/privacy/export"),
    Request.ERASE: ("personal_data_erasure", "/privacy/erase"),
}
"""By which mail a proof goes out, and to which page its link leads."""


def subject_of(email: str, what: Request) -> str:
    """Give the name under which challenges know the request of an address; the address cannot be read from it."""
    return "person:" + keyed_digest("person", f"{what.value}\n{normalise_email(email)}")[:_DIGITS]


def request_personal_data(*, email: str, what: Request, now: datetime) -> None:
    """Mail a link and a code that show, or erase, what is known of whoever reads this mailbox.

    Known or unknown, every address gets the mail and costs the same work; at most one a minute. Raises
    VALIDATION_FAILED for what is no address.
    """
    address = read_email(email)
    subject = subject_of(address, what)
    template, page = _MAILS[what]
    with transaction.atomic():
        if verification.is_recent(purpose=PURPOSE, subject=subject, now=now):
            return
        issued = verification.issue_challenge(purpose=PURPOSE, subject=subject, email=address, now=now)
        queue_message(
            key=f"challenge:{issued.challenge.pk}",
            template=template,
            recipient=address,
            context={},
            secrets={"code": issued.code, "link": link_to(page, token=issued.token)},
            locale=languages.spoken(),
            now=now,
        )


def export_by_proof(*, proof: Proof, now: datetime) -> dict[str, Any]:
    """Give what is known of whoever proves the mailbox. Raises the CHALLENGE_ errors."""
    passed = _passed(proof, Request.EXPORT, None, now)
    return export_person(email=passed.email, now=now)


def erase_by_proof(*, proof: Proof, cancel_bookings: bool, now: datetime) -> Erasure:
    """Forget whoever proves the mailbox. Raises the CHALLENGE_ errors and what `erase_person` raises.

    The proof stays good where something stands against it.
    """

    def judge(passed: verification.Passed) -> None:
        refuse_while_needed(Person.of_address(passed.email), cancel_bookings=cancel_bookings, now=now)

    passed = _passed(proof, Request.ERASE, judge, now)
    return erase_person(email=passed.email, cancel_bookings=cancel_bookings, now=now)


def _passed(
    proof: Proof, what: Request, judge: verification.Judge | None, now: datetime
) -> verification.Passed:
    """Use the proof up. A link that was asked for to read does not erase."""

    def fits(passed: verification.Passed) -> None:
        if passed.subject != subject_of(passed.email, what):
            raise DomainError(ErrorCode.CHALLENGE_INVALID)
        if judge is not None:
            judge(passed)

    if proof.token is not None:
        return verification.pass_by_token(purpose=PURPOSE, token=proof.token, judge=fits, now=now)
    return verification.pass_by_code(
        purpose=PURPOSE, subject=subject_of(proof.email, what), code=proof.code, judge=fits, now=now
    )
