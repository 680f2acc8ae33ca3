"""Writing, answering, hiding and showing reviews. The ratings change in the same transaction."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors as bookings
from bookings.booking.locks import lock_row
from bookings.booking.models import Booking
from bookings.businesses.selectors import is_staff_address
from bookings.common.errors import DomainError, ErrorCode, Forbidden, invalid
from bookings.common.idempotency import Once, transaction_once
from bookings.common.rows import fill
from bookings.consultants.models import Consultant
from bookings.reviews import policies, selectors, tally
from bookings.reviews.models import Review
from bookings.verification.services import Passed

FORGOTTEN = "erased"
"""Stands where the reason stood for which a review is hidden, once its author is forgotten."""


@dataclass(frozen=True)
class Words:
    """What a client says: stars, 1 to 5, a comment of at most 2000 characters, and whether their name shows."""

    rating: int
    comment: str = ""
    named: bool = True


def write_review(
    *, booking_id: int, viewer: Viewer, words: Words, now: datetime, once: Once | None = None
) -> Review:
    """Review a completed session as its client: signed in with its address, or by an access token for that.

    Raises NOT_FOUND, FORBIDDEN, INVALID_TRANSITION for a session that did not take place, ALREADY_REVIEWED,
    VALIDATION_FAILED, IDEMPOTENCY_MISMATCH, AlreadyDone for a replay of `once`.
    """
    booking = bookings.visible(viewer, booking_id)
    policies.refuse_unless_author(viewer, booking)
    if once is not None:
        once.look_up(now=now)
    return _write(booking, words, now, once)


def write_by_proof(*, passed: Passed, words: Words, now: datetime) -> Review:
    """Do the same for whoever passed the challenge of a mail that asked for a review. Raises what that raises."""
    return _write(_of(passed), words, now, None)


def judge(passed: Passed, words: Words) -> None:
    """Refuse, before a proof is used up, what would be refused after it. Raises as `write_review` does."""
    _refuse(_of(passed))
    _said(Review(), words)


def reply_to_review(*, review_id: int, viewer: Viewer, text: str, now: datetime) -> Review:
    """Answer a review in public, instead of an earlier answer; an empty text takes that back.

    For owners, managers and the consultant whose session it was. Raises UNAUTHENTICATED, NOT_FOUND, FORBIDDEN,
    VALIDATION_FAILED.
    """
    user = viewer.require_user()
    review = selectors.visible(viewer, review_id)
    if not policies.may_reply(viewer, review):
        raise Forbidden(_("Who runs the practice, or gave the session, answers a review."))
    with transaction.atomic():
        review = _locked(review.pk)
        fill(review, {"reply": text}, called={"reply": "text"})
        review.replied_at, review.replied_by = (now, user) if review.reply else (None, None)
        review.save(update_fields=["reply", "replied_at", "replied_by"])
    return review


def hide_review(*, review_id: int, viewer: Viewer, reason: str, now: datetime) -> Review:
    """Take a review out of sight and out of the ratings, with a reason that is kept. Hiding it again changes nothing.

    For owners and managers; what the platform's admin decided is theirs no more. Raises UNAUTHENTICATED, NOT_FOUND,
    FORBIDDEN, VALIDATION_FAILED.
    """
    user = viewer.require_user()
    review = _to_judge(viewer, review_id)
    if not reason.strip():
        raise invalid("reason", _("Say why it is hidden."))
    with transaction.atomic():
        review = _locked_with_ratings(review)
        policies.refuse_decided(viewer, review)
        if review.hidden_at is None:
            fill(review, {"hidden_reason": reason}, called={"hidden_reason": "reason"})
            review.hidden_at, review.hidden_by = now, user
            tally.count_out(review)
        review.decided = review.decided or viewer.is_admin
        review.save(update_fields=["hidden_at", "hidden_by", "hidden_reason", "decided"])
    return review


def show_review(*, review_id: int, viewer: Viewer) -> Review:
    """Show a hidden review again; the last reason stays on record. Raises as `hide_review` does."""
    viewer.require_user()
    review = _to_judge(viewer, review_id)
    with transaction.atomic():
        review = _locked_with_ratings(review)
        policies.refuse_decided(viewer, review)
        if review.hidden_at is not None:
            review.hidden_at, review.hidden_by = None, None
            tally.count_in(review)
        review.decided = review.decided or viewer.is_admin
        review.save(update_fields=["hidden_at", "hidden_by", "decided"])
    return review


def forget_author(*, booking_id: int) -> bool:
    """Empty what a review says, who wrote it and why it was hidden; the stars, and the practice's answer, stay.

    False: nothing to do.
    """
    rows = Review.objects.filter(booking=booking_id)
    hidden = rows.exclude(hidden_reason__in=("", FORGOTTEN)).update(hidden_reason=FORGOTTEN)
    said = rows.exclude(comment="", author_name="").update(comment="", author_name="")
    return bool(hidden or said)


def _write(booking: Booking, words: Words, now: datetime, once: Once | None) -> Review:
    """Write it under the locks. Whose session it was is final once it took place, so it can be read before them."""
    _refuse(booking)
    with transaction_once(once, now=now) as outcome:
        tally.lock_rated(business_id=booking.business_id, consultant_id=booking.consultant_id)
        booking = lock_row(booking.pk)
        _refuse(booking)
        review = Review(
            booking=booking,
            business_id=booking.business_id,
            consultant_id=booking.consultant_id,
            created_at=now,
        )
        _said(review, words)
        review.author_name = _shown(booking.full_name) if words.named else ""
        review.save(force_insert=True)
        tally.count_in(review)
        outcome.made(review.pk)
    return review


def _refuse(booking: Booking) -> None:
    """Raise INVALID_TRANSITION, ALREADY_REVIEWED, and FORBIDDEN for an address of the practice's own people."""
    if Review.objects.filter(booking=booking.pk).exists():
        raise DomainError(ErrorCode.ALREADY_REVIEWED)
    policies.refuse_unless_over(booking)
    consultants = Consultant.objects.filter(business=booking.business_id, user__email=booking.email)
    if not booking.email or is_staff_address(booking.business, booking.email) or consultants.exists():
        raise Forbidden(_("Who works for a practice does not review it."))


def _said(review: Review, words: Words) -> None:
    """Set what a client says. Raises VALIDATION_FAILED."""
    fill(review, {"rating": words.rating, "comment": words.comment}, called={})


def _shown(full_name: str) -> str:
    """Give a name as everybody may read it: the first one, and an initial of the last. No mail address is shown."""
    if "@" in full_name:
        return ""
    first, *others = full_name.split() or [""]
    initial = f" {others[-1][0]}." if others else ""
    return first[: 100 - len(initial)] + initial


def _of(passed: Passed) -> Booking:
    booking_id = int(passed.subject.removeprefix("booking:"))
    return Booking.objects.select_related("business__owner").get(pk=booking_id)


def _to_judge(viewer: Viewer, review_id: int) -> Review:
    review = selectors.visible(viewer, review_id)
    if not policies.may_judge(viewer, review):
        raise Forbidden(_("Who runs the practice decides that."))
    return review


def _locked(pk: int) -> Review:
    return Review.objects.select_for_update(of=("self",)).get(pk=pk)


def _locked_with_ratings(review: Review) -> Review:
    tally.lock_rated(business_id=review.business_id, consultant_id=review.consultant_id)
    return _locked(review.pk)
