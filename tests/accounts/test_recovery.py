import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, check_password, identify_hasher

from bookings.accounts.models import RefreshToken, SecurityAnswer, User
from bookings.accounts.passwords import request_reset, reset_by_token
from bookings.accounts.recovery import recover, set_question
from bookings.accounts.sessions import start_session
from bookings.accounts.viewer import Viewer
from bookings.businesses.models import StaffMember
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.factories import NOW, PASSWORD, later
from tests.races.threads import race
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "another horse battery"
RIGHT = {"email": "ana@example.org", "question": "FIRST_PET", "answer": "Rex", "new_password": NEW}


@pytest.fixture(autouse=True)
def _turned_on(settings):
    settings.SECURITY_QUESTIONS = True


@pytest.fixture
def ana(transactional_db):
    return factories.user("ana@example.org", full_name="Ana Horvat")


@pytest.fixture
def known(ana):
    set_for(ana)
    OutboxMessage.objects.all().delete()
    return ana


def set_for(user, answer="Rex", *, question="FIRST_PET", password=PASSWORD, now=NOW):
    return set_question(
        viewer=Viewer(user=user), question=question, answer=answer, password=password, now=now
    )


def why_not_set(user, **given):
    told = {
        "viewer": Viewer(user=user),
        "question": "FIRST_PET",
        "answer": "Rex",
        "password": PASSWORD,
        **given,
    }
    return refusal(set_question, **told, now=NOW)


def try_(**given):
    return recover(**{**RIGHT, **given}, now=NOW)


def why(**given):
    return refusal(recover, **{**RIGHT, **given}, now=NOW)


def mails():
    return list(OutboxMessage.objects.order_by("pk").values_list("template", "recipient"))


@pytest.fixture
def hashes(monkeypatch):
    """How many passwords are hashed, or judged against a hash."""
    made = []
    encode = MD5PasswordHasher.encode

    def counted(self, password, salt):
        made.append(password)
        return encode(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return made


def test_set_question__keeps_the_answers_hash_alone_and_tells(ana):
    set_for(ana, "My Rex!")

    row = SecurityAnswer.objects.get()
    assert (row.user, row.question, row.set_at) == (ana, "FIRST_PET", NOW)
    assert check_password("my rex", row.answer_hash)
    kept = str(everything()).lower()
    assert "my rex" not in kept
    assert mails() == [("security_question_set", "ana@example.org")]
    assert "Whoever knows the answer" in render(OutboxMessage.objects.get()).text


def test_set_question__again_takes_the_place_of_the_one_before(known):
    set_for(known, "Gdynia", question="BIRTH_TOWN", now=later(hours=1))

    assert SecurityAnswer.objects.get().question == "BIRTH_TOWN"
    assert why().code == "CREDENTIALS_INVALID"
    assert try_(question="BIRTH_TOWN", answer="gdynia") == known


def test_set_question__of_none_takes_it_away_and_tells(known):
    set_for(known, "", question=None, now=later(hours=1))

    assert not SecurityAnswer.objects.exists()
    assert mails() == [("security_question_set", "ana@example.org")]
    assert "no security question any more" in render(OutboxMessage.objects.get()).text
    set_for(known, "", question=None, now=later(hours=2))
    assert len(mails()) == 1


@pytest.mark.parametrize("password", ["", "wrong horse battery", "x" * 100_000, PASSWORD + "\x00", "\ud800"])
def test_set_question__needs_the_password(ana, password):
    error = why_not_set(ana, password=password)

    assert (error.code, error.field) == ("CREDENTIALS_INVALID", ["password"])
    assert (SecurityAnswer.objects.exists(), mails()) == (False, [])


def test_set_question__guessing_the_password_is_limited(ana):
    for _ in range(10):
        assert why_not_set(ana, password="wrong").code == "CREDENTIALS_INVALID"

    assert why_not_set(ana).code == "RATE_LIMITED"


def test_set_question__needs_an_account():
    assert (
        refusal(
            set_question, viewer=Viewer(), question="FIRST_PET", answer="Rex", password=PASSWORD, now=NOW
        ).code
        == "UNAUTHENTICATED"
    )


@pytest.mark.parametrize("right", ["is_staff", "is_superuser"])
def test_set_question__is_not_for_accounts_that_may_open_the_admin(right):
    boss = factories.user(**{right: True})

    assert why_not_set(boss).code == "NOT_ENABLED"


def test_set_question__is_not_for_whoever_works_for_a_practice():
    owner = factories.business().owner
    host = factories.consultant(factories.service(), user=factories.user()).user

    refused = [
        why_not_set(each).code for each in (owner, factories.staff_of(factories.business()).user, host)
    ]

    assert refused == ["NOT_ENABLED"] * 3


def test_recover__does_not_open_the_account_of_whoever_works_for_a_practice(known, hashes):
    StaffMember.objects.create(business=factories.business(), user=known, role=StaffMember.Role.STAFF)
    hashes.clear()

    assert (why().code, len(hashes)) == ("CREDENTIALS_INVALID", 1)


def test_recover__sets_the_password_ends_every_session_and_tells(known):
    start_session(user=known, now=NOW)
    before = User.objects.values("email_verified_at", "token_version").get(pk=known.pk)

    user = try_(answer=" REX! ", email=" Ana@Example.org ")

    assert user.check_password(NEW)
    after = User.objects.get(pk=known.pk)
    assert after.check_password(NEW)
    assert after.token_version > before["token_version"]
    assert not RefreshToken.objects.filter(revoked_at=None).exists()
    assert mails() == [("password_recovered", "ana@example.org")]
    assert "Every device was logged out" in render(OutboxMessage.objects.get()).text


def test_recover__proves_no_mailbox(known):
    User.objects.filter(pk=known.pk).update(email_verified_at=None)

    assert try_().email_verified_at is None


@pytest.mark.parametrize(
    "given",
    [
        {"email": "nobody@example.org"},
        {"email": "eve@example.org"},
        {"answer": "Max"},
        {"question": "BIRTH_TOWN"},
        {"question": "BIRTH_TOWN", "answer": "Max"},
    ],
    ids=["unknown address", "no question", "wrong answer", "other question", "all wrong"],
)
def test_recover__refuses_alike_after_one_hash(known, hashes, given):
    factories.user("eve@example.org")
    before = everything()
    hashes.clear()

    error = why(**given)

    assert (error.code, error.message) == (
        "CREDENTIALS_INVALID",
        "The address, the question or the answer is not right.",
    )
    assert (error.field, len(hashes)) == (None, 1)
    assert everything() == before


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": True}, {"is_superuser": True}])
def test_recover__opens_neither_closed_accounts_nor_the_admin(known, hashes, change):
    User.objects.filter(pk=known.pk).update(**change)
    hashes.clear()

    assert (why().code, len(hashes)) == ("CREDENTIALS_INVALID", 1)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"new_password": "short"}, "newPassword"),
        ({"new_password": "password123"}, "newPassword"),
        ({"new_password": "12345678901234"}, "newPassword"),
        ({"new_password": "example.org1"}, "newPassword"),
        ({"new_password": "x\x00" * 10}, "newPassword"),
        ({"new_password": "x" * 1001}, "newPassword"),
        ({"answer": "ab"}, "answer"),
        ({"answer": "x" * 201}, "answer"),
        ({"email": "nobody"}, "email"),
        ({"email": "x" * 300 + "@example.org"}, "email"),
    ],
)
@pytest.mark.parametrize("address", ["ana@example.org", "nobody@example.org"])
def test_recover__bad_input_is_told_alike_for_every_address(known, given, field, address):
    error = why(**{"email": address, **given})

    assert (error.code, error.field) == ("VALIDATION_FAILED", [field])
    assert User.objects.get(pk=known.pk).check_password(PASSWORD)


