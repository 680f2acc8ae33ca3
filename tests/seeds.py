"""Where chance begins: elsewhere at every run, but in CI, where a run judges a change and not its luck."""

import os
import random

IN_CI = "CI" in os.environ
FIXED = 271828


def seed_of(variable: str) -> int:
    """Give the seed that this environment variable names, or else one that nobody chose; in CI always the same."""
    if named := os.environ.get(variable):
        return int(named)
    return FIXED if IN_CI else random.SystemRandom().randrange(10**6)
