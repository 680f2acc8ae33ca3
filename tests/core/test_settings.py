"""The settings as a deployment meets them: each test starts a Python of its own."""

import subprocess
import sys
from importlib import import_module

import pytest

from tests.check import ROOT, production

SHOW = "from django.conf import settings; value = ({expression}); print(value)"


def load(
    expression: str = "settings.DEBUG", *, without: str = "", **changed: str
) -> subprocess.CompletedProcess[str]:
    """Load the settings as in production, with some variables changed or one left out."""
    environment = {**production(), "DJANGO_SETTINGS_MODULE": "core.settings", **changed}
    environment.pop(without, None)
    return subprocess.run(
        [sys.executable, "-c", SHOW.format(expression=expression)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def refusal(**case: str) -> str:
    """Give the sentence with which the settings refuse to load."""
    done = load(**case)
    assert done.returncode != 0, "the settings loaded"
    return done.stderr.strip().splitlines()[-1].removeprefix("django.core.exceptions.ImproperlyConfigured: ")


def test_settings__load_with_what_production_needs() -> None:
    done = load("settings.DEBUG, settings.CORS_ALLOWED_ORIGINS, settings.CORS_ALLOWED_ORIGIN_REGEXES")

    assert (done.returncode, done.stdout) == (0, "(False, [], [])\n"), done.stderr


def test_settings__need_nothing_in_debug() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SHOW.format(expression="settings.DATABASES['default']['ENGINE']")],
        cwd=ROOT,
        env={"DEBUG": "true", "ENV_FILE": "/dev/null", "DJANGO_SETTINGS_MODULE": "core.settings"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "django.db.backends.sqlite3\n", done.stderr


@pytest.mark.parametrize(
    "name",
    [
        "SECRET_KEY",
        "ENCRYPTION_KEYS",
        "ALLOWED_HOSTS",
        "PUBLIC_URL",
        "CORS_ALLOWED_ORIGINS",
        "DATABASE_URL",
        "MAIL",
        "MAIL_FROM",
    ],
)
def test_settings__refuse_without_a_needed_variable_by_its_name_and_an_example(name: str) -> None:
    assert refusal(without=name).startswith(f"Set {name}, for example {name}=")


@pytest.mark.parametrize("key", ["short", "a" * 60, "abcabcabc" * 9])
def test_settings__refuse_a_weak_key_and_say_how_to_make_one(key: str) -> None:
    sentence = refusal(SECRET_KEY=key)

    assert sentence.startswith("SECRET_KEY is too weak. Make one: python3 -c ")
    assert key not in sentence


def test_settings__refuse_an_encryption_key_that_is_none() -> None:
    assert refusal(ENCRYPTION_KEYS="not-a-key").startswith("ENCRYPTION_KEYS holds what is no key. Make one: ")


def test_settings__refuse_to_answer_for_any_host() -> None:
    assert refusal(ALLOWED_HOSTS="*").startswith(
        "ALLOWED_HOSTS must name the hosts, for example ALLOWED_HOSTS="
    )


def test_settings__refuse_sqlite_outside_debug() -> None:
    sentence = refusal(DATABASE_URL="sqlite:////tmp/slotwell-refused.sqlite3")

    assert sentence.startswith(
        "DATABASE_URL names SQLite, meant for development. Use DATABASE_URL=postgres://"
    )
    assert sentence.endswith("or set ALLOW_SQLITE=true")


def test_settings__take_sqlite_where_it_is_asked_for(tmp_path: object) -> None:
    done = load(
        "settings.DATABASES['default']['OPTIONS']['transaction_mode']",
        DATABASE_URL=f"sqlite:///{tmp_path}/some.sqlite3",
        ALLOW_SQLITE="true",
    )

    assert done.stdout == "IMMEDIATE\n", done.stderr


@pytest.mark.parametrize("url", ["mysql://me:hunter2@host/db", "nonsense"])
def test_settings__refuse_other_databases(url: str) -> None:
    sentence = refusal(DATABASE_URL=url)

    assert sentence.startswith(
        "DATABASE_URL must name PostgreSQL or SQLite, for example DATABASE_URL=postgres://"
    )
    assert "hunter2" not in sentence


def test_settings__ignore_the_patterns_of_development_outside_debug() -> None:
    done = load("settings.CORS_ALLOWED_ORIGIN_REGEXES", CORS_ALLOWED_ORIGIN_PATTERNS=".*")

    assert done.stdout == "[]\n", done.stderr


def test_https__is_demanded_of_hosts_below_and_of_lists_unless_it_is_said_otherwise() -> None:
    shown = (
        "settings.SECURE_HSTS_INCLUDE_SUBDOMAINS, settings.SECURE_HSTS_PRELOAD, settings.SECURE_HSTS_SECONDS"
    )
    without = {"SECURE_HSTS_INCLUDE_SUBDOMAINS": "false", "SECURE_HSTS_PRELOAD": "false"}

    assert load(shown).stdout == "(True, True, 31536000)\n"
    assert load(shown, **without).stdout == "(False, False, 31536000)\n"


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        ("brevo", "BREVO_API_KEY"),
        ("mailersend", "MAILERSEND_API_TOKEN"),
        ("mailgun", "MAILGUN_API_KEY"),
        ("mandrill", "MANDRILL_API_KEY"),
        ("postmark", "POSTMARK_SERVER_TOKEN"),
        ("resend", "RESEND_API_KEY"),
        ("sparkpost", "SPARKPOST_API_KEY"),
    ],
)
def test_mail__hands_the_key_to_the_provider_under_its_own_name(mail: str, expected: str) -> None:
    done = load(f"settings.ANYMAIL[{expected!r}], settings.EMAIL_BACKEND", MAIL=mail, MAIL_PROVIDER_KEY="k-1")

    import_module(f"anymail.backends.{mail}")  # the provider is one that Anymail knows
    assert done.stdout == f"('k-1', 'anymail.backends.{mail}.EmailBackend')\n", done.stderr


