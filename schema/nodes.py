"""Relay's look-ups: any object by its opaque id."""

from collections.abc import Callable
from typing import Annotated, Any, cast

import strawberry
from django.db.models import QuerySet
from strawberry import relay

from bookings.businesses import selectors as businesses
from bookings.catalogue import selectors as catalogue
from bookings.consultants import selectors as consultants
from bookings.resources import selectors as resources
from schema.booking.types import Booking
from schema.businesses import Business, Category
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.inputs import LARGEST_PAGE, BadUserInput, read_id, read_pk
from schema.consultants import Consultant
from schema.corporate_clients import CorporateClient
from schema.favourites import Favourite
from schema.feeds import CalendarFeed
from schema.keys import ServiceKey
from schema.payment_accounts import PaymentAccount
from schema.payment_differences import PaymentDifference
from schema.payments import Payment
from schema.profile import Account
from schema.publishing.queries import published_nodes
from schema.publishing.types import PublishedSlot
from schema.refunds import Refund
from schema.resources import Resource
from schema.reviews.types import Review
from schema.role_requests import RoleRequest
from schema.scopes import may_look_up
from schema.slots.queries import still_open
from schema.slots.types import Slot

NODES: dict[str, Any] = {
    kind.__name__: kind
    for kind in (
        Account,
        Booking,
        Business,
        CalendarFeed,
        Category,
        Consultant,
        Favourite,
        CorporateClient,
        Payment,
        PaymentDifference,
        PaymentAccount,
        PublishedSlot,
        Refund,
        Resource,
        Review,
        RoleRequest,
        Service,
        ServiceKey,
        Slot,
    )
}

IN_USE: dict[Any, Callable[[], QuerySet[Any]]] = {
    Service: catalogue.in_use,
    Consultant: consultants.in_use,
    Resource: resources.in_use,
}


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(description="One object by its id; null where there is none that you may see.")
    def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="The id of any object.")],
    ) -> relay.Node | None:
        """Look one up."""
        return _nodes(info, [id])[0]

    @strawberry.field(description="Several objects by their ids, in the ids' order; 100 at most.")
    def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Ids of any objects.")],
    ) -> list[relay.Node | None]:
        """Look several up, with one statement a type."""
        if len(ids) > LARGEST_PAGE:
            raise BadUserInput(f"At most {LARGEST_PAGE} ids can be looked up at once.")
        return _nodes(info, ids)


def _nodes(info: Info, ids: list[strawberry.ID]) -> list[relay.Node | None]:
    """Give what the ids name, null for what is not there or not shown."""
    wanted = [read_id(text) for text in ids]
    found: dict[tuple[str, str], relay.Node] = {}
    for kind in {kind for kind, _ in wanted}:
        if kind not in NODES:
            raise BadUserInput(f"There are no nodes of type {kind[:40]}.")
        if not may_look_up(info.context.key, kind):
            continue
        found.update(_of_kind(info, kind, [node_id for other, node_id in wanted if other == kind]))
    return [found.get(key) for key in wanted]


def _of_kind(info: Info, kind: str, node_ids: list[str]) -> dict[tuple[str, str], relay.Node]:
    node_type = NODES[kind]
    if node_type is Slot:
        slots = still_open(node_ids, now=info.context.now)
        return {(kind, node_id): slot for node_id, slot in slots.items()}
    if node_type is PublishedSlot:
        published = published_nodes(info, node_ids).items()
        return {(kind, node_id): cast("relay.Node", row) for node_id, row in published}
    rows = _visible(info, node_type).filter(pk__in=[read_pk(node_id) for node_id in node_ids])
    return {(kind, str(row.pk)): cast("relay.Node", row) for row in rows}


def _visible(info: Info, node_type: Any) -> QuerySet[Any]:
    """Give the rows of a type that the viewer may look up by id."""
    if node_type is Business:
        return businesses.visible_to(info.context.viewer)
    if node_type in IN_USE:
        return IN_USE[node_type]()
    rows: QuerySet[Any] = node_type.__strawberry_django_definition__.model.objects.all()
    return node_type.get_queryset(rows, info) if hasattr(node_type, "get_queryset") else rows
