"""Several register one address and prove it at once, and a proof is used by several at once."""

import pytest

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.passwords import change_password, request_reset, reset_by_code, reset_by_token
from bookings.accounts.registration import Applicant, register, verify_by_code, verify_by_link
from bookings.accounts.sessions import refresh_session, start_session
from bookings.accounts.viewer import Viewer
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import NOW, PASSWORD
from tests.races.threads import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 5
CHOSEN = "a kettle of green tea"


def registered(email, password):
    handle = register(applicant=Applicant(email=email, password=password, full_name=""), now=NOW)
    return handle, OutboxMessage.objects.latest("pk").secrets


def token_of(secrets):
    return secrets["link"].partition("#token=")[2]


def test_verify__two_registrations_of_one_address_at_once_make_one_account():
    for number in range(ROUNDS):
        email = f"ana{number}@example.org"
        first, second = registered(email, CHOSEN), registered(email, f"{CHOSEN}!")

        run = race(
            [
                lambda handle=handle, code=secrets["code"]: verify_by_code(handle=handle, code=code, now=NOW)
                for handle, secrets in (first, second)
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["EMAIL_TAKEN"])
        user = User.objects.get(email=email)
        winner = run.ends.index(run.results[0])
        assert user.check_password((CHOSEN, f"{CHOSEN}!")[winner])
        assert RefreshToken.objects.filter(user=user).count() == 1


def test_verify__one_registration_by_code_and_link_at_once_makes_one_account():
    for number in range(ROUNDS):
        handle, secrets = registered(f"ana{number}@example.org", CHOSEN)

        def by_code(handle=handle, code=secrets["code"]):
            return verify_by_code(handle=handle, code=code, now=NOW)

        def by_link(secrets=secrets):
            return verify_by_link(token=token_of(secrets), password=CHOSEN, now=NOW)

        run = race([by_code, by_link, by_code, by_link])

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["CHALLENGE_ALREADY_USED"] * 3)
        assert User.objects.count() == number + 1


def test_verify__wrong_passwords_at_once_get_five_tries_in_all():
    _, secrets = registered("ana@example.org", CHOSEN)
    token = token_of(secrets)

    run = race([lambda: verify_by_link(token=token, password="wrong", now=NOW)] * 8)

    assert run.accidents == []
    assert sorted(run.refusals) == ["CHALLENGE_INVALID"] * 3 + ["CREDENTIALS_INVALID"] * 5


def test_reset__by_link_and_code_at_once_sets_one_password():
    ana = factories.user("ana@example.org")
    request_reset(email=ana.email, now=NOW)
    secrets = OutboxMessage.objects.get().secrets
    new = [f"{CHOSEN} {number}" for number in range(4)]

    run = race(
        [
            lambda: reset_by_token(token=token_of(secrets), new_password=new[0], now=NOW),
            lambda: reset_by_code(email=ana.email, code=secrets["code"], new_password=new[1], now=NOW),
            lambda: reset_by_token(token=token_of(secrets), new_password=new[2], now=NOW),
            lambda: reset_by_code(email=ana.email, code=secrets["code"], new_password=new[3], now=NOW),
        ]
    )

    assert run.accidents == []
    assert (len(run.results), run.refusals) == (1, ["CHALLENGE_ALREADY_USED"] * 3)
    ana.refresh_from_db()
    assert [ana.check_password(each) for each in new] == [end in run.results for end in run.ends]


def test_request_reset__by_many_at_once_leaves_one_proof_that_is_good():
    ana = factories.user("ana@example.org")

    run = race([lambda: request_reset(email=ana.email, now=NOW)] * 4)

    assert run.accidents == []
    refused = [
        race([lambda secrets=message.secrets: use(token_of(secrets))]).refusals
        for message in OutboxMessage.objects.filter(template="reset_password").order_by("pk")
    ]
    assert refused.count([]) == 1


def use(token):
    return reset_by_token(token=token, new_password=CHOSEN, now=NOW)


def test_change__and_refresh_at_once_leave_at_most_one_live_token_of_the_session():
    for _ in range(ROUNDS):
        ana = factories.user()
        session = start_session(user=ana, now=NOW)
        row = RefreshToken.objects.get(user=ana)

        def change(ana=ana, family=row.family):
            return change_password(
                viewer=Viewer(user=ana, session=family), old_password=PASSWORD, new_password=CHOSEN, now=NOW
            )

        def refresh(session=session):
            return refresh_session(refresh_token=session.refresh_token, now=NOW)

        run = race([change, refresh])

        assert run.accidents == []
        live = RefreshToken.objects.get(user=ana, rotated_at=None, revoked_at=None)
        ana.refresh_from_db()
        assert (run.refusals, live.token_version) == ([], ana.token_version)
