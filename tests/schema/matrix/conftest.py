"""The stage, set once for a module; each question is undone."""

from collections.abc import Iterator

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.schema.matrix.stage import build
from tests.schema.matrix.world import ASKED_AT, World
from tests.undone import undone

ROOMY = {**settings.GRAPHQL_LIMITS, "cost": 100_000}
"""The matrix asks for everything at once; what that may cost is not its topic."""


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        time_machine.travel(ASKED_AT, tick=False),
        override_settings(SECURITY_QUESTIONS=True, GRAPHQL_LIMITS=ROOMY),
        undone(),
    ):
        yield build()
