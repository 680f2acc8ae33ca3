"""Rows for every topic, who may ask for them, and values for the arguments of root fields."""

from random import Random
from typing import Any

from django.http import HttpResponse
from django.test import RequestFactory
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull

from bookings.accounts.models import ServiceKey
from bookings.accounts.viewer import Viewer
from bookings.favourites.models import Favourite
from schema.common.context import Context, make_context
from tests import factories
from tests.schema.client import gid
from tests.schema.engine.documents import LEFT_OUT, Values

SCALARS: dict[str, list[Any]] = {
    "Int": [1, 2, 5, 500],
    "Boolean": [True, False],
    "Float": [1.5],
    "DateTime": ["2030-01-07T08:00:00Z", "2030-01-07T10:00:00Z", "2030-01-20T00:00:00+01:00"],
    "Date": ["2030-01-07"],
    "Decimal": ["10.00"],
    "TimeZone": ["Europe/Warsaw", "Mars/Base"],
}


class World:
    """A practice with all that belongs to it, and the callers that see different things of it."""

    def __init__(self) -> None:
        self.place = factories.business()
        offered = factories.service(self.place, horizon=60)
        room = factories.resource(factories.service(self.place, holds="RESOURCE", seats=2))
        person = factories.consultant(offered)
        factories.consultant(offered)
        payment = factories.paying(person, offered)
        waiting = factories.pending(None, offered, starts_at=factories.later(hours=5))
        draft = factories.draft(person, offered, starts_at=factories.later(hours=7))
        self.bookings = [payment.booking, waiting, draft]
        client = factories.user()
        Favourite.objects.create(user=client, consultant=person)
        factories.service_key(ServiceKey.Scope.PRACTICE, place=self.place)
        staff = factories.staff_of(self.place)
        admin = factories.user(is_staff=True, is_superuser=True)
        self.viewers = [
            Viewer(),
            Viewer(user=self.place.owner),
            staff,
            Viewer(user=client),
            Viewer(user=admin),
            Viewer(subjects={booking.subject for booking in self.bookings}),
        ]
        rows = [self.place, offered, person, room, payment, *self.bookings]
        self.known: dict[str, list[Any]] = {
            "id": [gid(row) for row in rows],
            "ids": [gid(row) for row in rows],
            "businessId": [gid(self.place)],
            "serviceId": [gid(offered), gid(room.services.get())],
            "consultantId": [gid(person)],
            "resourceId": [gid(room)],
            "slug": [self.place.slug, person.slug],
            "acknowledgementId": [booking.acknowledgement_id for booking in self.bookings],
        }

    def context(self, seed: int) -> Context:
        """What resolvers know of a request: always the same instant, and one caller or another."""
        context = make_context(RequestFactory().post("/graphql/"), HttpResponse())
        context.__dict__["now"] = factories.NOW
        caller = self.viewers[seed % len(self.viewers)]
        context.__dict__["viewer"] = Viewer(user=caller.user, subjects=set(caller.subjects))
        return context


def values(random: Random, known: dict[str, list[Any]]) -> Values:
    """Give what draws values for arguments: most of them what the world knows by that name."""

    def value(kind: Any, name: str) -> Any:
        is_needed = isinstance(kind, GraphQLNonNull)
        return given(kind, name) if is_needed or random.random() < 0.5 else LEFT_OUT

    def given(kind: Any, name: str) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return given(kind.of_type, name)
        if isinstance(kind, GraphQLList):
            return [given(kind.of_type, name) for _ in range(random.randint(0, 3))]
        if isinstance(kind, GraphQLEnumType):
            return random.choice([*kind.values])
        if isinstance(kind, GraphQLInputObjectType):
            return fields(kind)
        return random.choice(known.get(name) or SCALARS.get(kind.name, ["text"]))

    def fields(kind: GraphQLInputObjectType) -> dict[str, Any]:
        needed = {name for name, field in kind.fields.items() if isinstance(field.type, GraphQLNonNull)}
        chosen = needed or {random.choice([*kind.fields])}  # one of a look-up's, which takes no more
        return {name: given(kind.fields[name].type, name) for name in kind.fields if name in chosen}

    return value
