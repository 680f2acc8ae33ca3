"""One refresh token is sent by several at once, and meanwhile somebody logs out."""

import pytest

from bookings.accounts.models import RefreshToken
from bookings.accounts.sessions import (
    log_out,
    log_out_everywhere,
    refresh_session,
    start_session,
)
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, later
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def live(user):
    return RefreshToken.objects.filter(user=user, rotated_at=None, revoked_at=None).count()


def test_refresh_session__by_six_at_once_has_one_winner():
    ana = factories.user()
    for _ in range(ROUNDS):
        token = start_session(user=ana, now=NOW).refresh_token

        run = race([lambda token=token: refresh_session(refresh_token=token, now=NOW)] * 6)

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["TOKEN_ROTATED"] * 5)
        refresh_session(refresh_token=run.results[0].refresh_token, now=NOW)
    assert RefreshToken.objects.count() == 3 * ROUNDS
    assert live(ana) == ROUNDS
    assert not OutboxMessage.objects.exists()


def test_refresh_session__stolen_token_sent_by_six_at_once_is_told_once():
    ana = factories.user()
    for number in range(ROUNDS):
        token = start_session(user=ana, now=NOW).refresh_token
        refresh_session(refresh_token=token, now=NOW)

        run = race([lambda token=token: refresh_session(refresh_token=token, now=later(minutes=1))] * 6)

        assert run.accidents == []
        assert sorted(run.refusals) == ["TOKEN_INVALID"] * 5 + ["TOKEN_REUSED"]
        assert OutboxMessage.objects.filter(template="session_stolen").count() == number + 1
    assert live(ana) == 0


@pytest.mark.parametrize("everywhere", [False, True], ids=["here", "everywhere"])
def test_log_out__lets_no_exchange_slip_past_it(everywhere):
    """Whichever comes first, no token of the session is good once both are through."""
    ana = factories.user()
    for _ in range(ROUNDS):
        token = start_session(user=ana, now=NOW).refresh_token
        ana.refresh_from_db()

        def leave(token=token):
            if everywhere:
                return log_out_everywhere(user_id=ana.pk, now=NOW)
            return log_out(refresh_token=token, viewer=None, everywhere=False, now=NOW)

        run = race([leave, *[lambda token=token: refresh_session(refresh_token=token, now=NOW)] * 3])

        assert run.accidents == []
        assert run.ends[0] == 1
        assert live(ana) == 0
        ana.refresh_from_db()
