"""A stranger who drafts with your address changes nothing for you, learns nothing, blocks nothing."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.accounts.viewer import Viewer
from bookings.booking import selectors, services
from bookings.booking.states import Status
from bookings.common.errors import ErrorCode
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, TEN
from tests.invariants import check_invariants
from tests.witness import everything, refusal

VICTIM = "victim@example.org"
OWN_TIME, OTHER_TIME = TEN, TEN + timedelta(hours=1)


def shape(statement):
    """What a statement does to which table, without its values."""
    words = statement["sql"].replace('"', "").split()
    if words[0] == "SELECT":
        return f"SELECT {words[words.index('FROM') + 1]}"
    return " ".join(words[:1] if words[0] in {"SAVEPOINT", "RELEASE"} else words[:3])


def stranger_drafts(host, offered, email):
    """The draft, and the shape of the statements that it took."""
    with CaptureQueriesContext(connection) as told:
        booking = factories.draft(host, offered, email=email, full_name="Eve", starts_at=OTHER_TIME)
    return booking, [shape(statement) for statement in told.captured_queries]


def answered(booking):
    """What the one who drafted may be told, without what differs by chance."""
    differs = {"id", "acknowledgement_id", "email"}
    names = {field.attname for field in booking._meta.concrete_fields} - differs
    return {name: getattr(booking, name) for name in names}


@pytest.mark.parametrize("known", ["drafted", "active", "account", "two active of two"])
def test_draft__answers_a_known_address_as_an_unknown_one_by_the_same_statements(host, offered, known):
    if known == "account":
        factories.user(VICTIM)
    elif known == "drafted":
        factories.draft(host, offered, email=VICTIM)
    elif known == "active":
        factories.approved(host, offered, email=VICTIM)
    else:
        type(offered.business).objects.update(max_active_bookings=2)
        factories.pending(host, offered, email=VICTIM)
        factories.pending(host, offered, email=VICTIM, starts_at=TEN + timedelta(hours=2))
    offered.refresh_from_db()
    for_unknown, unknown = stranger_drafts(host, offered, "unknown@example.org")
    for_known, same = stranger_drafts(host, offered, VICTIM)

    assert answered(for_known) == answered(for_unknown)
    assert same == unknown
    assert len(for_known.acknowledgement_id) == len(for_unknown.acknowledgement_id)


def test_draft__refuses_a_known_address_as_an_unknown_one(host, offered):
    factories.pending(host, offered, email=VICTIM)

    codes = set()
    for email in (VICTIM, "unknown@example.org"):
        request = factories.request_for(host, offered, email=email, starts_at=OWN_TIME)
        error = refusal(services.draft, request=request, now=NOW)
        codes.add((error.code, error.message, repr(error.details), repr(error.field)))

    assert len(codes) == 1


@pytest.mark.parametrize("reach", [factories.draft, factories.pending, factories.approved])
def test_draft__of_a_stranger_leaves_the_victims_rows_as_they_were(host, offered, reach):
    reach(host, offered, email=VICTIM)
    before = everything()

    for _ in range(3):
        stranger_drafts(host, offered, VICTIM.upper())

    after = everything()
    for table, rows in before.items():
        assert after[table][: len(rows)] == rows, table


def test_draft__of_a_stranger_does_not_stop_the_victim_from_verifying(host, offered):
    own = factories.draft(host, offered, email=VICTIM)
    stranger_drafts(host, offered, VICTIM)

    done = services.verify(passed=factories.passed(own), now=NOW)

    assert done.booking.status == Status.PENDING
    check_invariants()


def test_draft__of_a_stranger_does_not_take_the_time(host, offered):
    stranger_drafts(host, offered, "eve@example.org")

    assert factories.pending(host, offered, email=VICTIM, starts_at=OTHER_TIME).status == Status.PENDING


def test_draft__of_a_stranger_that_lapses_tells_the_victim_nothing_more(host, offered):
    theirs, _ = stranger_drafts(host, offered, VICTIM)

    services.expire_due(now=TEN)

    assert list(OutboxMessage.objects.filter(recipient=VICTIM).values_list("template", flat=True)) == [
        "verify_booking"
    ]
    theirs.refresh_from_db()
    assert theirs.status == Status.EXPIRED


def test_stranger__sees_neither_own_draft_nor_the_victims_bookings_without_the_mailbox(host, offered):
    own = factories.approved(host, offered, email=VICTIM)
    theirs, _ = stranger_drafts(host, offered, VICTIM)
    stranger = Viewer(user=factories.user("eve@example.org"))
    unproven = Viewer(user=factories.user(VICTIM, email_verified_at=None))

    for viewer in (Viewer(), stranger, unproven):
        assert list(selectors.visible_to(viewer)) == []
        assert refusal(selectors.visible, viewer=viewer, pk=own.pk).code == ErrorCode.NOT_FOUND
        assert refusal(selectors.visible, viewer=viewer, pk=theirs.pk).code == ErrorCode.NOT_FOUND


def test_victim__sees_what_was_drafted_in_their_name_and_only_their_own_proof_moves_it(host, offered):
    own = factories.pending(host, offered, email=VICTIM)
    theirs, _ = stranger_drafts(host, offered, VICTIM)
    account = Viewer(user=factories.user(VICTIM))

    assert set(selectors.visible_to(account)) == {own, theirs}
    assert set(selectors.visible_to(factories.client_of(own))) == {own}


@pytest.mark.parametrize("known", [True, False])
def test_is_full__is_asked_in_any_case(host, offered, known):
    if known:
        factories.pending(host, offered, email=VICTIM)
    _, statements = stranger_drafts(host, offered, VICTIM)

    assert "SELECT bookings_claim" in statements
