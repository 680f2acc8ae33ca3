import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from bookings.common.errors import DomainError, ErrorCode
from bookings.verification.models import AccessToken, Challenge
from bookings.verification.services import (
    _consume,
    grant_access,
    is_recent,
    issue_challenge,
    pass_by_code,
    pass_by_token,
    read_access,
    try_token,
    withdraw,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
VERIFY = Challenge.Purpose.VERIFY_BOOKING
CANCEL = Challenge.Purpose.CANCEL_BOOKING
ABOUT = {"purpose": VERIFY, "subject": "booking:12"}


def issue(**changes):
    with transaction.atomic():
        return issue_challenge(**{**ABOUT, "email": "ana@example.org", "now": NOW} | changes)


def refused(act, /, **arguments):
    """Give the code with which the act was refused."""
    with pytest.raises(DomainError) as caught:
        act(**{"now": NOW} | arguments)
    return caught.value.code


def other_than(code):
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
def test_pass_by_token__gives_subject_and_address():
    issued = issue()

    passed = pass_by_token(purpose=VERIFY, token=issued.token, now=NOW)

    assert (passed.subject, passed.email) == ("booking:12", "ana@example.org")
    assert passed.challenge.consumed_at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize("written", ["{}", " {} ", "{}\n"])
def test_pass_by_code__gives_subject_and_address(written):
    issued = issue()

    passed = pass_by_code(**ABOUT, code=written.format(issued.code), now=NOW)

    assert (passed.subject, passed.email) == ("booking:12", "ana@example.org")


@pytest.mark.django_db
def test_pass_by_code__reads_a_code_written_in_two_groups():
    code = issue().code

    assert pass_by_code(**ABOUT, code=f"{code[:3]} {code[3:]}", now=NOW).subject == "booking:12"


@pytest.mark.django_db
@pytest.mark.parametrize("first", ["link", "code"])
def test_pass__using_one_uses_up_the_other(first):
    issued = issue()
    if first == "link":
        pass_by_token(purpose=VERIFY, token=issued.token, now=NOW)
    else:
        pass_by_code(**ABOUT, code=issued.code, now=NOW)

    assert refused(pass_by_token, purpose=VERIFY, token=issued.token) == ErrorCode.CHALLENGE_ALREADY_USED
    assert refused(pass_by_code, **ABOUT, code=issued.code) == ErrorCode.CHALLENGE_ALREADY_USED


@pytest.mark.django_db
def test_pass__new_issue_kills_the_older():
    old, new = issue(), issue(now=NOW + timedelta(minutes=1))

    assert refused(pass_by_token, purpose=VERIFY, token=old.token) == ErrorCode.CHALLENGE_INVALID
    if old.code != new.code:
        assert refused(pass_by_code, **ABOUT, code=old.code) == ErrorCode.CHALLENGE_INVALID
    assert pass_by_token(purpose=VERIFY, token=new.token, now=NOW).subject == "booking:12"


@pytest.mark.django_db
def test_pass__new_issue_for_another_subject_or_purpose_kills_nothing():
    mine = issue()
    issue(subject="booking:13", email="eve@example.org")
    issue(purpose=CANCEL)

    assert pass_by_code(**ABOUT, code=mine.code, now=NOW).email == "ana@example.org"


@pytest.mark.django_db
def test_pass__is_bound_to_purpose_and_subject():
    issued = issue()
    issue(purpose=CANCEL)
    issue(subject="booking:13")

    elsewhere = {"purpose": VERIFY, "subject": "booking:13", "code": issued.code}
    assert refused(pass_by_token, purpose=CANCEL, token=issued.token) == ErrorCode.CHALLENGE_INVALID
    assert refused(pass_by_code, **elsewhere) == ErrorCode.CHALLENGE_INVALID
    assert refused(pass_by_code, **elsewhere | ABOUT | {"purpose": CANCEL}) == ErrorCode.CHALLENGE_INVALID


@pytest.mark.django_db
def test_issue_challenge__same_code_has_another_digest_for_another_purpose_subject_or_address(monkeypatch):
    monkeypatch.setattr("secrets.randbelow", lambda _: 123456)

    rows = [issue(), issue(purpose=CANCEL), issue(subject="booking:13"), issue(email="eve@example.org")]

    assert {row.code for row in rows} == {"123456"}
    assert len({row.challenge.code_digest for row in rows}) == 4


@pytest.mark.django_db
def test_pass_by_code__lasts_ten_minutes():
    issued = issue()

    last = NOW + timedelta(minutes=10)
    assert refused(pass_by_code, **ABOUT, code=issued.code, now=last) == ErrorCode.CHALLENGE_EXPIRED
    assert pass_by_code(**ABOUT, code=issued.code, now=last - timedelta(microseconds=1))


@pytest.mark.django_db
def test_pass_by_token__lasts_a_day_at_most():
    issued = issue()

    last = NOW + timedelta(hours=24)
    assert refused(pass_by_token, purpose=VERIFY, token=issued.token, now=last) == ErrorCode.CHALLENGE_EXPIRED
    assert pass_by_token(purpose=VERIFY, token=issued.token, now=last - timedelta(microseconds=1))


@pytest.mark.django_db
def test_issue_challenge__ends_with_its_subject():
    issued = issue(not_after=NOW + timedelta(minutes=5))

    last = NOW + timedelta(minutes=5)
    assert refused(pass_by_code, **ABOUT, code=issued.code, now=last) == ErrorCode.CHALLENGE_EXPIRED
    assert refused(pass_by_token, purpose=VERIFY, token=issued.token, now=last) == ErrorCode.CHALLENGE_EXPIRED


@pytest.mark.django_db
def test_pass_by_code__after_five_wrong_tries_the_right_one_is_refused_and_the_link_still_good():
    issued = issue()

    for _ in range(5):
        assert refused(pass_by_code, **ABOUT, code=other_than(issued.code)) == ErrorCode.CHALLENGE_INVALID
    assert refused(pass_by_code, **ABOUT, code=issued.code) == ErrorCode.CHALLENGE_INVALID

    assert Challenge.objects.get().tries == 5
    assert pass_by_token(purpose=VERIFY, token=issued.token, now=NOW).subject == "booking:12"


@pytest.mark.django_db
def test_pass_by_code__fifth_try_may_be_the_right_one():
    issued = issue()
    for _ in range(4):
        refused(pass_by_code, **ABOUT, code=other_than(issued.code))

    assert pass_by_code(**ABOUT, code=issued.code, now=NOW).subject == "booking:12"


@pytest.mark.django_db
def test_pass_by_code__new_challenge_has_its_own_tries():
    for _ in range(5):
        refused(pass_by_code, **ABOUT, code=other_than(issue().code))

    assert pass_by_code(**ABOUT, code=issue().code, now=NOW).subject == "booking:12"


@pytest.mark.django_db
@pytest.mark.parametrize("past", ["used", "expired"])
def test_pass_by_code__wrong_code_learns_neither_use_nor_expiry(past):
    issued = issue()
    at = NOW + timedelta(hours=1) if past == "expired" else NOW
    if past == "used":
        pass_by_code(**ABOUT, code=issued.code, now=NOW)

    answer = refused(pass_by_code, **ABOUT, code=other_than(issued.code), now=at)

    assert answer == ErrorCode.CHALLENGE_INVALID


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["", "12345", "1234567", "12345a", "١٢٣٤٥٦", "\ud800", "\x00", "0" * 10_000])
def test_pass_by_code__anything_but_six_digits_is_a_wrong_try(code):
    issue()

    assert refused(pass_by_code, **ABOUT, code=code) == ErrorCode.CHALLENGE_INVALID
    assert Challenge.objects.get().tries == 1


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "é", "\x00"])
def test_pass_by_token__unknown_token_is_refused(token):
    issue()

    assert refused(pass_by_token, purpose=VERIFY, token=token) == ErrorCode.CHALLENGE_INVALID


