"""Mutations on what a practice offers: services, consultants and resources."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import strawberry

from bookings.catalogue import services as catalogue
from bookings.catalogue.models import Service as ServiceRow
from bookings.common.idempotency import AlreadyDone
from bookings.consultants import services as consultants
from bookings.consultants.models import Consultant as ConsultantRow
from bookings.resources import services as resources
from bookings.resources.models import Resource as ResourceRow
from schema import offer_inputs as inputs
from schema.booking.reading import once
from schema.calendars.touched import ChangePayload
from schema.catalogue import Service
from schema.common.context import Info
from schema.common.errors import UserError, made_before, mutation, no_errors
from schema.common.inputs import optional_pk, pk_of, write_id
from schema.consultants import Consultant
from schema.refund_tiers import RefundTierInput
from schema.resources import Resource

WHAT = strawberry.argument(description="What to change; what is left out stays.")
NOTHING_CANCELLED = (
    "Bookings keep their time; those that another zone or being out of use touches are listed."
)


@strawberry.type(description="The service with its changes.")
class SaveServicePayload:
    """Payload of `saveService`."""

    service: Service | None = strawberry.field(default=None, description="The service.")
    errors: list[UserError] = no_errors()


@strawberry.type(description="The consultant with their changes.")
class SaveConsultantPayload(ChangePayload):
    """Payload of `saveConsultant`."""

    consultant: Consultant | None = strawberry.field(default=None, description="The consultant.")


@strawberry.type(description="The resource with its changes.")
class SaveResourcePayload(ChangePayload):
    """Payload of `saveResource`."""

    resource: Resource | None = strawberry.field(default=None, description="The resource.")


@strawberry.type(description="What was taken away, and which bookings still count on it.")
class DeleteResourcePayload(ChangePayload):
    """Payload of `deleteResource`."""

    deleted_id: strawberry.ID | None = strawberry.field(
        default=None, description="The resource's id, which names nothing any more."
    )


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Add a service, or change one with `id`; for owner and manager. Nothing that was drafted before "
        "changes."
    )
    def save_service(
        self, info: Info, input: Annotated[inputs.SaveServiceInput, WHAT]
    ) -> SaveServicePayload | None:
        """Save."""
        try:
            service = catalogue.save_service(
                **_common(info, "saveService", input, catalogue.COLUMNS),
                service_id=optional_pk(input.id, "Service"),
                consultant_ids=_pks(input.consultant_ids, "Consultant"),
                resource_ids=_pks(input.resource_ids, "Resource"),
            )
        except AlreadyDone as done:
            service = made_before(ServiceRow.objects, done)
        return SaveServicePayload(service=service)  # type: ignore[arg-type]

    @mutation(
        description="Add a consultant with a calendar of their own, or change one with `id`; for owner and manager. "
        "Consultants may change their own `specialisation`, `practisingSince`, `languages` and `bio`. "
        f"{NOTHING_CANCELLED}"
    )
    def save_consultant(
        self, info: Info, input: Annotated[inputs.SaveConsultantInput, WHAT]
    ) -> SaveConsultantPayload | None:
        """Save."""
        columns = {**consultants.COLUMNS, **consultants.OF_THE_SCHEDULE}
        try:
            person = consultants.save_consultant(
                **_common(info, "saveConsultant", input, columns),
                consultant_id=optional_pk(input.id, "Consultant"),
                service_ids=_pks(input.service_ids, "Service"),
                languages=input.languages,
            )
        except AlreadyDone as done:
            person = made_before(ConsultantRow.objects, done)
        return SaveConsultantPayload(
            consultant=person,  # type: ignore[arg-type]
            **_stands_against(person, moved=input.timezone, in_use=input.is_active),
        )

    @mutation(
        description="Add a room or a machine with a calendar of its own, or change one with `id`; for owner and "
        f"manager. Without weekly hours it is open whenever the practice is. {NOTHING_CANCELLED}"
    )
    def save_resource(
        self, info: Info, input: Annotated[inputs.SaveResourceInput, WHAT]
    ) -> SaveResourcePayload | None:
        """Save."""
        columns = {**resources.COLUMNS, **resources.OF_THE_SCHEDULE}
        try:
            resource = resources.save_resource(
                **_common(info, "saveResource", input, columns),
                resource_id=optional_pk(input.id, "Resource"),
                service_ids=_pks(input.service_ids, "Service"),
            )
        except AlreadyDone as done:
            resource = made_before(ResourceRow.objects, done)
        return SaveResourcePayload(
            resource=resource,  # type: ignore[arg-type]
            **_stands_against(resource, moved=input.timezone, in_use=input.is_available),
        )

    @mutation(
        description="Take a room or a machine away for good; for owner and manager. No slot, booking or payment goes "
        "with it."
    )
    def delete_resource(
        self,
        info: Info,
        input: Annotated[inputs.DeleteResourceInput, strawberry.argument(description="Which one.")],
    ) -> DeleteResourcePayload | None:
        """Delete."""
        resource = resources.delete_resource(
            viewer=info.context.viewer, resource_id=pk_of(input.id, "Resource")
        )
        return DeleteResourcePayload(
            deleted_id=strawberry.ID(write_id("Resource", resource.pk)), out_of_use=resource
        )


def _stands_against(host: ConsultantRow | ResourceRow, *, moved: object, in_use: object) -> dict[str, Any]:
    """Give what bookings are held against: all of a host that is out of use, or the hours that a zone moves."""
    return {
        "schedules": [host.schedule_id] if isinstance(moved, str) else [],
        "out_of_use": host if in_use is False else None,
    }


def _common(info: Info, name: str, given: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    """Give what the three services that save have in common."""
    return {
        "viewer": info.context.viewer,
        "changes": _changes(given, columns),
        "now": info.context.now,
        "business_id": optional_pk(given.business_id, "Business"),
        "once": once(info, name, given, "offer"),
    }


def _changes(given: Any, columns: Mapping[str, str]) -> dict[str, Any]:
    """Give what an input says by column; what is left out is not there, null is."""
    named = {column: getattr(given, _attribute(name)) for column, name in columns.items()}
    return {column: _plain(value) for column, value in named.items() if value is not strawberry.UNSET}


def _plain(value: Any) -> Any:
    """Give steps of a refund policy as the service takes them, and everything else as it is."""
    if not isinstance(value, list):
        return value
    return [
        [each.notice_minutes, each.percent] if isinstance(each, RefundTierInput) else each for each in value
    ]


def _attribute(name: str) -> str:
    """Give the attribute of an input that clients know by this name."""
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def _pks(texts: list[strawberry.ID] | None, kind: str) -> list[int] | None:
    return None if texts is None else [pk_of(text, kind) for text in texts]
