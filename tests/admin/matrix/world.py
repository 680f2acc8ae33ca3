"""Two practices with everything in them, and everybody who may stand before the admin."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.test import Client

from bookings.accounts.models import User
from bookings.businesses.models import Category, StaffMember
from tests import factories
from tests.admin import planting
from tests.admin.side import Side, build
from tests.witness import everything

Snapshot = dict[str, list[dict[str, Any]]]
MARK = "quokka"
"""Stands in every text of the practice that others look at: where one of them reads it, something leaked."""
CLUE = "zorilla"
"""Stands beside it: what others search for, to see whether anything comes of it."""
OWN_MARK = "wombat"
"""Stands in every text of the practice in which those others work."""
FOREIGN = ("bcons", "bstaff", "bmngr", "bowner", "ball", "none", "clnt", "left", "gone", "anon")
"""Who has nothing to do with the practice: those of the other one by their roles (`ball`: with every right that Django
knows), staff of the admin without a practice, a client of the practice, somebody who worked for it once, somebody whose
account was closed, and nobody."""
INSIDE = ("cons", "staff", "mngr", "owner", "all", "none", "plat", "admin")
"""Who works for the practice, by their roles (`all`: as MANAGER, with every right that Django knows); staff of the
admin without a practice (`plat`: with every right that Django knows); the platform's admin."""
LET_IN = ("none", "plat", "admin", "gone")
"""Whom the platform let into the admin by their accounts; all others are there by their work, or not at all."""
SHARED = (Category, Permission)
"""Models whose rows are everybody's."""


@dataclass
class World:
    """The practice that is looked at, the other one, and who looks."""

    here: Side
    there: Side
    people: dict[str, User | None]
    cookies: dict[str, str] = field(default_factory=dict)
    """The keys of their log-ins."""
    rows: Snapshot = field(default_factory=dict)
    """Every row as it stands before each question, since what a question changes is undone."""

    def client(self, who: str) -> Client:
        """A browser with somebody's cookie; a new one each time, since some pages log out."""
        client = Client()
        if who in self.cookies:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.cookies[who]
        return client

    @cached_property
    def keys_in_addresses(self) -> dict[str, set[str]]:
        """Keys of the practice's rows as addresses have them, by the folder of their pages."""
        return {
            f"{model._meta.app_label}/{model._meta.model_name}": {str(pk) for pk in keys}
            for model, keys in self.here.rows.items()
        }


def set_up() -> World:
    """Make it all; the clock stands at side.LATER."""
    here, there = build(f"{CLUE} {MARK}"), build(OWN_MARK)
    for model in SHARED:
        here.rows.pop(model, None)
    planting.plant(here, _said)
    planting.plant(there, lambda name, longest: OWN_MARK)
    people: dict[str, User | None] = {name: here.people[name] for name in ("cons", "staff", "mngr", "owner")}
    people |= {f"b{name}": there.people[name] for name in ("cons", "staff", "mngr", "owner")}
    people |= {
        "all": _with_every_right(here),
        "ball": _with_every_right(there),
        "none": factories.user(),
        "plat": factories.user(),
        "admin": factories.user(is_superuser=True),
        "gone": factories.user(is_superuser=True),
        "clnt": here.people["clnt"],
        "left": factories.staff_of(here.place).user,
        "anon": None,
    }
    given = people["plat"]
    assert given is not None
    given.user_permissions.set(Permission.objects.all())
    for name, person in people.items():
        if person is not None:
            person.refresh_from_db()
            if name == "clnt":  # who reads their own address at the log-in
                person.email, person.full_name = "client@example.org", "Clara"
            person.is_staff, person.is_active = name in LET_IN, name != "gone"
            person.save(update_fields=["is_staff", "is_active", "email", "full_name"])
    StaffMember.objects.filter(user=people["left"]).delete()
    world = World(here, there, people)
    for name, person in people.items():
        if person is not None:
            client = Client()
            client.force_login(person)
            world.cookies[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    world.rows = everything()
    return world


def _with_every_right(side: Side) -> User:
    viewer = factories.staff_of(side.place, StaffMember.Role.MANAGER)
    assert viewer.user is not None
    viewer.user.user_permissions.set(Permission.objects.all())
    return viewer.user


def _said(name: str, longest: int) -> str:
    return f"{CLUE}.{MARK}" if name in planting.ADDRESSES else f"{CLUE} {MARK}"