@pytest.mark.django_db
def test_pass_by_code__unknown_subject_gets_the_same_answer_by_the_same_statements(
    django_assert_num_queries,
):
    wrong = other_than(issue().code)
    with django_assert_num_queries(5) as for_known, pytest.raises(DomainError) as known:
        pass_by_code(**ABOUT, code=wrong, now=NOW)

    with django_assert_num_queries(5) as for_unknown, pytest.raises(DomainError) as unknown:
        pass_by_code(purpose=VERIFY, subject="booking:99", code=wrong, now=NOW)

    assert (known.value.code, known.value.message) == (unknown.value.code, unknown.value.message)
    shapes = [[query["sql"].split()[0] for query in told] for told in (for_known, for_unknown)]
    assert shapes[0] == shapes[1]


@pytest.mark.django_db(transaction=True)
def test_pass__tries_and_consumption_are_committed_although_it_refuses():
    issued = issue()

    refused(pass_by_code, **ABOUT, code=other_than(issued.code))

    assert not connection.in_atomic_block
    assert Challenge.objects.get().tries == 1


@pytest.mark.django_db(transaction=True)
def test_pass__inside_a_transaction_that_could_undo_it_is_a_bug():
    issued = issue()

    with pytest.raises(RuntimeError), transaction.atomic():
        pass_by_code(**ABOUT, code=issued.code, now=NOW)
    with pytest.raises(RuntimeError), transaction.atomic():
        pass_by_token(purpose=VERIFY, token=issued.token, now=NOW)


