"""The client proves the mailbox with the first mail while asking for a second one."""

from datetime import timedelta

import pytest

from bookings.booking import services
from bookings.booking.states import Status
from bookings.notifications.models import OutboxMessage
from bookings.verification import services as verification
from tests import factories
from tests.factories import TEN, later
from tests.invariants import check_invariants
from tests.races.steps import overtake, queue_up
from tests.races.threads import race
from tests.witness import history, refusal

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 20
THEN = later(minutes=2)


def token_of(draft):
    """The token of the newest mail."""
    return factories.secrets_of(draft)["link"].partition("#token=")[2]


def prove(token):
    passed = verification.pass_by_token(purpose="VERIFY_BOOKING", token=token, now=THEN)
    return services.verify(passed=passed, now=THEN)


def verifier(draft):
    token = token_of(draft)
    return lambda: prove(token)


def resender(draft):
    return lambda: services.resend_verification(acknowledgement_id=draft.acknowledgement_id, now=THEN)


def mails(draft):
    return OutboxMessage.objects.filter(booking=draft, template="verify_booking").count()


@pytest.mark.prove
@pytest.mark.busy
def test_verify_and_resend__at_once_leave_a_request_or_a_draft_that_can_be_proven(host, offered):
    for place in range(ROUNDS):
        draft = factories.draft(host, offered, starts_at=TEN + timedelta(days=place))

        run = race([verifier(draft), resender(draft)])

        assert run.accidents == []
        assert run.refusals in ([], ["CHALLENGE_INVALID"])
        draft.refresh_from_db()
        if run.refusals:
            assert (draft.status, mails(draft)) == (Status.DRAFT, 2)
            prove(token_of(draft))
        assert history(draft) == [Status.DRAFT, Status.PENDING]
    check_invariants()


def test_verify__overtaken_by_resend_goes_through_and_the_new_link_moves_nothing(host, offered, monkeypatch):
    draft = factories.draft(host, offered)

    run = overtake(
        monkeypatch, slow=verifier(draft), at="bookings.booking.services.verify.lapse", quick=resender(draft)
    )

    assert (run.accidents, run.refusals, mails(draft)) == ([], [], 2)
    assert refusal(prove, token=token_of(draft)).code == "INVALID_TRANSITION"
    assert history(draft) == [Status.DRAFT, Status.PENDING]
    check_invariants()


def test_resend__overtaken_by_verify_mails_nothing(host, offered, monkeypatch):
    draft = factories.draft(host, offered)

    run = overtake(
        monkeypatch, slow=resender(draft), at="bookings.booking.services.proofs.lapse", quick=verifier(draft)
    )

    assert (run.accidents, run.refusals, mails(draft)) == ([], [], 1)
    assert history(draft) == [Status.DRAFT, Status.PENDING]
    check_invariants()


def test_verify__overtaken_by_resend_before_the_proof_is_refused_and_the_new_link_is_good(
    host, offered, monkeypatch
):
    draft = factories.draft(host, offered)

    run = overtake(
        monkeypatch,
        slow=verifier(draft),
        at="bookings.verification.services.pass_by_token",
        quick=resender(draft),
    )

    assert (run.accidents, run.refusals, mails(draft)) == ([], ["CHALLENGE_INVALID"], 2)
    prove(token_of(draft))
    assert history(draft) == [Status.DRAFT, Status.PENDING]
    check_invariants()


@pytest.mark.only_on("postgresql")
def test_verify__that_waits_for_resend_finds_its_link_dead(host, offered, monkeypatch):
    """Resend holds the challenge that verify wants to use up: once it is dead, the older link is refused."""
    draft = factories.draft(host, offered)

    run = queue_up(
        monkeypatch,
        slow=resender(draft),
        at="bookings.booking.services.proofs.mail_proof",
        after=True,
        behind=[verifier(draft)],
    )

    assert (run.accidents, run.refusals, mails(draft)) == ([], ["CHALLENGE_INVALID"], 2)
    prove(token_of(draft))
    check_invariants()
