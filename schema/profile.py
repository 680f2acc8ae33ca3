"""The account of whoever is signed in: what they say of themselves, what they may, and where they are logged in."""

import datetime
import uuid
from typing import TYPE_CHECKING, Annotated, Any, cast

import strawberry
import strawberry_django
from django.db.models import QuerySet
from strawberry import relay

from bookings.accounts import models, profile, selectors, sessions
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import Business as BusinessRow
from bookings.common.errors import DomainError, ErrorCode
from bookings.favourites import selectors as favourites
from bookings.favourites.models import Favourite as FavouriteRow
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.errors import UserError, mutation, no_errors
from schema.common.roles import AccountRole, StaffRole
from schema.common.scalars import URL, Email, TimeZone, describe_enum
from schema.pictures import picture_of
from schema.preferences import Preferences, PreferencesInput, mails_in, preferences_of

if TYPE_CHECKING:
    from schema.businesses import Business
    from schema.consultants import Consultant
    from schema.favourites import Favourite
    from schema.role_requests import RoleRequest

SecurityQuestion = models.SecurityAnswer.Question
describe_enum(
    SecurityQuestion, name="SecurityQuestion", description="A question whose answer recovers an account."
)


@strawberry.type(description="A practice that the account owns or works for.")
class PracticeMembership:
    """One entry of Viewer.roles."""

    business: Annotated["Business", strawberry.lazy("schema.businesses")] = strawberry.field(
        description="The practice."
    )
    role: StaffRole = strawberry.field(description="What the account is there.")


@strawberry.type(description="Where an account is logged in: one log-in on one device.")
class AccountSession:
    """The GraphQL face of selectors.OpenSession."""

    id: uuid.UUID = strawberry.field(description="For `endSession`.")
    user_agent: str = strawberry.field(
        description="What the device calls itself; empty where it says nothing."
    )
    created_at: datetime.datetime = strawberry.field(description="When it logged in.")
    used_at: datetime.datetime = strawberry.field(description="When it was last prolonged by `refreshToken`.")
    current: bool = strawberry.field(
        description="Whether this request came with this session's access token."
    )

    @classmethod
    def of(cls, row: selectors.OpenSession, *, current: uuid.UUID | None) -> "AccountSession":
        """Give the face of one; current: the session of whoever asks."""
        return cls(
            id=row.family,
            user_agent=row.user_agent,
            created_at=row.began_at,
            used_at=row.used_at,
            current=row.family == current,
        )


@strawberry_django.type(
    models.User, name="Account", description="An account: somebody who can log in. Only they see it."
)
class Account(relay.Node):
    """The GraphQL face of accounts.models.User, for its owner alone."""

    email: Email = strawberry_django.field(description="The log-in name.")
    full_name: str = strawberry_django.field(description="The name for people, or an empty string.")
    role: AccountRole = strawberry_django.field(
        description="What the person is here for; another is asked for by `requestRole`."
    )
    phone: str = strawberry_django.field(description="In E.164, such as `+48221234567`, or an empty string.")
    locale: str = strawberry_django.field(description="The person's language, such as `en` or `pl`.")
    created_at: datetime.datetime = strawberry_django.field(description="When the account was made.")
    email_verified_at: datetime.datetime | None = strawberry_django.field(
        description="When the address was proven; bookings of this address are shown only from then on."
    )

    @classmethod
    def resolve_id_attr(cls) -> str:
        """Name the key, which spares Strawberry a look-up per row."""
        return "pk"

    @classmethod
    def get_queryset(cls, queryset: QuerySet[models.User], info: Info) -> QuerySet[models.User]:
        """Leave the viewer's own account alone."""
        return queryset.filter(pk__in=selectors.visible_to(info.context.viewer).values("pk"))

    @strawberry_django.field(
        only=["timezone"], description="The zone in which the person reads times; null where they never said."
    )
    def timezone(self, root: strawberry.Parent[models.User]) -> TimeZone | None:
        """Give null instead of an empty name."""
        return TimeZone(root.timezone) if root.timezone else None

    @strawberry_django.field(
        only=["picture"],
        description="The picture, a WebP, for whoever knows its address; null where there is none.",
    )
    def picture_url(self, root: strawberry.Parent[models.User]) -> URL | None:
        """Give where the picture is served."""
        return picture_of(root)

    @strawberry_django.field(
        only=["email", "email_verified_at"],
        description="Which mails that one can do without go to the account's address. The links in such mails set the "
        "same switches.",
    )
    def preferences(self, root: strawberry.Parent[models.User]) -> Preferences:
        """Give the switches together."""
        return preferences_of(root)

    @strawberry_django.connection(
        Connection[Annotated["Favourite", strawberry.lazy("schema.favourites")]],
        description="Practices and consultants that the account keeps at hand (`toggleFavourite`), the newest "
        "first; those that are out of use by now, too.",
    )
    def favourites(self, info: Info) -> QuerySet[FavouriteRow]:
        """List them."""
        return favourites.visible_to(info.context.viewer).order_by(*favourites.NEWEST_FIRST)

    @strawberry_django.field(
        only=["pk"], description="The newest request for another role; null where none was made."
    )
    def role_request(
        self, root: strawberry.Parent[models.User]
    ) -> Annotated["RoleRequest", strawberry.lazy("schema.role_requests")] | None:
        """Give the newest."""
        return root.role_requests.order_by("-created_at", "-pk").first()  # type: ignore[return-value]

    @strawberry_django.field(
        only=["pk"], description="The practices that the account owns or works for, by name."
    )
    def practices(self, root: strawberry.Parent[models.User]) -> list[PracticeMembership]:
        """Give each with the role there."""
        roles = Viewer(user=root).roles
        rows = BusinessRow.objects.filter(pk__in=roles).select_related("category").order_by("name", "pk")
        return [
            PracticeMembership(business=cast("Business", row), role=StaffRole(roles[row.pk])) for row in rows
        ]

    @strawberry_django.field(only=["pk"], description="The consultants that the account is, oldest first.")
    def consultants(
        self, root: strawberry.Parent[models.User]
    ) -> list[Annotated["Consultant", strawberry.lazy("schema.consultants")]]:
        """Give them all, those that take no bookings at present too."""
        return root.consultants.order_by("pk")  # type: ignore[return-value]

    @strawberry_django.field(
        only=["pk"],
        description="The question whose answer recovers this account, where one was chosen. It is asked only where "
        "this service has security questions turned on.",
    )
    def security_question(self, root: strawberry.Parent[models.User]) -> SecurityQuestion | None:
        """Give the question; the answer's hash is nobody's to see."""
        question = models.SecurityAnswer.objects.filter(user=root).values_list("question", flat=True).first()
        return SecurityQuestion(question) if question else None

    @strawberry_django.field(
        only=["pk", "token_version"],
        description=f"Where the account is logged in, the latest used first; {selectors.MOST_SESSIONS} at most.",
    )
    def sessions(self, root: strawberry.Parent[models.User], info: Info) -> list[AccountSession]:
        """Give the sessions that live."""
        rows = selectors.open_sessions(user=root, now=info.context.now)
        return [AccountSession.of(row, current=info.context.viewer.session) for row in rows]