@pytest.mark.django_db
def test_issue_challenge__database_holds_no_token_and_no_code():
    issued = issue()
    access, _ = grant_access(subject="booking:12", email="ana@example.org", purposes=["VIEW"], now=NOW)

    with connection.cursor() as cursor:
        held = ""
        for table in ("bookings_challenge", "bookings_accesstoken"):
            cursor.execute(f"SELECT * FROM {table}")
            held += repr([[value for value in row if isinstance(value, str)] for row in cursor.fetchall()])

    assert "booking:12" in held
    for secret in (issued.token, access, f"'{issued.code}'"):
        assert secret not in held
    assert issued.token not in repr(issued)
    assert issued.code not in repr(issued)


@pytest.mark.django_db
def test_issue_challenge__database_keeps_one_live_challenge():
    issue()

    with pytest.raises(IntegrityError), transaction.atomic():
        Challenge.objects.create(
            **ABOUT,
            email="ana@example.org",
            token_hash="other",
            code_digest="other",
            code_expires_at=NOW,
            link_expires_at=NOW,
        )


@pytest.mark.django_db
def test_consume__of_two_that_read_the_same_row_one_wins():
    pk = issue().challenge.pk
    first, second = Challenge.objects.get(pk=pk), Challenge.objects.get(pk=pk)
    unexpired = {"link_expires_at__gt": NOW}

    assert _consume(first, unexpired=unexpired, now=NOW) is True
    assert _consume(second, unexpired=unexpired, now=NOW + timedelta(seconds=1)) is False
    assert Challenge.objects.get(pk=pk).consumed_at == NOW


def race(count, act):
    """Run the act in so many threads with connections of their own; give each one's result or refusal."""
    start, results = threading.Barrier(count), []

    def run(place):
        try:
            start.wait(10)
            results.append(act(place))
        except DomainError as error:
            results.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_pass__ten_at_once_by_link_and_code_one_wins():
    issued = issue()

    def act(place):
        if place % 2:
            return pass_by_token(purpose=VERIFY, token=issued.token, now=NOW).subject
        return pass_by_code(**ABOUT, code=issued.code, now=NOW).subject

    results = race(10, act)

    assert sorted(results) == [ErrorCode.CHALLENGE_ALREADY_USED] * 9 + ["booking:12"]


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_pass_by_code__twenty_guesses_at_once_are_five_tries():
    issued = issue()
    wrong = other_than(issued.code)

    results = race(20, lambda _: pass_by_code(**ABOUT, code=wrong, now=NOW))

    assert results == [ErrorCode.CHALLENGE_INVALID] * 20
    assert Challenge.objects.get().tries == 5
    assert refused(pass_by_code, **ABOUT, code=issued.code) == ErrorCode.CHALLENGE_INVALID


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
def test_issue_challenge__six_at_once_leave_one_alive():
    results = race(6, lambda _: issue())

    assert len({issued.token for issued in results}) == 6
    alive = Challenge.objects.get(superseded_at__isnull=True)
    assert alive == Challenge.objects.latest("pk")


@pytest.mark.django_db
def test_read_access__opens_until_it_ends_or_is_revoked():
    token, row = grant_access(
        subject="booking:12", email="ana@example.org", purposes=["PAY", "VIEW", "VIEW"], now=NOW
    )

    assert read_access(token, now=NOW) == row
    assert row.purposes == ["PAY", "VIEW"]
    assert read_access(token, now=NOW + timedelta(minutes=29)) == row
    assert read_access(token, now=NOW + timedelta(minutes=30)) is None
    AccessToken.objects.filter(pk=row.pk).update(revoked_at=NOW)
    assert read_access(token, now=NOW) is None


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "nonsense", "\ud800", "é"])
def test_read_access__unknown_token_opens_nothing(token):
    grant_access(subject="booking:12", email="ana@example.org", purposes=["VIEW"], now=NOW)

    assert read_access(token, now=NOW) is None


