"""What is wrong with how an attack was answered."""

import re

from tests.attacks.corpus import Attack
from tests.attacks.victim import Victim
from tests.attacks.wire import Answer, send

MOST = 0.25
"""Seconds of processor time that one request may take of the server."""
TRIES = 3
"""A busy machine makes any work dearer once in a while, and the first of a kind loads what it needs."""
INSIDES = re.compile(
    rb"""Traceback|File "|site-packages|line \d+, in |\.py\b|SELECT |INSERT INTO|UPDATE "|bookings_\w|psycopg|sqlite"""
    rb"""|django\.|graphql-core|strawberry|granian|(?:Operational|Programming|Integrity|Data|Value|Type|Key)Error"""
)
"""What only our own insides are called."""


def faults(victim: Victim, attack: Attack) -> list[str]:
    """Send one attack; give what was wrong with the answer, its cost and what came after, in words."""
    answer, cost = victim.take(*attack.parts)
    for _ in range(TRIES - 1):
        if cost > MOST:
            answer, again = victim.take(*attack.parts)
            cost = min(cost, again)
    found = wrong(attack, answer)
    if cost > MOST:
        found.append(f"it took {cost * 1000:.0f} ms of the processor")
    if not victim.serves():
        found.append("nobody is answered after it")
    return found


def wrong(attack: Attack, answer: Answer) -> list[str]:
    """Give what is wrong with an answer by itself."""
    found = []
    got = f"{answer.status} {answer.code}".strip()
    if got not in attack.right:
        found.append(f"{got}, where {' or '.join(sorted(attack.right))} is right: {answer.body[:300]!r}")
    if told := INSIDES.search(answer.body):
        found.append(f"it tells {told.group()!r}")
    return found


def hammer(port: int, attacks: list[Attack]) -> list[str]:
    """Send attacks one after the other; give what was wrong."""
    return [
        f"{attack.name}: {fault}" for attack in attacks for fault in wrong(attack, send(port, *attack.parts))
    ]
