"""Practices and consultants that somebody keeps at hand."""

import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.businesses.models import Business as BusinessRow
from bookings.consultants.models import Consultant as ConsultantRow
from bookings.favourites import models, selectors, services
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.inputs import optional_pk

if TYPE_CHECKING:
    from schema.businesses import Business
    from schema.consultants import Consultant

A_BUSINESS = Annotated["Business", strawberry.lazy("schema.businesses")]
A_CONSULTANT = Annotated["Consultant", strawberry.lazy("schema.consultants")]


@strawberry_django.type(
    models.Favourite,
    description="A practice or a consultant that an account keeps at hand. Only they see it.",
)
class Favourite(relay.Node):
    """The GraphQL face of favourites.models.Favourite, for its owner alone."""

    business: A_BUSINESS | None = strawberry_django.field(
        description="The practice; null where it is a consultant."
    )
    consultant: A_CONSULTANT | None = strawberry_django.field(
        description="The consultant; null where it is a practice."
    )
    created_at: datetime.datetime = strawberry_django.field(description="Since when it is kept.")

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.Favourite], info: Info) -> QuerySet[models.Favourite]:
        """Leave the viewer's own."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))


@strawberry.input(one_of=True, description="Exactly one thing to keep or to let go.")
class FavouriteInput:
    """Part of the input of `toggleFavourite`."""

    business_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A practice.")
    consultant_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A consultant."
    )


@strawberry.input(description="What to keep at hand, or to let go.")
class ToggleFavouriteInput:
    """Input of `toggleFavourite`."""

    of: FavouriteInput = strawberry.field(description="Which practice, or which consultant.")
    keep: bool | None = strawberry.field(
        default=None,
        description="True: keep it; false: let it go; either may be repeated. If absent, the other of what it is now.",
    )


@strawberry.type(description="What was asked about, as it is from now on.")
class ToggleFavouritePayload:
    """Payload of `toggleFavourite`."""

    is_favourite: bool | None = strawberry.field(default=None, description="Whether it is kept now.")
    business: A_BUSINESS | None = strawberry.field(default=None, description="The practice, if it is one.")
    consultant: A_CONSULTANT | None = strawberry.field(
        default=None, description="The consultant, if it is one."
    )
    errors: list[UserError] = no_errors()


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Keep a practice or a consultant at hand, or let go of it; for whoever is signed in. An account "
        f"keeps {services.MOST} at most (`me.favourites`)."
    )
    def toggle_favourite(
        self,
        info: Info,
        input: Annotated[ToggleFavouriteInput, strawberry.argument(description="What to keep.")],
    ) -> ToggleFavouritePayload | None:
        """Keep, or let go."""
        kept = services.toggle(
            viewer=info.context.viewer,
            business_id=optional_pk(input.of.business_id or None, "Business"),
            consultant_id=optional_pk(input.of.consultant_id or None, "Consultant"),
            keep=input.keep,
            now=info.context.now,
        )
        info.context.favourites = None
        named: dict[str, Any] = {"business" if isinstance(kept.row, BusinessRow) else "consultant": kept.row}
        return ToggleFavouritePayload(is_favourite=kept.is_kept, **named)


def is_favourite_field() -> Any:
    """Declare `isFavourite` of practices and consultants; one statement tells of all that a request shows."""
    return strawberry_django.field(
        resolver=_is_favourite,
        only=["id"],
        description="Whether whoever is signed in keeps it at hand (`toggleFavourite`); null where nobody is.",
    )


def _is_favourite(root: strawberry.Parent[Any], info: Info) -> bool | None:
    """Look it up among all that the viewer keeps."""
    if info.context.viewer.account is None:
        return None
    kept = info.context.favourites or selectors.keys_of(info.context.viewer)
    info.context.favourites = kept
    return root.pk in (kept.consultants if isinstance(root, ConsultantRow) else kept.businesses)
