"""The chatbot, as a process over pipes, before real servers: it knows no step of a booking and gets through all."""

import re
import secrets
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from bookings.booking.states import TABLE, Status
from schema.booking.lifecycle import BESIDE_MOVES
from schema.common.inputs import write_id
from schema.http.execution import core_schema
from schema.root import schema
from tests.clients.chatbot import FOLDER, Talk, in_readme, shape
from tests.clients.demo import Client, log_in
from tests.clients.documents import APPROVE, STATUS, VERIFY
from tests.clients.server import Server as Api
from tests.servers import ROOT, answers, copied, free_port, running, running_server, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.busy]

GENERIC = {"draftBooking", "requestBookingAccess", "grantBookingAccess"}
"""With what a booking begins, and is opened again."""
LIMITS = (
    "challenge.address_subject=20/minute,challenge.address=60/hour,draft.ip=200/hour,"
    "anonymous.ip=2000/minute,status.ip=200/minute"
)
"""All these people come from one address, and nobody waits a minute for the next code."""
IN_TIME = timedelta(days=3)
"""Before a session; on the eve the policy lets its client do nothing more, and the bot says goodbye."""
CREATE_KEY = """
mutation Key($input: CreateServiceKeyInput!) {
  createServiceKey(input: $input) { key errors { code message } }
}
"""


@pytest.fixture(scope="module")
def place(migrated_template, tmp_path_factory):
    """A server with its worker and the demo's practices, for all these conversations."""
    folder = tmp_path_factory.mktemp("chatbot")
    with copied(migrated_template, folder) as database:
        database.manage("seed_demo")
        with running_server(database, folder, worker=True, RATE_LIMITS=LIMITS) as server:
            yield server


@pytest.fixture
def api(place):
    return Api(place.url)


@pytest.fixture
def address():
    return f"client-{secrets.token_hex(4)}@example.org"


def in_time() -> str:
    """The date from which times are looked at, whatever day it is today."""
    return f"{datetime.now(UTC) + IN_TIME:%Y-%m-%d}"


def drafts(talk: Talk, address: str, *, service: str) -> None:
    """Take the first open time."""
    talk.picks(service)
    talk.answers("1", "Carla Client", address, "yes")


def proves(talk: Talk, api: Api, address: str) -> None:
    talk.picks("Prove the mailbox")
    talk.answers(api.code_for(address))


def id_in(talk: Talk) -> str:
    return re.search(r"MS-\w{6}", "\n".join(talk.transcript)).group()


def status_of(api: Api, talk: Talk) -> str:
    return api.ask(STATUS, {"id": id_in(talk)})["bookingStatus"]["status"]


def newest_code(api: Api, address: str, *, than: str, about: str = "") -> str:
    """The code of a mail that came after the one with that code."""
    return wait_for(lambda: (found := api.code_for(address, about=about)) != than and found, "another code")


def lets_a_minute_pass(place, talk: Talk) -> None:
    """Make what was mailed about this booking old, so that the same may be mailed again."""
    place.database.sql(
        "UPDATE bookings_challenge SET created_at = '2026-01-01 00:00:00' WHERE subject = "
        "(SELECT 'booking:' || id FROM bookings_booking WHERE acknowledgement_id = %s)",
        id_in(talk),
    )


def approves(api: Api, place, talk: Talk) -> None:
    """Somebody of the practice approves over the API, once the bot's next question stands."""
    booking = place.database.sql("SELECT id FROM bookings_booking WHERE acknowledgement_id = %s", id_in(talk))
    api.do(APPROVE, "approveBooking", {"bookingId": write_id("Booking", booking[0][0])}, token=log_in(api))


def test_chatbot__books_to_confirmed_as_its_page_shows(place, api, address):
    with Talk(place.url) as talk:
        talk.picks("First talk")
        talk.answers(in_time(), "1", "Carla Client", address, "yes")
        proves(talk, api, address)
        talk.hears()
        approves(api, place, talk)
        talk.sends("w")
        talk.picks("Start the payment")
        api.pay(talk.hears("http").strip())
        talk.answers("q")
        talk.ends()

    assert status_of(api, talk) == "CONFIRMED"
    assert shape(talk.transcript) == shape(in_readme())


