"""Practices' own accounts with payment providers, for their owners."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.accounts import passwords
from bookings.common.idempotency import AlreadyDone
from bookings.payments import models, services
from bookings.payments.selectors import inbox_address
from schema.booking.inputs import KEY
from schema.booking.reading import once
from schema.businesses import Business
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, made_before, mutation, no_errors
from schema.common.inputs import pk_of
from schema.common.scalars import URL

PASSWORD = "Your password again: who holds a practice's keys decides where its money goes."  # noqa: S105 - no password
Root = strawberry.Parent[models.PaymentAccount]


@strawberry_django.type(
    models.PaymentAccount,
    name="PaymentAccount",
    description="A practice's own account with a payment provider, for one currency. Without one the practice is paid "
    "through the platform's. Its keys are never shown to anybody. For the practice's owners alone.",
)
class PaymentAccount(relay.Node):
    """The GraphQL face of payments.models.PaymentAccount, for the practice's owners."""

    business: Business = strawberry_django.field(description="The practice that is paid by it.")
    provider: str = strawberry_django.field(description="With whom: `paystack` or `stripe`, say.")
    currency: str = strawberry_django.field(description="Payments in which currency it takes (ISO 4217).")
    is_live: bool = strawberry_django.field(
        field_name="live",
        description="Whether it takes real money; otherwise its keys are of the provider's test mode.",
    )
    is_active: bool = strawberry_django.field(
        description="Whether new payments in its currency go through it: one account of a practice does for each "
        "currency. One that is out of use still ends what was begun by it, refunds too."
    )
    created_at: datetime.datetime = strawberry_django.field(description="When it was entered.")
    changed_at: datetime.datetime = strawberry_django.field(
        description="When its keys were last changed, or it came into use or out of it."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(
        cls, queryset: QuerySet[models.PaymentAccount], info: Info
    ) -> QuerySet[models.PaymentAccount]:
        """Show the accounts that the viewer may change, whichever way one gets to them."""
        return queryset.filter(pk__in=services.accounts_visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(
        only=["secret_key"],
        description="The last four characters of its secret key, to tell it by: all that is shown of a key.",
    )
    def key_end(self, root: Root) -> str:
        """Give the key's end."""
        return root.key_end

    @strawberry_django.field(
        only=["provider", "public_id"],
        description="The address to enter at the provider as the one for events (webhooks): by it we hear at once "
        "of what was paid. Keep it to yourself; what comes there is believed by its signature alone.",
    )
    def inbox_url(self, root: Root) -> URL:
        """Give the address of its inbox."""
        return URL(inbox_address(root))


@strawberry.input(description="A practice's account with a payment provider, by its keys.")
class SavePaymentAccountInput:
    """Input of `savePaymentAccount`."""

    business_id: strawberry.ID = strawberry.field(description="The practice.")
    provider: str = strawberry.field(description="With whom the account is: `paystack` or `stripe`.")
    currency: str = strawberry.field(
        description="Payments in which currency it shall take (ISO 4217, `NGN` say); the provider must take it."
    )
    secret_key: str = strawberry.field(
        description="The secret key, `sk_live_…` or, for trying out without real money, `sk_test_…`. "
        "It is kept encrypted and never shown again."
    )
    webhook_secret: str = strawberry.field(
        default="",
        description="What the provider signs events with, where that is another secret: `whsec_…` of the endpoint "
        "at Stripe. There it is made once `inboxUrl` was entered: save the account without it first, then again with "
        "it. Paystack has none: it signs with the secret key. If empty, the account keeps the one that it has.",
    )
    is_active: bool = strawberry.field(
        default=True,
        description="Whether new payments shall go through it. False takes newer keys of an account that the practice "
        "does not use any more, so that what was paid by it can still be refunded.",
    )
    password: str = strawberry.field(description=PASSWORD)
    idempotency_key: str | None = strawberry.field(default=None, description=KEY)


@strawberry.type(description="The account as it was saved.")
class SavePaymentAccountPayload:
    """Payload of `savePaymentAccount`."""

    payment_account: PaymentAccount | None = strawberry.field(default=None, description="The account.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which account to take out of use.")
class DeactivatePaymentAccountInput:
    """Input of `deactivatePaymentAccount`."""

    id: strawberry.ID = strawberry.field(description="The id of a payment account.")
    password: str = strawberry.field(description=PASSWORD)


@strawberry.type(description="The account that is out of use.")
class DeactivatePaymentAccountPayload:
    """Payload of `deactivatePaymentAccount`."""

    payment_account: PaymentAccount | None = strawberry.field(
        default=None, description="The account, which opens no new payments any more."
    )
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[PaymentAccount],
        description="A practice's own accounts with payment providers, newest first, those out of use too. For the "
        "practice's owners; for anybody else there are none.",
    )
    def payment_accounts(
        self,
        info: Info,
        business_id: Annotated[strawberry.ID, strawberry.argument(description="The practice.")],
    ) -> QuerySet[models.PaymentAccount]:
        """List them; the type shows only what the viewer may see."""
        info.context.viewer.require_user()
        rows = models.PaymentAccount.objects.filter(business=pk_of(business_id, "Business"))
        return rows.order_by("-created_at", "-pk")


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Keep the keys of a practice's own account with a payment provider; what its clients pay in that "
        "currency goes there from now on. Keys of the account that the practice had already replace the older ones; "
        "whether it is the same account there the provider is asked. Keys of another one make a new account, and the "
        "one before is out of use: it keeps its keys, for refunds of what it took. For owners, who are told by mail."
    )
    def save_payment_account(
        self,
        info: Info,
        input: Annotated[SavePaymentAccountInput, strawberry.argument(description="Which, and its keys.")],
    ) -> SavePaymentAccountPayload | None:
        """Save it."""
        try:
            account = _save(info, input)
        except AlreadyDone as done:
            account = made_before(models.PaymentAccount.objects, done)
        return SavePaymentAccountPayload(payment_account=account)  # type: ignore[arg-type]

    @mutation(
        description="Take a practice's own account out of use: it opens no new payments. What was begun by it can "
        "still be paid and refunded. New payments go through the platform's provider, where it takes the currency. "
        "For owners, who are told by mail."
    )
    def deactivate_payment_account(
        self,
        info: Info,
        input: Annotated[DeactivatePaymentAccountInput, strawberry.argument(description="Which one.")],
    ) -> DeactivatePaymentAccountPayload | None:
        """Take it out of use."""
        viewer, now = info.context.viewer, info.context.now
        passwords.confirm(viewer, input.password, now=now)
        account_id = pk_of(input.id, "PaymentAccount")
        account = services.deactivate_account(account_id=account_id, viewer=viewer, now=now)
        return DeactivatePaymentAccountPayload(payment_account=account)  # type: ignore[arg-type]


def _save(info: Info, given: SavePaymentAccountInput) -> models.PaymentAccount:
    passwords.confirm(info.context.viewer, given.password, now=info.context.now)
    return services.save_account(
        viewer=info.context.viewer,
        business_id=pk_of(given.business_id, "Business"),
        provider=given.provider.strip().lower(),
        currency=given.currency.strip().upper(),
        secret_key=given.secret_key.strip(),
        webhook_secret=given.webhook_secret.strip(),
        is_active=given.is_active,
        once=once(info, "savePaymentAccount", given, f"business:{given.business_id}"),
        now=info.context.now,
    )