@pytest.mark.django_db
def test_issue__link_lives_as_long_as_its_purpose_wants_and_the_code_never_longer():
    hour = issue(lifetime=timedelta(hours=1)).challenge
    moment = issue(subject="booking:13", lifetime=timedelta(minutes=5)).challenge
    bounded = issue(
        subject="booking:14", lifetime=timedelta(days=7), not_after=NOW + timedelta(days=2)
    ).challenge

    assert (hour.link_expires_at, hour.code_expires_at) == (
        NOW + timedelta(hours=1),
        NOW + timedelta(minutes=10),
    )
    assert moment.link_expires_at == moment.code_expires_at == NOW + timedelta(minutes=5)
    assert bounded.link_expires_at == NOW + timedelta(days=2)


def object_to(passed):
    raise DomainError(ErrorCode.VALIDATION_FAILED, f"{passed.subject} {passed.email}")


@pytest.mark.django_db(transaction=True)
def test_pass__judges_objection_leaves_the_proof_good():
    issued = issue()
    by_token = {"purpose": VERIFY, "token": issued.token}
    by_code = {**ABOUT, "code": issued.code}

    assert refused(pass_by_token, **by_token, judge=object_to) == ErrorCode.VALIDATION_FAILED
    assert refused(pass_by_code, **by_code, judge=object_to) == ErrorCode.VALIDATION_FAILED

    challenge = Challenge.objects.get()
    assert (challenge.consumed_at, challenge.tries) == (
        None,
        1,
    )  # a code that was right is a try all the same
    assert pass_by_token(**by_token, now=NOW).subject == "booking:12"


@pytest.mark.django_db(transaction=True)
def test_pass__judge_is_not_asked_about_what_proves_nothing():
    issued = issue()
    wrong = other_than(issued.code)

    assert refused(pass_by_code, **ABOUT, code=wrong, judge=object_to) == ErrorCode.CHALLENGE_INVALID
    assert refused(pass_by_token, purpose=VERIFY, token="x", judge=object_to) == ErrorCode.CHALLENGE_INVALID
    pass_by_token(purpose=VERIFY, token=issued.token, now=NOW)
    used = refused(pass_by_token, purpose=VERIFY, token=issued.token, judge=object_to)
    assert used == ErrorCode.CHALLENGE_ALREADY_USED


@pytest.mark.django_db(transaction=True)
def test_try_token__tells_what_it_would_prove_five_times_and_uses_nothing_up():
    issued = issue()

    for _ in range(5):
        assert try_token(purpose=VERIFY, token=issued.token, now=NOW).subject == "booking:12"
    assert refused(try_token, purpose=VERIFY, token=issued.token) == ErrorCode.CHALLENGE_INVALID

    assert Challenge.objects.get().consumed_at is None


@pytest.mark.django_db(transaction=True)
def test_try_token__refuses_what_pass_by_token_refuses():
    used, old, late = issue(), issue(subject="booking:13"), issue(subject="booking:14")
    pass_by_token(purpose=VERIFY, token=used.token, now=NOW)
    withdraw(purpose=VERIFY, subject="booking:13", now=NOW)

    for token, why in (
        (used.token, ErrorCode.CHALLENGE_ALREADY_USED),
        (old.token, ErrorCode.CHALLENGE_INVALID),
        ("unknown", ErrorCode.CHALLENGE_INVALID),
    ):
        assert refused(try_token, purpose=VERIFY, token=token) == why
        assert refused(pass_by_token, purpose=VERIFY, token=token) == why
    assert refused(try_token, purpose=CANCEL, token=late.token) == ErrorCode.CHALLENGE_INVALID
    tomorrow = NOW + timedelta(days=1)
    assert refused(try_token, purpose=VERIFY, token=late.token, now=tomorrow) == ErrorCode.CHALLENGE_EXPIRED


@pytest.mark.django_db
def test_is_recent__for_a_minute_and_for_its_own_purpose_and_subject():
    issue()

    assert is_recent(**ABOUT, now=NOW + timedelta(seconds=59))
    assert not is_recent(**ABOUT, now=NOW + timedelta(minutes=1))
    assert not is_recent(purpose=CANCEL, subject="booking:12", now=NOW)
    assert not is_recent(purpose=VERIFY, subject="booking:13", now=NOW)
