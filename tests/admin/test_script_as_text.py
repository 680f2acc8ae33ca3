"""Script in every field for text shows as text on every page of the admin.

The same practice is made twice, with hostile words and with harmless ones in every text there is. Each page must then
be made of the same elements with the same attributes, and nothing that runs or leads somewhere may differ.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from bookings.accounts.models import User
from tests import factories
from tests.admin.addresses import Address, addresses
from tests.admin.matrix.judging import text_of
from tests.admin.matrix.tampering import actions_of, chosen, kind_of
from tests.admin.pages import fields_of
from tests.admin.planting import plant
from tests.admin.side import build, standing
from tests.hostile import EVERYTHING, harmless, hostile, tamed
from tests.markup import HARMLESS_SCHEMES, differences, markup

pytestmark = pytest.mark.django_db

ADDRESSES = addresses()
CORE = (
    "index", "bookings_booking_changelist", "bookings_booking_change", "bookings_booking_calendar",
    "bookings_review_change", "bookings_business_change",
)  # fmt: skip
"""Asked for in `make test` already."""
FEED = {"start": "2030-01-07", "end": "2030-01-14"}
WAYS: dict[str, dict[str, str]] = {
    "bookings_booking_calendar_events": FEED,
    "search": {"s": EVERYTHING.lower()},
    "bookings_booking_changelist": {"status": "all"},
}
"""What addresses are asked with, beside nothing."""
Pages = dict[tuple[str, str, int], str]


class World:
    """One practice with words of one kind in it, and who looks.

    They are the platform's admin, a manager who was given every right, and staff, who may only read most of it.
    """

    def __init__(self, words: Any) -> None:
        self.words = words
        self.side = build(words())
        self.clients = {
            "staff": self._client(self.side.people["staff"]),
            "admin": self._client(factories.user(is_superuser=True)),
            "all": self._client(self._manager()),
        }
        assert plant(self.side, words) > 300

    def _manager(self) -> User:
        person = factories.staff_of(self.side.place).user
        assert person is not None
        person.user_permissions.set(Permission.objects.all())
        return person

    def _client(self, person: User) -> Client:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
        client = Client()
        client.force_login(person)
        return client


def read(world: World, names: Any) -> Pages:
    """What each of these addresses answers."""
    found: Pages = {}
    for name in names:
        for number, path in enumerate(ADDRESSES[name].paths(world.side, 4)):
            for who, client in world.clients.items():
                if who == "staff" and ADDRESSES[name].page != "change":
                    continue
                query = {**WAYS.get(name, {})}
                if name.startswith("bookings_booking_calendar"):
                    query["business"] = str(world.side.place.pk)
                found[name, who, number] = _text(client.get(path, query))
    return found


def _text(answer: Any) -> str:
    kind = answer.headers.get("Content-Type", "")
    assert answer.status_code < 500
    if kind.startswith("application/json"):  # never shown by itself; its texts are put into pages as text
        return ""
    assert not answer.content or kind.startswith(("text/html", "text/javascript")), kind
    return text_of(answer)


def twice(django_db_blocker: DjangoDbBlocker, ask: Any) -> tuple[Any, Any]:
    """Ask the same of the world with hostile words and of that with harmless ones."""
    found = []
    for words in (hostile, harmless):
        with django_db_blocker.unblock(), standing():
            found.append(ask(World(words)))
    return found[0], found[1]


def unlike(one: Pages, other: Pages) -> dict[Any, Any]:
    """Pages that are made otherwise, or lead where no page should."""
    assert set(one) == set(other)
    wrong: dict[Any, Any] = {}
    for key, text in one.items():
        made = markup(text)
        strange = made.schemes - HARMLESS_SCHEMES
        if found := [*differences(made, markup(other[key])), *(f"leads to {scheme}:" for scheme in strange)]:
            wrong[key] = found
    return wrong


@pytest.fixture(scope="module")
def core(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    return twice(django_db_blocker, lambda world: read(world, CORE))


@pytest.fixture(scope="module")
def every(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    return twice(django_db_blocker, lambda world: read(world, ADDRESSES))


@pytest.fixture(scope="module")
def after(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Any]:
    return twice(django_db_blocker, after_posts)


def test_hostile_words__would_be_seen_where_they_are_taken_for_markup(core: tuple[Pages, Pages]) -> None:
    hostile_one, harmless_one = ("".join(pages.values()) for pages in core)

    assert EVERYTHING not in hostile_one
    assert "&lt;script&gt;window.__ran" in hostile_one
    assert "window.__ran" not in harmless_one
    assert differences(markup(f"<p>{EVERYTHING}</p>"), markup(f"<p>{tamed(EVERYTHING)}</p>"))


@pytest.mark.parametrize("name", CORE)
def test_page__is_made_alike_whatever_its_rows_say(name: str, core: tuple[Pages, Pages]) -> None:
    one, other = ({key: text for key, text in pages.items() if key[0] == name} for pages in core)

    assert one
    assert unlike(one, other) == {}


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("name", ADDRESSES)
def test_address__is_made_alike_whatever_its_rows_say(name: str, every: tuple[Pages, Pages]) -> None:
    one, other = ({key: text for key, text in pages.items() if key[0] == name} for pages in every)

    assert unlike(one, other) == {}


@pytest.mark.prove
@pytest.mark.busy
@pytest.mark.only_on("postgresql")
def test_messages_and_echoes__are_made_alike_whatever_was_said(after: tuple[Pages, Pages]) -> None:
    one, other = after

    assert len(one) > 100
    assert unlike(one, other) == {}


def after_posts(world: World) -> Pages:
    """What comes after forms and actions: messages with names in them, confirmations, and answers shown again."""
    found: Pages = {}
    for name, address in ADDRESSES.items():
        for number, path in enumerate(address.paths(world.side, 2)):
            if address.page not in {"history", "delete", "logout"} and address.name != address.route:
                found |= _posted(world, name, number, path)
        if address.page == "changelist" and address.model is not None:
            found |= _acted(world, name, address)
    return found


def _posted(world: World, name: str, number: int, path: str) -> Pages:
    """Send a page's own form as it is, and with words in all its texts."""
    client = world.clients["admin"]
    page = client.get(path, WAYS.get(name, {}))
    if page.status_code != 200 or b"<form" not in page.content or name in {"logout", "login"}:
        return {}
    form = fields_of(page.content.decode())
    page_of = admin.site._registry.get(ADDRESSES[name].model) if ADDRESSES[name].model is not None else None
    texts = {
        key: world.words()
        for key in form
        if not key.startswith(("csrf", "_")) and kind_of(key, page_of) is None
    }
    kept = {key: value for key, value in form.items() if key.endswith(("_FORMS", "-id"))}
    return {
        (name, "as it is", number): _text(
            client.post(path, {**form, "_continue": "1", "answered": "yes"}, follow=True)
        ),
        (name, "with words", number): _text(
            client.post(path, {**form, **texts, **kept, "answered": "yes"}, follow=True)
        ),
        (name, "searched", number): _text(client.get(path, {"q": world.words(), "status": world.words()})),
    }


def _acted(world: World, name: str, address: Address) -> Pages:
    """Choose each action of a list."""
    client, model = world.clients["admin"], address.model
    assert model is not None
    boss = User.objects.get(pk=client.session["_auth_user_id"])
    found: Pages = {}
    for action in actions_of(admin.site._registry[model], boss):
        form = chosen(action, world.side, model, across=False)
        sent = {**form, "reason": world.words()}
        for sure in ("no", "yes"):
            given = (
                sent
                if sure == "yes"
                else {key: value for key, value in sent.items() if key not in {"post", "sure"}}
            )
            answer = client.post(reverse(f"admin:{name}"), given, follow=True)
            if not answer.headers.get("Content-Type", "").startswith("application/json"):
                found[name, f"{action} {sure}", 0] = _text(answer)
    return found
