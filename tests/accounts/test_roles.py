import pytest

from bookings.accounts.models import RoleRequest, User
from bookings.accounts.roles import ask_for_role, decide, waiting_first
from bookings.accounts.viewer import Viewer
from bookings.notifications.models import OutboxMessage
from bookings.notifications.rendering import render
from tests import factories
from tests.factories import NOW, later
from tests.races.threads import race
from tests.witness import everything, refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana(db):
    return factories.user("ana@example.org", full_name="Ana Horvat")


@pytest.fixture
def admin(db):
    return Viewer(user=User.objects.create_superuser("admin@example.org", factories.PASSWORD))


def ask(user, role="CONSULTANT", *, now=NOW):
    return ask_for_role(user=user, role=role, now=now)


def why(user, role="CONSULTANT"):
    return refusal(ask_for_role, user=user, role=role, now=NOW)


@pytest.mark.parametrize("role", ["CONSULTANT", "BUSINESS_OWNER"])
def test_ask_for_role__waits(ana, role):
    request = ask(ana, role)

    assert (request.user, request.role, request.status) == (ana, role, "WAITING")
    assert (request.created_at, request.decided_at, request.decided_by) == (NOW, None, None)
    ana.refresh_from_db()
    assert ana.role == "CLIENT"


def test_ask_for_role__again_is_the_same_request(ana):
    first = ask(ana)

    assert ask(ana, now=later(days=1)) == first
    assert RoleRequest.objects.get().created_at == NOW


def test_ask_for_role__another_takes_the_place_of_the_one_that_waited(ana, admin):
    first = ask(ana, "CONSULTANT")

    second = ask(ana, "BUSINESS_OWNER", now=later(days=1))

    assert RoleRequest.objects.get() == second
    assert second.pk != first.pk
    assert refusal(decide, request_id=first.pk, grant=True, by=admin, now=NOW).code == "NOT_FOUND"


def test_ask_for_role__may_be_tried_again_after_a_no(ana, admin):
    first = ask(ana)
    decide(request_id=first.pk, grant=False, by=admin, now=NOW)

    assert ask(ana, now=later(days=1)).pk != first.pk
    assert list(RoleRequest.objects.order_by("pk").values_list("status", flat=True)) == [
        "DECLINED",
        "WAITING",
    ]


def test_ask_for_role__needs_a_proven_address():
    eve = factories.user(email_verified_at=None)

    assert why(eve).code == "EMAIL_NOT_VERIFIED"
    assert not RoleRequest.objects.exists()


def test_ask_for_role__client_is_nothing_to_ask_for(ana):
    assert (why(ana, "CLIENT").code, why(ana, "CLIENT").field) == ("VALIDATION_FAILED", ["role"])


def test_ask_for_role__that_the_account_has_is_refused(ana, admin):
    decide(request_id=ask(ana).pk, grant=True, by=admin, now=NOW)

    assert why(ana).code == "VALIDATION_FAILED"


def test_ask_for_role__of_an_account_that_was_closed_meanwhile_is_refused(ana):
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert why(ana).code == "UNAUTHENTICATED"


@pytest.mark.parametrize(
    ("grant", "status", "role"), [(True, "GRANTED", "CONSULTANT"), (False, "DECLINED", "CLIENT")]
)
def test_decide__sets_the_role_where_it_is_granted_and_tells_the_person(ana, admin, grant, status, role):
    request = ask(ana)

    decided = decide(request_id=request.pk, grant=grant, by=admin, now=later(hours=1))

    kept = RoleRequest.objects.get()
    assert (kept, kept.status, kept.decided_at, kept.decided_by) == (
        decided,
        status,
        later(hours=1),
        admin.user,
    )
    ana.refresh_from_db()
    assert (ana.role, ana.token_version) == (role, 0)
    mail = OutboxMessage.objects.get()
    assert (mail.template, mail.recipient) == ("role_decided", "ana@example.org")
    assert ("was granted" in render(mail).text) is grant
    assert "Hello Ana Horvat," in render(mail).text


