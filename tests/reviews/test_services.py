"""Writing, answering, hiding and showing reviews, and the ratings that follow."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from bookings.accounts.viewer import Viewer
from bookings.audit.invariants import audit
from bookings.booking import services as booking
from bookings.booking.states import Status
from bookings.businesses.models import Business, StaffMember
from bookings.common.errors import DomainError
from bookings.consultants.models import Consultant
from bookings.reviews import tally
from bookings.reviews.models import Review
from bookings.reviews.services import (
    Words,
    hide_review,
    reply_to_review,
    show_review,
    write_review,
)
from tests import factories
from tests.factories import NOW, TEN, later
from tests.lifecycle import REACH
from tests.reviews.sessions import client, over, practice, rating_of, reviewed

pytestmark = pytest.mark.django_db(transaction=True)


def code(act: Any) -> tuple[str, list[str] | None]:
    with pytest.raises(DomainError) as refusal:
        act()
    return str(refusal.value.code), refusal.value.field


def write(session: Any, viewer: Viewer | None = None, *said: Any) -> Review:
    return write_review(
        booking_id=session.pk, viewer=viewer or client(session), words=Words(*(said or (4,))), now=NOW
    )


def test_write_review__counts_for_the_practice_and_the_consultant() -> None:
    host = practice()
    colleague = factories.consultant(host.services.get())

    first = reviewed(host, 5, "  Kind & <b>clear</b>.  ", full_name="Anna Maria Kowalska")
    reviewed(host, 2)
    reviewed(colleague, 3)

    assert (first.comment, first.author_name) == ("Kind & <b>clear</b>.", "Anna K.")
    assert rating_of(host.business) == (3, 10, "3.33")
    assert rating_of(host) == (2, 7, "3.50")
    assert rating_of(colleague) == (1, 3, "3.00")
    assert audit(now=TEN) == []


@pytest.mark.parametrize("status", sorted(set(Status) - {Status.COMPLETED}))
def test_write_review__only_of_what_took_place(status: Status) -> None:
    offered = factories.service()
    session = REACH[status](factories.consultant(offered), offered)

    assert code(lambda: write(session)) == ("INVALID_TRANSITION", None)
    assert not Review.objects.exists()


def test_write_review__once() -> None:
    host = practice()
    session = over(host)
    first = write(session, None, 1)

    assert code(lambda: write(session, None, 5)) == ("ALREADY_REVIEWED", None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Review.objects.create(booking=session, business=host.business, rating=5)
    assert Review.objects.get() == first
    assert rating_of(host) == (1, 1, "1.00")


@pytest.mark.parametrize("rating", [0, 6, -1, 40_000])
def test_write_review__has_1_to_5_stars(rating: int) -> None:
    session = over(practice())

    assert code(lambda: write(session, None, rating)) == ("VALIDATION_FAILED", ["rating"])


@pytest.mark.parametrize("comment", ["x" * 2001, "a\x00b", "\ud83d"])
def test_write_review__refuses_what_cannot_be_kept(comment: str) -> None:
    session = over(practice())

    assert code(lambda: write(session, None, 5, comment)) == ("VALIDATION_FAILED", ["comment"])


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Anna", "Anna"), ("Łucja  de  Święta", "Łucja Ś."), ("x" * 200, "x" * 100), ("ana@example.org", "")],
)
def test_write_review__shows_a_first_name_and_an_initial(name: str, shown: str) -> None:
    host = practice()

    assert reviewed(host, full_name=name).author_name == shown
    assert write(over(host, full_name=name), None, 5, "", False).author_name == ""


def test_write_review__nobody_but_the_client() -> None:
    host = practice()
    session, other = over(host), over(host)
    for viewer in (
        factories.staff_of(host.business),
        Viewer(user=host.user),
        Viewer(user=factories.user(is_superuser=True)),
        Viewer(subjects={session.subject}, purposes={session.subject: frozenset({"view", "pay"})}),
        Viewer(subjects={session.subject}),
    ):
        assert code(lambda viewer=viewer: write(session, viewer))[0] == "FORBIDDEN"
    for viewer in (
        Viewer(),
        client(other),
        Viewer(user=factories.user()),
        Viewer(user=factories.business().owner),
    ):
        assert code(lambda viewer=viewer: write(session, viewer))[0] == "NOT_FOUND"
    unproven = factories.user(session.email, email_verified_at=None)
    assert code(lambda: write(session, Viewer(user=unproven)))[0] == "NOT_FOUND"
    unproven.email_verified_at = NOW
    unproven.save()
    assert write(session, Viewer(user=unproven)).rating == 4


@pytest.mark.parametrize("who", ["owner", "staff", "consultant"])
def test_write_review__not_by_who_works_there(who: str) -> None:
    host = practice()
    place = host.business
    person = {
        "owner": lambda: place.owner,
        "staff": lambda: factories.staff_of(place, StaffMember.Role.STAFF).user,
        "consultant": lambda: host.user,
    }[who]()
    session = over(host, email=person.email)

    assert code(lambda: write(session, Viewer(user=person)))[0] == "FORBIDDEN"


def test_mark_no_show__takes_no_review_away() -> None:
    host = practice()
    review = reviewed(host, 1)

    booking.mark_no_show(booking_id=review.booking_id, viewer=factories.staff_of(host.business), now=TEN)

    assert rating_of(host.business) == (1, 1, "1.00")
    assert audit(now=TEN) == []


def test_hide_and_show__count_out_and_in_again_and_keep_the_reason() -> None:
    host = practice()
    lead = factories.staff_of(host.business)
    bad, good = reviewed(host, 1), reviewed(host, 4)

    for _ in range(2):  # a second time changes nothing
        hide_review(review_id=bad.pk, viewer=lead, reason="Names a third person.", now=TEN)
    assert rating_of(host.business) == rating_of(host) == (1, 4, "4.00")
    hide_review(review_id=good.pk, viewer=lead, reason="Mistake.", now=TEN)
    assert rating_of(host) == (0, 0, None)
    for _ in range(2):
        show_review(review_id=bad.pk, viewer=lead)

    bad.refresh_from_db()
    assert (bad.hidden_at, bad.hidden_by, bad.hidden_reason) == (None, None, "Names a third person.")
    good.refresh_from_db()
    assert (good.hidden_at, good.hidden_by) == (TEN, lead.user)
    assert rating_of(host.business) == rating_of(host) == (1, 1, "1.00")
    assert audit(now=TEN) == []


def test_hide__is_for_who_runs_the_practice_and_says_why() -> None:
    host = practice()
    review = reviewed(host, 1)
    place = host.business

    def hide(viewer: Viewer, reason: str = "Abuse.") -> str:
        return code(lambda: hide_review(review_id=review.pk, viewer=viewer, reason=reason, now=TEN))[0]

    assert hide(Viewer()) == "UNAUTHENTICATED"
    for viewer in (
        factories.staff_of(place, StaffMember.Role.STAFF),
        Viewer(user=host.user),
        Viewer(user=factories.business().owner),
    ):
        assert hide(viewer) == "FORBIDDEN"
        assert code(lambda viewer=viewer: show_review(review_id=review.pk, viewer=viewer))[0] == "FORBIDDEN"
    assert hide(Viewer(user=place.owner), "  ") == "VALIDATION_FAILED"
    assert hide(Viewer(user=place.owner), "x" * 301) == "VALIDATION_FAILED"
    assert rating_of(place) == (1, 1, "1.00")


def test_hide__what_the_platform_decided_the_practice_no_longer_changes() -> None:
    host = practice()
    admin, owner = Viewer(user=factories.user(is_superuser=True)), Viewer(user=host.business.owner)
    shown, hidden = reviewed(host, 1), reviewed(host, 5)
    hide_review(review_id=shown.pk, viewer=owner, reason="Bad for business.", now=TEN)

    show_review(review_id=shown.pk, viewer=admin)
    hide_review(review_id=hidden.pk, viewer=admin, reason="Bought.", now=TEN)

    assert (
        code(lambda: hide_review(review_id=shown.pk, viewer=owner, reason="Again.", now=TEN))[0]
        == "FORBIDDEN"
    )
    assert code(lambda: show_review(review_id=hidden.pk, viewer=owner))[0] == "FORBIDDEN"
    assert rating_of(host.business) == (1, 1, "1.00")


def test_reply__is_replaced_and_taken_back() -> None:
    host = practice()
    review = reviewed(host, 2)
    lead = factories.staff_of(host.business)

    def reply(viewer: Viewer, text: str, now: Any = NOW) -> tuple[str, Any, Any]:
        row = reply_to_review(review_id=review.pk, viewer=viewer, text=text, now=now)
        return row.reply, row.replied_at, row.replied_by

    assert reply(lead, " Sorry. ") == ("Sorry.", NOW, lead.user)
    assert reply(Viewer(user=host.user), "Come again.", TEN) == ("Come again.", TEN, host.user)
    assert reply(lead, "") == ("", None, None)
    assert code(lambda: reply(lead, "x" * 2001)) == ("VALIDATION_FAILED", ["text"])
    colleague = factories.consultant(host.services.get(), user=factories.user())
    for viewer in (
        Viewer(user=colleague.user),
        factories.staff_of(host.business, StaffMember.Role.STAFF),
        Viewer(user=factories.business().owner),
    ):
        assert code(lambda viewer=viewer: reply(viewer, "No."))[0] == "FORBIDDEN"


def test_average__is_the_mean_to_two_decimals_half_up(db: None) -> None:
    host = practice()
    stars = [5, 4, 4, 5, 1, 2, 2, 3, 5, 5, 5, 4, 3, 5, 4, 4]
    reviews = []
    for number, rating in enumerate(stars, 1):
        review = Review(business=host.business, consultant=host, rating=rating)
        tally.count_in(review)
        reviews.append(review)
        exact = Decimal(sum(stars[:number])) / number
        wanted = str(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
        assert rating_of(host) == rating_of(host.business) == (number, sum(stars[:number]), wanted)


def test_save__of_what_was_read_before_a_review_leaves_the_rating_alone() -> None:
    host = practice()
    place = Business.objects.get(pk=host.business_id)
    person = Consultant.objects.only("full_name").get(pk=host.pk)
    reviewed(host, 4)

    place.name, person.full_name = "Other", "Other"
    place.save()
    person.save()

    assert rating_of(place) == rating_of(host) == (1, 4, "4.00")
    assert Business.objects.get(pk=place.pk).name == "Other"
    assert Consultant.objects.get(pk=host.pk).full_name == "Other"


def test_review__is_of_whose_session_it_was() -> None:
    host = practice()
    colleague = factories.consultant(host.services.get())
    made = factories.pending(host, host.services.get())
    staff = factories.staff_of(host.business)
    booking.reassign(booking_id=made.pk, viewer=staff, consultant_id=colleague.pk, now=NOW)
    booking.complete(booking_id=made.pk, viewer=staff, now=later(hours=3))

    write(made, None, 5)

    assert (rating_of(host)[0], rating_of(colleague)[0]) == (0, 1)
    assert audit(now=later(hours=3)) == []
