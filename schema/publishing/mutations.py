"""Mutations of published slots."""

from typing import Annotated

import strawberry

from bookings.common.idempotency import AlreadyDone
from bookings.slots import publishing
from schema.booking.reading import once
from schema.common.context import Info
from schema.common.errors import mutation
from schema.publishing.inputs import (
    OnClash,
    PublishSlotsInput,
    SlotsToWithdraw,
    WithdrawSlotsInput,
    host_of,
    offer_of,
    slot_named,
)
from schema.publishing.types import PublishSlotsPayload, WithdrawSlotsPayload


@strawberry.type
class Mutation:
    """Root fields of this topic."""

    @mutation(
        description="Publish many slots at once: times to book whatever the calendar's hours say. For staff, and for "
        "consultants in their own calendar. What stands against any of them is named."
    )
    def publish_slots(
        self,
        info: Info,
        input: Annotated[PublishSlotsInput, strawberry.argument(description="What and when.")],
    ) -> PublishSlotsPayload | None:
        """Publish, or tell what publishing would do."""
        found = _preview(info, input) if input.preview else _publish(info, input)
        published = 0 if input.preview else len(found.slots)
        return PublishSlotsPayload(rows=found.slots, published=published, clashes=found.clashes)  # type: ignore[arg-type]

    @mutation(
        description="Take published slots back: they are offered no more, save where the calendar's own hours offer "
        "the time. For staff, and for consultants in their own calendar. Bookings on them keep their time, and no "
        "booking or payment changes."
    )
    def withdraw_slots(
        self, info: Info, input: Annotated[WithdrawSlotsInput, strawberry.argument(description="Which ones.")]
    ) -> WithdrawSlotsPayload | None:
        """Withdraw."""
        found = _withdraw(info, input.which)
        return WithdrawSlotsPayload(withdrawn=found.count, held=found.held)


def _publish(info: Info, given: PublishSlotsInput) -> publishing.Published:
    """Publish, or under a key that was used read again what was published."""
    host, offer = host_of(given.consultant_id, given.resource_id), offer_of(given)
    try:
        return publishing.publish(
            host=host,
            offer=offer,
            viewer=info.context.viewer,
            skip=given.on_clash is OnClash.SKIP,
            once=once(info, "publishSlots", given, "publishing"),
            now=info.context.now,
        )
    except AlreadyDone:
        return publishing.published_before(host=host, offer=offer)


def _preview(info: Info, given: PublishSlotsInput) -> publishing.Published:
    return publishing.preview(
        host=host_of(given.consultant_id, given.resource_id),
        offer=offer_of(given),
        viewer=info.context.viewer,
        now=info.context.now,
    )


def _withdraw(info: Info, which: SlotsToWithdraw) -> publishing.Withdrawn:
    viewer, between = info.context.viewer, which.between
    if not between:
        return publishing.withdraw(
            slots=[slot_named(slot_id) for slot_id in which.slot_ids or []], viewer=viewer
        )
    host = host_of(between.consultant_id, between.resource_id)
    return publishing.withdraw_between(host=host, since=between.from_, until=between.until, viewer=viewer)