def test_decide__mail_says_which_role(ana, admin):
    decide(request_id=ask(ana, "BUSINESS_OWNER").pk, grant=True, by=admin, now=NOW)

    text = render(OutboxMessage.objects.get()).text
    assert ("owner of a practice" in text, "consultant" in text) == (True, False)


@pytest.mark.parametrize("again", [True, False])
def test_decide__once_decided_stays_so(ana, admin, again):
    request = ask(ana)
    decide(request_id=request.pk, grant=False, by=admin, now=NOW)
    before = everything()

    assert refusal(decide, request_id=request.pk, grant=again, by=admin, now=NOW).code == "ALREADY_DECIDED"
    assert everything() == before


@pytest.mark.parametrize(
    ("who", "code"), [("nobody", "UNAUTHENTICATED"), ("oneself", "FORBIDDEN"), ("staff", "FORBIDDEN")]
)
def test_decide__is_for_the_platforms_admins(ana, who, code):
    request = ask(ana)
    by = {
        "nobody": Viewer,
        "oneself": lambda: Viewer(user=ana),
        "staff": lambda: Viewer(user=factories.user(is_staff=True)),
    }[who]()

    assert refusal(decide, request_id=request.pk, grant=True, by=by, now=NOW).code == code
    assert RoleRequest.objects.get().status == "WAITING"


def test_decide__is_refused_for_what_is_not_there(admin):
    assert refusal(decide, request_id=0, grant=True, by=admin, now=NOW).code == "NOT_FOUND"


def test_decide__is_refused_for_an_account_that_was_closed(ana, admin):
    request = ask(ana)
    User.objects.filter(pk=ana.pk).update(is_active=False)

    assert refusal(decide, request_id=request.pk, grant=True, by=admin, now=NOW).code == "NOT_FOUND"


def test_waiting_first__then_the_others(ana, admin):
    old, young, done = factories.user(), factories.user(), factories.user()
    decide(request_id=ask(done, now=NOW).pk, grant=True, by=admin, now=later(days=3))
    second, first = ask(young, now=later(days=2)), ask(old, now=later(days=1))

    assert list(waiting_first()) == [first, second, done.role_requests.get()]


@pytest.mark.django_db(transaction=True)
def test_decide__by_two_admins_at_once_is_decided_by_one():
    admins = [Viewer(user=User.objects.create_superuser(f"admin{n}@example.org")) for n in range(4)]
    for round_ in range(5):
        person = factories.user()
        request = ask(person)

        run = race(
            [
                lambda by=by, grant=bool(place % 2), pk=request.pk: decide(
                    request_id=pk, grant=grant, by=by, now=NOW
                )
                for place, by in enumerate(admins)
            ]
        )

        assert run.accidents == []
        assert (len(run.results), run.refusals) == (1, ["ALREADY_DECIDED"] * 3)
        kept = RoleRequest.objects.get(pk=request.pk)
        person.refresh_from_db()
        assert kept.status == run.results[0].status
        assert (person.role == "CONSULTANT") is (kept.status == "GRANTED")
        assert OutboxMessage.objects.count() == round_ + 1


@pytest.mark.django_db(transaction=True)
def test_ask_for_role__by_several_at_once_waits_once():
    person = factories.user()
    roles = ["CONSULTANT", "BUSINESS_OWNER"] * 3

    run = race([lambda role=role: ask(User.objects.get(pk=person.pk), role) for role in roles])

    assert run.accidents == []
    assert RoleRequest.objects.get().role in roles


@pytest.mark.django_db(transaction=True)
def test_decide__grants_no_role_that_the_admin_did_not_read():
    admin = Viewer(user=User.objects.create_superuser("admin@example.org"))
    for _ in range(5):
        person = factories.user()
        request = ask(person, "CONSULTANT")

        run = race(
            [
                lambda pk=request.pk: decide(request_id=pk, grant=True, by=admin, now=NOW),
                lambda person=person: ask(person, "BUSINESS_OWNER"),
            ]
        )

        assert run.accidents == []
        person.refresh_from_db()
        assert person.role != "BUSINESS_OWNER"
