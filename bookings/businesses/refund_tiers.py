"""Refund tiers as practices and services keep them: what each says is the catalogue's, how one is read is the same.

A tier is a pair [minutes of notice, percent].
"""

from itertools import pairwise
from typing import Any

from django.utils.translation import gettext

from bookings.common.errors import invalid

Tiers = list[list[int]]
MOST_TIERS = 6
LONGEST_NOTICE = 366 * 24 * 60
"""Minutes."""


def read_tiers(tiers: Any, *, field: str = "refundTiers") -> Tiers:
    """Give tiers as they are kept, the longest notice first. Raises VALIDATION_FAILED.

    Less notice never gives more back, percents are 0 to 100, and each notice stands once.
    """
    if not isinstance(tiers, list) or len(tiers) > MOST_TIERS:
        raise invalid(
            field, gettext("Give a list of %(most_tiers)s tiers at most.") % {"most_tiers": MOST_TIERS}
        )
    for tier in tiers:
        whole = isinstance(tier, list | tuple) and len(tier) == 2
        if not whole or any(type(number) is not int for number in tier):
            raise invalid(field, gettext("A tier is minutes of notice and percent, both whole numbers."))
        if not (0 <= tier[0] <= LONGEST_NOTICE and 0 <= tier[1] <= 100):
            raise invalid(field, gettext("Notice is a year at most, percent is 0 to 100."))
    kept = sorted(([minutes, percent] for minutes, percent in tiers), reverse=True)
    if len({minutes for minutes, _ in kept}) < len(kept):
        raise invalid(field, gettext("Each notice stands in one tier."))
    if any(later[1] > earlier[1] for earlier, later in pairwise(kept)):
        raise invalid(field, gettext("Less notice cannot give more back."))
    return kept
