from datetime import timedelta

import pytest

from bookings.common.errors import DomainError, ErrorCode
from bookings.common.idempotency import KEPT, AlreadyDone, Once, transaction_once
from bookings.common.models import IdempotencyRecord
from tests.factories import NOW
from tests.races.threads import race
from tests.witness import refusal


def once(key="k", *, scope="user:1", mutation="draftBooking", **given):
    return Once.of(scope=scope, mutation=mutation, key=key, given=given)


def act(wanted, *, now=NOW, pk=7):
    with transaction_once(wanted, now=now) as outcome:
        outcome.made(pk)
    return pk


@pytest.mark.django_db
def test_transaction_once__replay_gives_what_was_made():
    act(once(a=1))

    with pytest.raises(AlreadyDone) as caught:
        act(once(a=1), pk=8)
    with pytest.raises(AlreadyDone):
        once(a=1).look_up(now=NOW)

    assert caught.value.object_id == 7


@pytest.mark.django_db
def test_transaction_once__other_input_under_the_key_is_refused():
    act(once(a=1))

    assert refusal(act, wanted=once(a=2)).code == ErrorCode.IDEMPOTENCY_MISMATCH
    assert refusal(once(a=2).look_up, now=NOW).code == ErrorCode.IDEMPOTENCY_MISMATCH


@pytest.mark.django_db
@pytest.mark.parametrize("other", [{"key": "l"}, {"scope": "user:2"}, {"mutation": "startPayment"}])
def test_transaction_once__another_key_caller_or_mutation_is_another_act(other):
    act(once(a=1))

    assert act(once(a=1, **other), pk=8) == 8


@pytest.mark.django_db
def test_transaction_once__refused_act_leaves_no_record():
    with pytest.raises(DomainError), transaction_once(once(), now=NOW):
        raise DomainError(ErrorCode.SLOT_UNAVAILABLE)

    assert not IdempotencyRecord.objects.exists()
    assert act(once()) == 7


@pytest.mark.django_db
def test_transaction_once__key_is_kept_24_hours():
    act(once())

    with pytest.raises(AlreadyDone):
        act(once(), now=NOW + KEPT - timedelta(microseconds=1))
    assert act(once(), now=NOW + KEPT, pk=8) == 8
    assert timedelta(hours=24) == KEPT


@pytest.mark.django_db
def test_transaction_once__without_a_key_is_a_plain_transaction():
    act(None)
    act(None)

    assert not IdempotencyRecord.objects.exists()


@pytest.mark.parametrize("key", ["", "  ", "k" * 201, "a\x00b", "\ud800"])
def test_once__key_has_1_to_200_characters(key):
    error = refusal(once, key=key)

    assert (error.code, error.field) == (ErrorCode.VALIDATION_FAILED, ["idempotencyKey"])


def test_once__order_of_the_input_does_not_matter():
    assert once(a=1, b=2) == once(b=2, a=1) != once(a=2, b=1)


@pytest.mark.django_db(transaction=True)
def test_transaction_once__of_ten_equal_requests_at_once_one_gets_through():
    run = race([lambda pk=pk: act(once(), pk=pk) for pk in range(1, 11)])

    assert len(run.results) == 1
    assert [type(end) for end in run.accidents] == [AlreadyDone] * 9
    assert {end.object_id for end in run.accidents} == set(run.results)
