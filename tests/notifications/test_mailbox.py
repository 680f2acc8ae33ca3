import json
import os

import pytest
from django.urls import include, path

from bookings.notifications import mailbox
from bookings.notifications.delivery import deliver
from tests.notifications.conftest import NOW
from tests.strict_calendar import strict

urlpatterns = [path("mailbox/", include("bookings.notifications.mailbox_urls"))]
pytestmark = pytest.mark.urls(__name__)
LINE = b"\n" + b"-" * 79 + b"\n"


@pytest.fixture
def folder(settings, tmp_path):
    """Development settings with an empty mailbox."""
    settings.DEBUG, settings.MAIL = True, "file"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    return tmp_path / "mail"


@pytest.fixture
def sent(folder, queue):
    """One verify mail, sent to a file."""
    assert deliver(queue().pk, now=NOW)
    return mailbox.newest_mails()[0]


def write(folder, name, *mails, age=0):
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_bytes(b"".join(b"To: %s\nSubject: %s\n\nbody" % mail + LINE for mail in mails))
    os.utime(file, (1_800_000_000 - age, 1_800_000_000 - age))
    return file


@pytest.mark.django_db
def test_newest_mails__read_back_what_was_sent(sent):
    assert (sent.to, sent.subject) == ("ana@example.org", "Confirm your request MS-7K2Q9D")
    assert (sent.code, sent.link) == ("123456", "https://booking.example.org/v#t=secret-token")
    assert "<!DOCTYPE html>" in sent.html
    assert sent.message_id.startswith("<")


@pytest.mark.parametrize(
    ("text", "link"),
    [
        (
            b"Google: https://calendar.google.com/calendar/render?a=b\nFile: http://h/calendar/booking/1.ics",
            "",
        ),
        (
            b"https://outlook.live.com/calendar/0\nhttps://booking.example.org/v",
            "https://booking.example.org/v",
        ),
    ],
)
def test_link__is_none_that_adds_to_a_calendar(folder, text, link):
    folder.mkdir()
    (folder / "a.log").write_bytes(b"To: a@example.org\nSubject: 1\n\n" + text + LINE)

    (mail,) = mailbox.newest_mails()

    assert mail.link == link


def test_newest_mails__newest_first_also_within_a_file(folder):
    write(folder, "old.log", (b"a@example.org", b"1"), age=60)
    write(folder, "new.log", (b"b@example.org", b"2"), (b"a@example.org", b"3"))

    assert [mail.subject for mail in mailbox.newest_mails()] == ["3", "2", "1"]
    assert [mail.subject for mail in mailbox.newest_mails(to=" A@Example.org ")] == ["3", "1"]
    assert [mail.subject for mail in mailbox.newest_mails(limit=1)] == ["3"]


def test_newest_mails__half_written_mail_waits(folder):
    file = write(folder, "a.log", (b"a@example.org", b"1"))
    file.write_bytes(file.read_bytes() + b"To: b@example.org\nSubject: 2\n\nhalf")

    assert [mail.subject for mail in mailbox.newest_mails()] == ["1"]


def test_newest_mails__broken_bytes_break_nothing(folder):
    write(folder, "a.log", (b"\xff\xfe", b"=?utf-8?q?=ff?="), (b"", b""))

    assert len(mailbox.newest_mails()) == 2


@pytest.mark.django_db
def test_mail_list__shows_the_mails_and_narrows_to_one_address(sent, client):
    assert sent.subject in client.get("/mailbox/").content.decode()
    assert sent.subject in client.get("/mailbox/?to=ana@example.org").content.decode()
    assert "Nothing for eve@example.org yet" in client.get("/mailbox/?to=eve@example.org").content.decode()


def test_mail_list__empty_tells_what_to_do(folder, client):
    page = client.get("/mailbox/").content.decode()

    assert "No mail yet" in page
    assert "draftBooking" in page


@pytest.mark.django_db
def test_mail_detail__shows_code_and_link_and_runs_nothing(sent, client):
    answer = client.get(f"/mailbox/{sent.id}/")

    page = answer.content.decode()
    assert '<p class="code" title="Select to copy">123456</p>' in page
    assert 'href="https://booking.example.org/v#t=secret-token"' in page
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "<script" not in page


@pytest.mark.django_db
def test_mail_html__is_sandboxed_and_framed_only_by_us(sent, client):
    answer = client.get(f"/mailbox/{sent.id}/html")

    assert answer["Content-Security-Policy"].startswith("sandbox allow-popups")
    assert "allow-scripts" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert 'target="_blank"' in answer.content.decode()


@pytest.mark.django_db
def test_message_list__gives_json_for_a_client(sent, client):
    answer = client.get("/mailbox/api/messages?to=ANA@example.org")

    (found,) = json.loads(answer.content)["messages"]
    assert set(found) == {
        "id",
        "to",
        "subject",
        "date",
        "text",
        "html",
        "message_id",
        "code",
        "link",
        "calendar",
    }
    assert (found["id"], found["code"]) == (sent.id, "123456")
    assert json.loads(client.get("/mailbox/api/messages?to=eve@example.org").content) == {"messages": []}


@pytest.mark.django_db
@pytest.mark.parametrize(("debug", "mail"), [(False, "file"), (True, "smtp"), (False, "smtp")])
def test_mailbox__outside_development_does_not_exist(sent, client, settings, debug, mail):
    settings.DEBUG, settings.MAIL = debug, mail

    for address in ("", f"{sent.id}/", f"{sent.id}/html", "api/messages"):
        assert client.get(f"/mailbox/{address}").status_code == 404


@pytest.mark.parametrize("mail_id", ["nothing-0", "a-7", "..-0", "a-x"])
def test_mail_detail__unknown_id_is_not_found(folder, client, mail_id):
    write(folder, "a.log", (b"a@example.org", b"1"))

    assert client.get(f"/mailbox/{mail_id}/").status_code == 404


def test_mail_list__only_reads(folder, client):
    assert client.post("/mailbox/").status_code == 405


@pytest.mark.django_db
def test_mail_calendar__gives_the_file_that_came_with_a_mail(folder, queue, client):
    session = {
        "business_name": "Quiet Room",
        "service_name": "First talk",
        "starts_at": "2026-11-25T09:00:00+00:00",
        "ends_at": "2026-11-25T10:00:00+00:00",
        "calendar": {
            "sequence": 2,
            "for_host": False,
            "holder": "c",
            "with_whom": "Dr. Mira Novak",
            "place": "Elm Street 1",
            "is_online": False,
            "page": "",
        },
    }
    row = queue(template="cancelled", context={"acknowledgement_id": "MS-7K2Q9D", **session}, secrets={})
    assert deliver(row.pk, now=NOW)
    (mail,) = mailbox.newest_mails()

    page = client.get(f"/mailbox/{mail.id}/").content.decode()
    answer = client.get(f"/mailbox/{mail.id}/invite.ics")

    assert f"/mailbox/{mail.id}/invite.ics" in page
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = strict(answer.content).events
    assert (event.uid.partition("@")[0], event.sequence, event.stamp) == ("MS-7K2Q9D", 2, NOW)
    assert json.loads(client.get("/mailbox/api/messages").content)["messages"][0]["calendar"]


@pytest.mark.django_db
def test_mail_calendar__is_not_there_where_none_came(sent, client):
    assert "invite.ics" not in client.get(f"/mailbox/{sent.id}/").content.decode()
    assert client.get(f"/mailbox/{sent.id}/invite.ics").status_code == 404
