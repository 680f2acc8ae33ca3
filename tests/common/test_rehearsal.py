"""Doing something only where it comes to what was seen."""

import pytest
from django.db import transaction

from bookings.businesses.models import Category
from bookings.common.errors import DomainError, ErrorCode
from bookings.common.rehearsal import seal, settle

pytestmark = pytest.mark.django_db(transaction=True)


def add() -> int:
    Category.objects.create(name="New", slug="new")
    transaction.on_commit(heard.append)
    return Category.objects.count()


class Heard(list[int]):
    """What followed a commit."""

    def append(self, number: int = 1) -> None:  # type: ignore[override]
        super().append(number)


heard = Heard()


def test_settle__first_shows_and_takes_back_then_keeps_what_was_seen():
    heard.clear()

    shown, kept = settle(add, sealed=seal, seen="")
    assert (shown, kept, Category.objects.count(), heard) == (1, False, 0, [])

    shown, kept = settle(add, sealed=seal, seen=seal(1))
    assert (shown, kept, Category.objects.count(), heard) == (1, True, 1, [1])


def test_settle__takes_back_what_comes_to_something_else():
    Category.objects.create(name="Old", slug="old")

    shown, kept = settle(add, sealed=seal, seen=seal(1))

    assert (shown, kept, Category.objects.count()) == (2, False, 1)


def test_settle__raises_what_the_act_raises_and_keeps_nothing():
    def refuse() -> None:
        add()
        raise DomainError(ErrorCode.NOT_FOUND)

    with pytest.raises(DomainError):
        settle(refuse, sealed=seal, seen="")

    assert not Category.objects.exists()
    assert len({seal(), seal(1), seal("1"), seal(1, 2), seal([1, 2])}) == 5