def test_chatbot__calls_a_booking_off_by_talking(place, api, address):
    with Talk(place.url) as talk:
        drafts(talk, address, service="Coaching")
        proves(talk, api, address)
        talk.picks("Cancel")
        talk.hears()
        first = api.code_for(address, about="Please confirm")
        lets_a_minute_pass(place, talk)
        talk.answers("")  # has another one mailed, and the first one dies
        talk.answers(newest_code(api, address, than=first, about="Please confirm"), "Caught a cold.")
        talk.ends()

    assert "  Nothing more can be done here." in talk.transcript
    assert status_of(api, talk) == "CANCELLED"


def test_chatbot__offers_the_next_times_where_one_was_taken_by_somebody_else(place, api, address):
    with Talk(place.url) as talk:
        drafts(talk, address, service="Coaching")
        talk.hears()
        Client(api).book("Coaching")
        first = api.code_for(address)
        talk.picks("Prove the mailbox")
        talk.answers(first, "1")
        assert "These times are open." in talk.question
        talk.picks("Prove the mailbox")
        talk.answers(newest_code(api, address, than=first))  # the move mailed it
        talk.answers("q")
        talk.ends()

    assert status_of(api, talk) == "PENDING"


def test_chatbot__notices_what_was_done_elsewhere(place, api, address):
    """The person opens the mail's link in a browser, while the bot still asks for the code."""
    with Talk(place.url) as talk:
        drafts(talk, address, service="Coaching")
        talk.hears()
        code = api.code_for(address)
        api.do(VERIFY, "verifyBooking", {"proof": {"code": {"acknowledgementId": id_in(talk), "code": code}}})
        talk.sends("w")
        talk.hears("I need your leave to look at this booking.")
        talk.sends(newest_code(api, address, than=code))
        talk.answers("q")
        talk.ends()

    assert any("Waiting for the practice" in line for line in talk.transcript)


def test_chatbot__speaks_polish_and_so_does_the_api(place, api, address):
    with Talk(place.url, "--language", "pl") as talk:
        talk.picks("Coaching")
        talk.answers("1", "Karolina Klient", "nikt", "nie", address, "tak")
        talk.hears()
        talk.picks("Potwierdzenie")
        talk.answers(api.code_for(address), "q")
        talk.ends()

    whole = "\n".join(talk.transcript)
    assert "Do widzenia." in whole
    assert "Jakich sześć cyfr podano w wiadomości" in whole
    assert "To nie jest adres" in whole
    assert status_of(api, talk) == "PENDING"


def test_chatbot__gets_over_whatever_it_is_told(place, api, address):
    with Talk(place.url, "--patience", "1") as talk:
        talk.answers("", "0", "99", "-1", "²", "\udcff", "\x1b[31m", "🙂" * 2000)
        talk.answers("0000000099", "000000001" + "5" * 5000)
        talk.picks("Coaching")
        talk.answers("m", "2026-99-99", "b")
        talk.picks("Coaching")
        talk.answers("1", "", "nobody", "no")
        talk.replies(name="Carla Client", address=address, agree="yes")
        talk.picks("Prove the mailbox")
        talk.answers("000000" if api.code_for(address) != "000000" else "111111", "w", "x")
        talk.hears()
        talk.hangs_up()
        talk.ends()

    whole = "\n".join(talk.transcript)
    assert "I need one of the answers that I named." in whole
    assert "Nothing has changed yet." in whole
    assert status_of(api, talk) == "DRAFT"


def test_chatbot__ends_in_order_when_it_is_interrupted(place):
    with Talk(place.url) as talk:
        talk.hears()
        talk.interrupts()
        talk.ends(with_code=130)

    assert talk.transcript[-1] == "  Goodbye."


