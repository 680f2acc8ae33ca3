"""The world, made once for a module; what each question changes is undone."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.admin.matrix.world import World, set_up
from tests.admin.side import standing


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with django_db_blocker.unblock(), standing():
        yield set_up()
