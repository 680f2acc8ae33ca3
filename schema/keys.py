"""Service keys, for people who build a chatbot or connect another program."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.accounts import models, passwords
from bookings.accounts.keys import MOST_AT_ONCE
from bookings.businesses import keys
from bookings.common.idempotency import AlreadyDone
from schema.booking.inputs import KEY
from schema.booking.reading import once
from schema.businesses import Business
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, made_before, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of
from schema.common.scalars import describe_enum

ServiceKeyScope = models.ServiceKey.Scope
describe_enum(
    ServiceKeyScope,
    name="ServiceKeyScope",
    description="What a service key is for. What none of its scopes names is refused with `FORBIDDEN`.",
)

Root = strawberry.Parent[models.ServiceKey]


@strawberry_django.type(
    models.ServiceKey,
    name="ServiceKey",
    description="A key with which a program, such as a chatbot, calls this API: `Authorization: Api-Key <key>`. The "
    "key itself is shown once, by `createServiceKey`. It is worthless once it is revoked or expired, or its owner's "
    "account is closed; with the scope PRACTICE also once its owner does not work for the practice any more.",
)
class ServiceKey(relay.Node):
    """The GraphQL face of accounts.models.ServiceKey, for its owner and the owners of its practice."""

    name: str = strawberry_django.field(description="What it is for, in its owner's words.")
    prefix: str = strawberry_django.field(description="How the key begins, to tell it by.")
    business: Business | None = strawberry_django.field(
        description="The practice that it is for; with the scope PRACTICE it reaches no other."
    )
    created_at: datetime.datetime = strawberry_django.field(description="When it was made.")
    expires_at: datetime.datetime | None = strawberry_django.field(
        description="Until when (exclusive) it is good; null where it does not expire."
    )
    revoked_at: datetime.datetime | None = strawberry_django.field(
        description="When it was revoked; null while it is not."
    )
    last_used_at: datetime.datetime | None = strawberry_django.field(
        description="When it was last used, to a minute or so; null before its first use."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.ServiceKey], info: Info) -> QuerySet[models.ServiceKey]:
        """Show the keys that the viewer may revoke, whichever way one gets to them."""
        return queryset.filter(pk__in=keys.visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(only=["scopes"], description="What it may be used for.")
    def scopes(self, root: Root) -> list[ServiceKeyScope]:
        """Give the scopes in the order of their declaration."""
        return [scope for scope in ServiceKeyScope if root.allows(scope)]

    @strawberry_django.field(
        only=["owner__full_name", "owner__email"],
        select_related=["owner"],
        description="Who owns it: the name, or the address where there is none.",
    )
    def owner_name(self, root: Root) -> str:
        """Give what to call the owner."""
        return root.owner.full_name or root.owner.email


@strawberry.input(description="What a key is for.")
class CreateServiceKeyInput:
    """Input of `createServiceKey`."""

    name: str = strawberry.field(
        description="What it is for, such as `chatbot of the website`; 1 to 100 characters."
    )
    scopes: list[ServiceKeyScope] = strawberry.field(
        description="What it may do, at least one. Take no more than needed."
    )
    business_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The practice that it is for; needed for PRACTICE. Its owners see the key and may revoke it.",
    )
    expires_at: datetime.datetime | None = strawberry.field(
        default=None, description="Until when it shall be good; if absent, until it is revoked."
    )
    password: str | None = strawberry.field(
        default=None,
        description="Your password again, needed for PRACTICE: such a key outlives the session that makes it.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The key that was made.")
class CreateServiceKeyPayload:
    """Payload of `createServiceKey`."""

    service_key: ServiceKey | None = strawberry.field(
        default=None, description="What is known of it from now on."
    )
    key: str | None = strawberry.field(
        default=None,
        description="The key itself, this once: nobody can show it again, and a repeated call with the same "
        "idempotency key gives null. Keep it where no visitor of a page can read it.",
    )
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which key to revoke.")
class RevokeServiceKeyInput:
    """Input of `revokeServiceKey`."""

    id: strawberry.ID = strawberry.field(description="The id of a service key, not the key itself.")


@strawberry.type(description="The key that is worthless now.")
class RevokeServiceKeyPayload:
    """Payload of `revokeServiceKey`."""

    service_key: ServiceKey | None = strawberry.field(default=None, description="The key, revoked.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[ServiceKey],
        description="The service keys that you may revoke, newest first: your own, and those for your practices.",
    )
    def service_keys(
        self,
        info: Info,
        business_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those for this practice.")
        ] = None,
    ) -> QuerySet[models.ServiceKey]:
        """List them; the type shows only what the viewer may see."""
        info.context.viewer.require_user()
        rows = models.ServiceKey.objects.order_by("-created_at", "-pk")
        return rows if business_id is None else rows.filter(business=pk_of(business_id, "Business"))


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Make a service key for a program of yours; your address must be proven. One for a practice takes "
        "its owner. With PRACTICE a key may what its owner may there as staff when it is used, and never more. An "
        f"account has at most {MOST_AT_ONCE} keys that are good."
    )
    def create_service_key(
        self,
        info: Info,
        input: Annotated[CreateServiceKeyInput, strawberry.argument(description="What it is for.")],
    ) -> CreateServiceKeyPayload | None:
        """Make one."""
        try:
            made = _make(info, input)
        except AlreadyDone as done:
            row = made_before(models.ServiceKey.objects, done)
            return CreateServiceKeyPayload(service_key=row)  # type: ignore[arg-type]
        return CreateServiceKeyPayload(service_key=made.row, key=made.text)  # type: ignore[arg-type]

    @mutation(description="Make a service key worthless at once and for good.")
    def revoke_service_key(
        self,
        info: Info,
        input: Annotated[RevokeServiceKeyInput, strawberry.argument(description="Which one.")],
    ) -> RevokeServiceKeyPayload | None:
        """Revoke one."""
        context = info.context
        key_id = pk_of(input.id, "ServiceKey")
        key = keys.revoke_key(viewer=context.viewer, key_id=key_id, now=context.now)
        return RevokeServiceKeyPayload(service_key=key)  # type: ignore[arg-type]


def _make(info: Info, given: CreateServiceKeyInput) -> keys.NewKey:
    if ServiceKeyScope.PRACTICE in given.scopes:
        passwords.confirm(info.context.viewer, given.password or "", now=info.context.now)
    return keys.make_key(
        viewer=info.context.viewer,
        name=given.name,
        scopes=given.scopes,
        business_id=optional_pk(given.business_id, "Business"),
        expires_at=given.expires_at,
        once=once(info, "createServiceKey", given, "keys"),
        now=info.context.now,
    )