def test_mail__of_a_provider_needs_its_key() -> None:
    assert refusal(MAIL="postmark").startswith("Set MAIL_PROVIDER_KEY, for example ")


def test_mail__mailjet_needs_a_second_key() -> None:
    assert refusal(MAIL="mailjet", MAIL_PROVIDER_KEY="k").startswith("Set MAIL_PROVIDER_SECRET, for example ")


def test_mail__refuses_two_kinds_of_tls_at_once() -> None:
    assert refusal(SMTP_TLS="true", SMTP_STARTTLS="true").startswith(
        "Set SMTP_STARTTLS=true (mostly port 587) or"
    )


def test_sandbox__outside_debug_must_be_meant() -> None:
    assert refusal(PAYMENT_PROVIDER="sandbox").startswith("PAYMENT_PROVIDER=sandbox takes no real money.")


def test_payments__of_a_provider_need_its_key() -> None:
    assert refusal(PAYMENT_PROVIDER="paystack").startswith("Set PAYSTACK_SECRET_KEY, for example ")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("PAYSTACK_SECRET_KEY", "pk_live_publicone"),
        ("STRIPE_SECRET_KEY", "pk_live_publicone"),
        ("STRIPE_WEBHOOK_SECRET", "sk_live_secretone"),
    ],
)
def test_payments__a_key_of_another_kind_is_refused_and_not_repeated(name: str, key: str) -> None:
    said = refusal(**{name: key})

    assert said.startswith(f"{name} is no such key: those begin with ")
    assert key not in said


def test_variables__come_from_the_file_that_env_file_names(tmp_path: object) -> None:
    file = f"{tmp_path}/environment"
    with open(file, "w") as out:
        out.write("FRONTEND_URL=https://from-file.example\nACKNOWLEDGEMENT_PREFIX=ZZ-\n")

    done = load(
        "settings.FRONTEND_URL, settings.ACKNOWLEDGEMENT_PREFIX", ENV_FILE=file, ACKNOWLEDGEMENT_PREFIX="EN-"
    )

    assert done.stdout == "('https://from-file.example', 'EN-')\n", done.stderr