def test_chatbot__carries_a_service_key_and_never_shows_it(place, api, address):
    staff = log_in(api)
    asked = {"name": "chatbot", "scopes": ["CATALOGUE", "BOOKING"]}
    key = api.do(CREATE_KEY, "createServiceKey", asked, token=staff)["key"]
    reader = api.do(CREATE_KEY, "createServiceKey", {**asked, "scopes": ["CATALOGUE"]}, token=staff)["key"]

    with Talk(place.url, SLOTWELL_KEY=key) as talk:
        drafts(talk, address, service="Coaching")
        proves(talk, api, address)
        talk.answers("q")
        talk.ends()
    with Talk(place.url, SLOTWELL_KEY=reader) as other:
        drafts(other, address, service="Coaching")
        other.ends(with_code=1)

    assert any("lacks the scope BOOKING" in line for line in other.transcript)
    assert key not in "\n".join(talk.transcript)
    rows = place.database.sql(
        "SELECT DISTINCT e.actor_id FROM bookings_bookingevent e JOIN bookings_booking b ON b.id = e.booking_id "
        "WHERE b.acknowledgement_id = %s",
        id_in(talk),
    )
    assert [actor[:4] for (actor,) in rows] == ["key:"]


def test_chatbot__goes_on_when_the_service_was_away_for_a_moment(place, api, address, tmp_path):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    env = {"PORT": str(port), "PUBLIC_URL": url, "MAIL_DIR": str(place.mail_dir), "RATE_LIMITS": LIMITS}
    log = tmp_path / "web.log"
    with ExitStack() as whole:
        with running("web", database=place.database, log=log, **env):
            wait_for(lambda: answers(url), "the web to answer", within=40)
            talk = whole.enter_context(Talk(url))
            drafts(talk, address, service="Coaching")
            talk.picks("Prove the mailbox")
            talk.hears()
        talk.sends(api.code_for(address))
        talk.hears("does not answer")
        with running("web", database=place.database, log=log, **env):
            talk.hears("is back")
            talk.answers("q")
            talk.ends()

    assert status_of(api, talk) == "PENDING"


def test_chatbot__brings_what_was_required_after_it_was_written(place, api, address, tmp_path):
    """The server has one requirement more; the bot knows nothing of it and asks for it all the same."""
    env = {"PYTHONPATH": str(ROOT / "tests" / "clients" / "plugin"), "MAIL_DIR": str(place.mail_dir)}
    with (
        running_server(place.database, tmp_path, RATE_LIMITS=LIMITS, **env) as changed,
        Talk(changed.url) as talk,
    ):
        talk.picks("First talk")
        talk.answers(in_time(), "1", "Carla Client", address, "yes")
        proves(talk, api, address)
        talk.hears()
        approves(api, place, talk)
        talk.sends("w")
        talk.picks("Start the payment")
        talk.answers("")
        assert talk.question == "? Which shoes will you wear?"
        talk.answers("")
        assert talk.question == "? In which [31msize? It may be left empty."  # its ESC is gone
        talk.answers("")
        assert talk.question == "? Which of these do you bring? It may be left empty."
        talk.hears("Nobody comes barefoot.")
        talk.picks("Start the payment")
        talk.answers("The red ones.", "5" * 5000, "")
        talk.picks("Start the payment")
        talk.answers("The red ones.", "42", "1")
        api.pay(talk.hears("http").strip())
        talk.answers("q")
        talk.ends()

    assert status_of(api, talk) == "CONFIRMED"


def test_chatbot__knows_no_word_of_the_lifecycle():
    mutations = set(core_schema(schema).mutation_type.fields) - GENERIC
    known = {*Status, *TABLE, *BESIDE_MOVES} - {"DRAFT"} | mutations
    for file in sorted(FOLDER.glob("*.py")):
        letters = re.sub("[^a-z]", "", file.read_text().lower()).replace("draftbooking", "")
        assert [word for word in [*known, "DRAFT"] if re.sub("[^a-z]", "", word.lower()) in letters] == [], (
            file
        )
