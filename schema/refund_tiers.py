"""How much goes back to a client who cancels, by the notice that is left: read by clients, set by practices."""

from collections.abc import Iterable, Sequence

import strawberry

NOTICE = "How many minutes before the start are enough for this tier; exactly as many are."
PERCENT = "How much of what was paid goes back, 0 to 100 percent."


@strawberry.type(description="One step of a policy on refunds: so much notice, so much back.")
class RefundTier:
    """A pair as bookings.catalogue.refund_tiers keeps it."""

    notice_minutes: int = strawberry.field(description=NOTICE)
    percent: int = strawberry.field(description=PERCENT)

    @classmethod
    def of(cls, tiers: Iterable[Sequence[int]]) -> list["RefundTier"]:
        """Give the steps of a policy, the longest notice first."""
        return [cls(notice_minutes=minutes, percent=percent) for minutes, percent in tiers]


@strawberry.input(description="One step of a policy on refunds: so much notice, so much back.")
class RefundTierInput:
    """A pair as a practice sends it."""

    notice_minutes: int = strawberry.field(description=f"{NOTICE} At most a year.")
    percent: int = strawberry.field(description=PERCENT)
