import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

import core.settings  # noqa: F401 - reads every variable
from core import env

ROOT = Path(__file__).resolve().parents[2]
LINE = re.compile(r"^#?([A-Z_0-9]+)=(.*)$")


def read_example() -> dict[str, tuple[str, str]]:
    """Give of .env.example: name → (example, the line above)."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    found = [(LINE.match(line), above) for above, line in zip(["", *lines], lines, strict=False)]
    return {match[1]: (match[2], above) for match, above in found if match}


KNOWN = dict(env.KNOWN)


def test_env_example__has_every_variable_and_no_other() -> None:
    assert set(read_example()) == set(KNOWN)


def test_env_example__shows_the_example_that_the_refusal_names() -> None:
    assert {name: example for name, (example, _) in read_example().items()} == KNOWN


def test_env_example__explains_each_variable_in_the_line_above() -> None:
    unexplained = [
        name for name, (_, above) in read_example().items() if not re.match(r"# \S.{10,}\.$", above)
    ]

    assert unexplained == []


def test_env_example__changes_nothing_when_copied() -> None:
    active = [line for line in (ROOT / ".env.example").read_text().splitlines() if line and line[0] != "#"]

    assert active == []


def test_code__reads_the_environment_in_one_place() -> None:
    # core/bootstrap.py and core/serve.py prepare the environment of others, before any setting exists.
    allowed = {"core/env.py", "core/bootstrap.py", "core/serve.py"}
    readers = re.compile(r"os\.getenv|os\.environ(?!\.setdefault\(\"DJANGO_SETTINGS_MODULE\")")
    found = {
        str(path.relative_to(ROOT))
        for folder in ("core", "schema", "bookings")
        for path in (ROOT / folder).rglob("*.py")
        if readers.search(path.read_text())
    }

    assert found <= allowed


@pytest.mark.parametrize("raw", ["true", "TRUE", "yes", "on", "1"])
def test_boolean__reads_yes(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SOME", raw)

    assert env.boolean("SOME") is True


@pytest.mark.parametrize("raw", ["false", "No", "off", "0"])
def test_boolean__reads_no(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SOME", raw)

    assert env.boolean("SOME") is False


def test_boolean__refuses_a_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "maybe")

    with pytest.raises(ImproperlyConfigured) as refused:
        env.boolean("SOME")

    assert str(refused.value) == "SOME='maybe' is neither true nor false. Write it like SOME=true"


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        ("many", "SOME='many' is not a whole number. Write it like SOME=8"),
        ("0", "SOME='0' is less than 1. Write it like SOME=8"),
    ],
)
def test_integer__says_what_is_wrong(monkeypatch: pytest.MonkeyPatch, raw: str, sentence: str) -> None:
    monkeypatch.setenv("SOME", raw)

    with pytest.raises(ImproperlyConfigured) as refused:
        env.integer("SOME", example="8", least=1)

    assert str(refused.value) == sentence


def test_reader__without_value_or_default_names_the_variable_and_an_example(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SOME", "  ")

    with pytest.raises(ImproperlyConfigured) as refused:
        env.text("SOME", example="thing")

    assert str(refused.value) == "Set SOME, for example SOME=thing"


def test_words__splits_and_reads_none_as_an_empty_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", " a, b ,,c")
    monkeypatch.setenv("NO", "none")

    assert env.words("SOME", example="x") == ["a", "b", "c"]
    assert env.words("NO", example="x") == []


@pytest.mark.parametrize(
    "raw", ["booking.example.org", "ftp://example.org", "https://", "javascript:alert(1)"]
)
def test_url__refuses_what_no_browser_opens(monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
    monkeypatch.setenv("SOME", raw)

    with pytest.raises(ImproperlyConfigured, match="SOME"):
        env.url("SOME", example="https://example.org")


def test_url__loses_the_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "https://example.org/book/")

    assert env.url("SOME", example="https://example.org") == "https://example.org/book"


def test_database__keeps_a_password_out_of_its_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "oracle://me:hunter2@host/db")

    with pytest.raises(ImproperlyConfigured) as refused:
        env.database("SOME", allow_sqlite=True)

    assert "SOME" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("pooled", "options"),
    [("true", {"connect_timeout": 5}), ("false", {"connect_timeout": 5, "options": "-c jit=off"})],
)
def test_database__behind_a_pooler_is_asked_for_nothing_that_outlives_a_transaction(
    monkeypatch: pytest.MonkeyPatch, pooled: str, options: dict[str, object]
) -> None:
    monkeypatch.setenv("SOME", "postgres://me@host/db")
    monkeypatch.setenv("DATABASE_POOLED", pooled)

    found = env.database("SOME", allow_sqlite=True)

    assert (found["OPTIONS"], found["DISABLE_SERVER_SIDE_CURSORS"]) == (options, pooled == "true")


@pytest.fixture(autouse=True)
def forget_made_up_variables() -> Iterator[None]:
    """Keep the names that these tests make up out of the list that others compare."""
    yield
    env.KNOWN.clear()
    env.KNOWN.update(KNOWN)
