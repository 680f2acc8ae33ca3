"""Reviews through the API: who writes, answers, hides and reads them, page by page, in few statements."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from bookings.booking import services as booking
from bookings.booking.models import Booking
from bookings.booking.services import grant_access
from bookings.reviews.models import Review
from bookings.reviews.services import hide_review
from bookings.verification import services as verification
from schema.common.inputs import write_id
from tests import factories
from tests.factories import TEN, later
from tests.reviews.sessions import over, practice, reviewed
from tests.schema.client import ask, code_of, gid, post
from tests.schema.test_statements import statements

pytestmark = pytest.mark.django_db(transaction=True)

NOW = later(hours=4)
WRITE = """
mutation ($input: WriteReviewInput!) { writeReview(input: $input) {
  review { id rating comment authorName createdAt bookingId reply hiddenAt }
  errors { code field message }
} }
"""
REPLY = """
mutation ($input: ReplyToReviewInput!) {
  replyToReview(input: $input) { review { reply repliedAt } errors { code } }
}
"""
HIDE = """
mutation ($input: HideReviewInput!) {
  hideReview(input: $input) { review { hiddenAt hiddenReason } errors { code } }
}
"""
SHOW = "mutation ($input: ShowReviewInput!) { showReview(input: $input) { review { hiddenAt } errors { code } } }"
LIST = """
query ($business: ID, $consultant: ID, $first: Int, $after: String) {
  reviews(businessId: $business, consultantId: $consultant, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id rating hiddenAt hiddenReason bookingId consultant { fullName } business { name } } }
  }
}
"""
BESIDE = """
query ($slug: String!) { business(slug: $slug) {
  reviews(first: 2) { rating consultant { fullName } }
  consultants { reviews { rating bookingId } }
} }
"""
ONE = "query ($id: ID!) { booking(by: {id: $id}) { review { rating } availableActions { mutation } } }"
ALL = """
{ bookings { edges { node {
  review { rating bookingId consultant { fullName } } availableActions { action }
} } } }
"""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def actions(session: Booking, **who: Any) -> list[str]:
    found = ask(ONE, {"id": gid(session)}, **who)["booking"]["availableActions"]
    return [row["mutation"] for row in found]


def given(session: Booking, **more: Any) -> dict[str, Any]:
    return {"input": {"bookingId": gid(session), "rating": 4, **more}}


def token_of(session: Booking) -> str:
    """What `grantBookingAccess` gives whoever reads the mailbox."""
    issued = verification.issue_challenge(
        purpose="BOOKING_ACCESS", subject=session.subject, email=session.email, now=NOW
    )
    proof = verification.pass_by_token(purpose="BOOKING_ACCESS", token=issued.token, now=NOW)
    return grant_access(passed=proof, now=NOW)[1]


def rated(of: Any) -> list[int]:
    return [row["node"]["rating"] for row in of["reviews"]["edges"]]


def test_write_review__by_account_once_and_it_is_offered_until_then() -> None:
    session = over(practice(), full_name="Ana Nowak")
    client = factories.user(session.email)
    assert "writeReview" in actions(session, user=client)

    answer = ask(WRITE, given(session, comment="<i>Good</i>", idempotencyKey="k"), user=client)["writeReview"]
    again = ask(WRITE, given(session, comment="<i>Good</i>", idempotencyKey="k"), user=client)["writeReview"]
    other = ask(WRITE, given(session, rating=1), user=client)["writeReview"]
    misused = ask(WRITE, given(session, idempotencyKey="k"), user=client)["writeReview"]

    assert answer == again
    assert answer["errors"] == []
    assert {**answer["review"], "id": ""} == {
        "id": "",
        "rating": 4,
        "comment": "<i>Good</i>",
        "authorName": "Ana N.",
        "createdAt": "2030-01-07T12:00:00Z",
        "bookingId": gid(session),
        "reply": None,
        "hiddenAt": None,
    }
    assert [error["code"] for error in other["errors"]] == ["ALREADY_REVIEWED"]
    assert [error["code"] for error in misused["errors"]] == ["IDEMPOTENCY_MISMATCH"]
    assert "writeReview" not in actions(session, user=client)
    assert ask(ONE, {"id": gid(session)}, user=client)["booking"]["review"] == {"rating": 4}


def test_write_review__by_a_token_that_the_mailbox_gave() -> None:
    session = over(practice())
    token = token_of(session)
    viewing, _ = verification.grant_access(
        subject=session.subject, email=session.email, purposes=["view"], now=NOW
    )

    assert code_of(post(WRITE, given(session, accessToken=viewing))) == "FORBIDDEN"
    assert "writeReview" not in actions(session, x_booking_token=viewing)
    assert "writeReview" in actions(session, x_booking_token=token)
    assert ask(WRITE, given(session, accessToken=token))["writeReview"]["review"]["rating"] == 4
    assert (
        ask(WRITE, given(over(practice()), accessToken=token))["writeReview"]["errors"][0]["code"]
        == "NOT_FOUND"
    )


def test_write_review__says_what_is_wrong() -> None:
    host = practice()
    session = over(host)
    client = factories.user(session.email)
    missed = over(host, email=client.email)
    booking.mark_no_show(booking_id=missed.pk, viewer=factories.staff_of(host.business), now=NOW)

    def error(of: Booking, **more: Any) -> tuple[str, Any]:
        (found,) = ask(WRITE, given(of, **more), user=client)["writeReview"]["errors"]
        return found["code"], found["field"]

    assert error(session, rating=6) == ("VALIDATION_FAILED", ["rating"])
    assert error(session, comment="x" * 2001) == ("VALIDATION_FAILED", ["comment"])
    assert error(missed) == ("INVALID_TRANSITION", None)
    assert "writeReview" not in actions(missed, user=client)
    assert "writeReview" not in actions(session, user=host.user)
    assert not Review.objects.exists()


def test_reply_hide_and_show__by_the_owner() -> None:
    host = practice()
    owner = host.business.owner
    review = reviewed(host, 1)
    named = {"reviewId": gid(review)}

    replied = ask(REPLY, {"input": {**named, "text": "Sorry."}}, user=owner)["replyToReview"]
    hidden = ask(HIDE, {"input": {**named, "reason": "Abuse."}}, user=owner)["hideReview"]
    gone = ask(LIST, {"business": gid(host.business)})
    kept = ask(LIST, {"business": gid(host.business)}, user=owner)
    shown = ask(SHOW, {"input": named}, user=owner)["showReview"]

    moment = "2030-01-07T12:00:00Z"
    assert replied == {"review": {"reply": "Sorry.", "repliedAt": moment}, "errors": []}
    assert hidden == {"review": {"hiddenAt": moment, "hiddenReason": "Abuse."}, "errors": []}
    assert rated(gone) == []
    assert kept["reviews"]["edges"][0]["node"]["hiddenReason"] == "Abuse."
    assert shown == {"review": {"hiddenAt": None}, "errors": []}
    assert ask(SHOW, {"input": {"reviewId": write_id("Review", 0)}}, user=owner)["showReview"]["errors"] == [
        {"code": "NOT_FOUND"}
    ]


def test_reviews__come_newest_first_in_pages_that_new_ones_do_not_shift() -> None:
    host = practice()
    made = [reviewed(host, stars) for stars in (1, 2, 3, 4)]
    for minutes, review in enumerate(made):
        Review.objects.filter(pk=review.pk).update(created_at=TEN + timedelta(minutes=minutes // 2))
    of = {"business": gid(host.business), "first": 2}

    first = ask(LIST, of)["reviews"]
    newest = reviewed(host, 5)
    Review.objects.filter(pk=newest.pk).update(created_at=NOW)
    second = ask(LIST, {**of, "after": first["pageInfo"]["endCursor"]})["reviews"]

    assert rated({"reviews": first}) == [4, 3]
    assert rated({"reviews": second}) == [2, 1]
    assert second["pageInfo"]["hasNextPage"] is False


def test_reviews__hidden_ones_are_for_the_practice_and_their_author() -> None:
    host = practice()
    stranger = factories.user()
    review = reviewed(host, 1)
    reviewed(practice(), 5)
    lead = factories.staff_of(host.business)
    hide_review(review_id=review.pk, viewer=lead, reason="Abuse.", now=NOW)
    node = "query ($id: ID!) { node(id: $id) { ... on Review { rating hiddenReason } } }"

    author = factories.user(review.booking.email)
    for of in ({"business": gid(host.business)}, {"consultant": gid(host)}):
        assert rated(ask(LIST, of)) == rated(ask(LIST, of, user=stranger)) == []
        assert rated(ask(LIST, of, user=author)) == rated(ask(LIST, of, user=host.user)) == [1]
    assert ask(node, {"id": gid(review)}) == {"node": None}
    assert ask(node, {"id": gid(review)}, user=host.user)["node"] == {"rating": 1, "hiddenReason": None}
    assert ask(node, {"id": gid(review)}, user=lead.user)["node"] == {"rating": 1, "hiddenReason": "Abuse."}


def test_reviews__of_a_practice_out_of_use_are_not_public() -> None:
    host = practice()
    reviewed(host, 4)
    host.business.is_active = False
    host.business.save()

    assert rated(ask(LIST, {"business": gid(host.business)})) == []
    assert rated(ask(LIST, {"business": gid(host.business)}, user=host.business.owner)) == [4]


def test_reviews__name_whose() -> None:
    host = practice()

    assert code_of(post(LIST, {})) == "BAD_USER_INPUT"
    assert code_of(post(LIST, {"business": gid(host)})) == "BAD_USER_INPUT"
    too_many = "query ($slug: String!) { business(slug: $slug) { reviews(first: 11) { rating } } }"
    assert code_of(post(too_many, {"slug": host.business.slug})) == "BAD_USER_INPUT"


def test_reviews__beside_a_practice_are_the_newest_that_show() -> None:
    host = practice()
    made = [reviewed(host, stars) for stars in (1, 2, 3)]
    hide_review(review_id=made[2].pk, viewer=factories.staff_of(host.business), reason="So.", now=NOW)

    found = ask(BESIDE, {"slug": host.business.slug}, user=host.business.owner)["business"]

    assert [row["rating"] for row in found["reviews"]] == [2, 1]
    assert found["consultants"][0]["reviews"] == [
        {"rating": 2, "bookingId": gid(made[1].booking)},
        {"rating": 1, "bookingId": gid(made[0].booking)},
    ]


def test_reviews__take_as_many_statements_for_1_and_3() -> None:
    counts: dict[str, list[int]] = {}
    for number in (1, 3):
        host = practice()
        hosts = [host, *(factories.consultant(host.services.get()) for _ in range(number - 1))]
        for each in hosts:
            reviewed(each, 4)
        over(host)
        owner = host.business.owner
        for name, document, variables in (
            ("page", LIST, {"business": gid(host.business)}),
            ("beside", BESIDE, {"slug": host.business.slug}),
            ("bookings", ALL, {}),
        ):
            post("{ __typename }", user=owner)
            asked = statements(lambda d=document, v=variables, o=owner: ask(d, v, user=o))
            counts.setdefault(name, []).append(len(asked))
    assert all(one == three for one, three in counts.values()), counts