@strawberry.input(description="What to change of one's own account; what is left out stays.")
class UpdateProfileInput:
    """Input of `updateProfile`."""

    full_name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The name for people, 200 characters at most, on one line; null or empty takes it away.",
    )
    phone: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="A telephone number with + and its country code, as people write it: `+48 22 123 45 67`. It is "
        "kept in E.164. No letters, no extension; null or empty takes it away.",
    )
    phone_region: str | None = strawberry.field(
        default=None,
        description="ISO 3166, two letters: the country from which a `phone` without country code is dialled.",
    )
    timezone: TimeZone | None = strawberry.field(
        default=strawberry.UNSET, description="The zone in which the person reads times; null for none."
    )
    locale: str | None = strawberry.field(
        default=strawberry.UNSET, description="The person's language, such as `en` or `pl-PL`; never null."
    )
    preferences: PreferencesInput | None = strawberry.field(
        default=strawberry.UNSET,
        description="What to be told; never null. Only for an address that was proven: EMAIL_NOT_VERIFIED otherwise.",
    )


@strawberry.type(description="The account with its changes.")
class UpdateProfilePayload:
    """Payload of `updateProfile`."""

    account: Account | None = strawberry.field(default=None, description="The account.")
    errors: list[UserError] = no_errors()


@strawberry.input(description="Which session to end.")
class EndSessionInput:
    """Input of `endSession`."""

    session_id: uuid.UUID = strawberry.field(description="The `id` of one of the account's sessions.")


@strawberry.type(description="The account, without the session.")
class EndSessionPayload:
    """Payload of `endSession`."""

    account: Account | None = strawberry.field(default=None, description="The account.")
    errors: list[UserError] = no_errors()


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry.field(description="The account that is logged in; null for anybody else, service keys too.")
    def me(self, info: Info) -> Account | None:
        """Give the viewer's own account."""
        return info.context.viewer.account  # type: ignore[return-value]


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(description="Change one's own account. A value that is refused changes nothing at all.")
    def update_profile(
        self,
        info: Info,
        input: Annotated[UpdateProfileInput, strawberry.argument(description="What to change.")],
    ) -> UpdateProfilePayload | None:
        """Save."""
        user = profile.update_profile(
            user_id=info.context.viewer.require_account().pk,
            changes=_changes(input),
            phone_region=input.phone_region,
            mails=mails_in(input.preferences),
            now=info.context.now,
        )
        return UpdateProfilePayload(account=user)  # type: ignore[arg-type]

    @mutation(
        description="Log out elsewhere: end one of the account's own sessions. Its tokens are refused from then on. "
        "`revokeToken` ends the present one, or all."
    )
    def end_session(
        self, info: Info, input: Annotated[EndSessionInput, strawberry.argument(description="Which one.")]
    ) -> EndSessionPayload | None:
        """Log out."""
        user = info.context.viewer.require_account()
        if not sessions.end_session(user_id=user.pk, family=input.session_id, now=info.context.now):
            raise DomainError(ErrorCode.NOT_FOUND, field=["sessionId"])
        return EndSessionPayload(account=user)  # type: ignore[arg-type]


def _changes(input: UpdateProfileInput) -> dict[str, Any]:
    """Give the columns that were sent."""
    given: dict[str, Any] = {
        "full_name": input.full_name,
        "phone": input.phone,
        "timezone": input.timezone,
        "locale": input.locale,
    }
    return {name: value for name, value in given.items() if value is not strawberry.UNSET}
