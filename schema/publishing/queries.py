"""Looking published slots up."""

import datetime
from typing import Annotated

import strawberry
import strawberry_django
from django.db.models import QuerySet

from bookings.common.errors import DomainError, ErrorCode
from bookings.schedules import policies
from bookings.slots import models, selectors
from schema.common.connections import Connection
from schema.common.context import Info
from schema.common.inputs import malformed
from schema.publishing.inputs import host_of, read_place
from schema.publishing.types import PublishedSlot

FAR_PAST, FAR_FUTURE = (datetime.datetime(year, 1, 1, tzinfo=datetime.UTC) for year in (1970, 2500))


@strawberry.type
class Query:
    """Root fields of this topic."""

    @strawberry_django.connection(
        Connection[PublishedSlot],
        description="The published slots of one calendar, by start; for those who may change it. All there are, "
        "unless `from` and `until` say otherwise.",
    )
    def published_slots(
        self,
        info: Info,
        consultant_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Whose calendar; either this or `resourceId`."),
        ] = None,
        resource_id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Which resource's calendar; either this or `consultantId`."),
        ] = None,
        from_: Annotated[
            datetime.datetime | None, strawberry.argument(name="from", description="Starts from here on.")
        ] = None,
        until: Annotated[
            datetime.datetime | None, strawberry.argument(description="Starts before then.")
        ] = None,
    ) -> QuerySet[models.Slot]:
        """List them; none of a calendar that there is not."""
        try:
            with malformed():
                host = host_of(consultant_id, resource_id)
        except DomainError as error:
            if error.code is not ErrorCode.NOT_FOUND:
                raise
            return models.Slot.objects.none()
        policies.require_change(info.context.viewer, host.schedule)
        rows = models.Slot.objects.filter(schedule=host.schedule_id, is_published=True)
        rows = rows.filter(starts_at__gte=from_ or FAR_PAST, starts_at__lt=until or FAR_FUTURE)
        return rows.order_by("schedule", "starts_at")


def published_nodes(info: Info, node_ids: list[str]) -> dict[str, models.Slot]:
    """Give the published slots of some ids, as far as the viewer may change their calendars."""
    wanted = {read_place(node_id) for node_id in node_ids}
    rows = selectors.published_to(info.context.viewer).filter(
        schedule__in={schedule for schedule, _ in wanted}, starts_at__in={start for _, start in wanted}
    )
    by_key = {(row.schedule_id, row.starts_at): row for row in rows.select_related("published_service")}
    return {node_id: by_key[read_place(node_id)] for node_id in node_ids if read_place(node_id) in by_key}
