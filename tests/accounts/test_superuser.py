"""The admin that the environment names."""

import io

import pytest
from django.core.management import CommandError, call_command

from bookings.accounts.models import RefreshToken, User
from bookings.accounts.sessions import start_session
from bookings.common import clock
from bookings.notifications.models import OutboxMessage
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

EMAIL, CHOSEN = "Root@Example.org", "a kettle of green tea"


@pytest.fixture(autouse=True)
def _named(settings):
    settings.SUPERUSER_EMAIL, settings.SUPERUSER_PASSWORD, settings.DEBUG = EMAIL, CHOSEN, False


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command("ensure_superuser", *arguments, stdout=out)
    return out.getvalue().strip()


def admin() -> User:
    return User.objects.get(email="root@example.org")


def test_ensure__makes_an_admin_who_can_log_in_with_a_proven_address():
    said = run()

    made = admin()
    assert said == "The account of SUPERUSER_EMAIL was made."
    assert (made.is_superuser, made.is_staff, made.is_active) == (True, True, True)
    assert made.email_verified_at is not None
    assert made.check_password(CHOSEN)


def test_ensure__again_leaves_everything_as_it_is():
    run()
    before = User.objects.values().get()

    said = run()

    assert said == "The account of SUPERUSER_EMAIL was left as it is."
    assert User.objects.values().get() == before


def test_ensure__leaves_a_password_that_was_changed_since(settings):
    run()
    made = admin()
    made.set_password(PASSWORD)
    made.save()
    settings.SUPERUSER_PASSWORD = ""

    run()

    assert admin().check_password(PASSWORD)


def test_ensure__resets_a_password_when_asked_to_and_ends_sessions():
    run()
    made = admin()
    made.set_password(PASSWORD)
    made.save()
    start_session(user=made, now=clock.now())

    said = run("--reset-password")

    assert said == "The account of SUPERUSER_EMAIL was given the password that was named."
    assert admin().check_password(CHOSEN)
    assert admin().token_version == made.token_version + 1
    assert not RefreshToken.objects.filter(revoked_at=None).exists()
    assert OutboxMessage.objects.get().template == "password_changed"


def test_ensure__promotes_an_account_and_leaves_its_password():
    factories.user("root@example.org")

    said = run()

    assert said == "The account of SUPERUSER_EMAIL was made an admin."
    assert (admin().is_superuser, admin().is_staff) == (True, True)
    assert admin().check_password(PASSWORD)


def test_ensure__sets_the_password_of_an_account_whose_address_nobody_proved():
    factories.user("root@example.org", email_verified_at=None)

    run()

    assert admin().check_password(CHOSEN)
    assert admin().email_verified_at is not None


def test_ensure__does_nothing_where_nobody_is_named(settings):
    settings.SUPERUSER_EMAIL = ""

    assert run() == "SUPERUSER_EMAIL is not set: nothing to do."
    assert not User.objects.exists()


@pytest.mark.parametrize("password", ["tiny", "password123", "1234567890123", "root@example.org", ""])
def test_ensure__refuses_a_weak_password_and_does_not_repeat_it(settings, password):
    settings.SUPERUSER_PASSWORD = password

    with pytest.raises(CommandError) as refused:
        run()

    assert str(refused.value).startswith("SUPERUSER_PASSWORD: ")
    assert not password or password not in str(refused.value)
    assert not User.objects.exists()


def test_ensure__takes_a_weak_password_in_development(settings):
    settings.SUPERUSER_PASSWORD, settings.DEBUG = "tiny", True

    run()

    assert admin().check_password("tiny")


def test_ensure__refuses_an_account_that_was_closed():
    factories.user("root@example.org", is_active=False)

    with pytest.raises(CommandError, match=r"^SUPERUSER_EMAIL: This account is closed"):
        run()

    assert not admin().is_superuser


def test_ensure__refuses_what_is_no_address(settings):
    settings.SUPERUSER_EMAIL = "nonsense"

    with pytest.raises(CommandError, match=r"^SUPERUSER_EMAIL: "):
        run()