def test_recover__password_like_the_stored_name_is_told_only_after_a_right_answer(known):
    assert why(new_password="ana horvat!").code == "VALIDATION_FAILED"
    assert why(new_password="ana horvat!", answer="Max").code == "CREDENTIALS_INVALID"


def test_both__are_not_enabled_where_it_is_off(known, settings):
    settings.SECURITY_QUESTIONS = False
    before = everything()

    assert why().code == "NOT_ENABLED"
    assert why_not_set(known).code == "NOT_ENABLED"
    assert everything() == before


def test_reset_by_mail__takes_the_question_away(known):
    """Otherwise a thief who set one would come back through it."""
    request_reset(email=known.email, now=NOW)
    token = OutboxMessage.objects.get().secrets["link"].partition("#token=")[2]

    reset_by_token(token=token, new_password=NEW, now=NOW)

    assert not SecurityAnswer.objects.exists()
    assert why(new_password="yet another horse").code == "CREDENTIALS_INVALID"


def test_recover__ends_a_reset_under_way(known):
    request_reset(email=known.email, now=NOW)
    token = OutboxMessage.objects.get().secrets["link"].partition("#token=")[2]

    try_()

    assert (
        refusal(reset_by_token, token=token, new_password="yet another horse", now=NOW).code
        == "CHALLENGE_INVALID"
    )


def test_recover__of_an_answer_that_is_changed_meanwhile_never_opens_behind_the_change():
    """Whoever comes second is refused: the change for the password that is new, the recovery for the answer."""
    for number in range(5):
        person = factories.user(f"ana{number}@example.org")
        set_for(person, "Rex")

        run = race(
            [
                lambda person=person: set_for(person, "Max", now=later(minutes=1)),
                lambda person=person: try_(email=person.email),
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["CREDENTIALS_INVALID"])


def test_set_question__hashes_the_answer_as_passwords_are(known):
    password, answer = known.password, SecurityAnswer.objects.get().answer_hash

    assert identify_hasher(password).algorithm == identify_hasher(answer).algorithm
