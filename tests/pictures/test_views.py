"""The bytes come in by one link each, and go out as nothing but a picture."""

import io
import logging
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.accounts.models import User
from bookings.accounts.sessions import start_session
from bookings.businesses.models import StaffMember
from bookings.common.secrecy import token_hash
from bookings.pictures.images import MOST_BYTES
from bookings.pictures.models import PictureUpload
from tests import factories
from tests.factories import NOW
from tests.pictures import makers
from tests.pictures.uploads import code_of, fresh, kept, link, name_of, send

pytestmark = pytest.mark.django_db(transaction=True)

PNG = makers.encoded("PNG")


class Endless(io.BytesIO):
    """A body without an end; remembers how much of it was read."""

    given = 0

    def read(self, size=-1):
        assert 0 < size <= MOST_BYTES + 1
        self.given += size
        return b"x" * size


class Broken(io.BytesIO):
    def read(self, size=-1):
        raise OSError("gone")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana():
    return factories.user()


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_upload__keeps_a_picture_anew_and_shows_it(ana, folder, kind, method):
    raw = makers.encoded(kind)

    answer = send(link(ana), raw, method=method, content_type="text/html")

    name = name_of(answer)
    assert answer.json()["pictureUrl"] == f"{django_settings.PUBLIC_URL}/pictures/{name}"
    assert (fresh(ana), kept(folder)) == (name, [name])
    stored = (folder / name).read_bytes()
    assert stored != raw
    assert makers.opened(stored).size == (40, 30)


def test_upload__replaces_the_picture_before_and_deletes_its_file(ana, folder):
    first = name_of(send(link(ana), PNG))

    second = name_of(send(link(ana), PNG))

    assert first != second
    assert (fresh(ana), kept(folder)) == (second, [second])


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"", 415, "PICTURE_TYPE_REFUSED"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', 415, "PICTURE_TYPE_REFUSED"),
        (makers.encoded("GIF", mode="P"), 415, "PICTURE_TYPE_REFUSED"),
        (PNG + makers.PAYLOAD, 422, "PICTURE_BROKEN"),
        (makers.encoded("JPEG") + b"PK\x03\x04", 422, "PICTURE_BROKEN"),
        (makers.encoded("JPEG")[:-40], 422, "PICTURE_BROKEN"),
        (makers.bomb(), 413, "PICTURE_TOO_LARGE"),
        (PNG + bytes(MOST_BYTES), 413, "PICTURE_TOO_LARGE"),
    ],
    ids=["nothing", "svg", "gif", "polyglot png", "polyglot jpeg", "cut", "bomb", "bytes"],
)
def test_upload__refuses_with_a_code_stores_nothing_and_uses_the_link_up(ana, folder, raw, status, code):
    before = name_of(send(link(ana), PNG))
    path = link(ana)

    answer = send(path, raw)

    assert (answer.status_code, code_of(answer)) == (status, code)
    assert (fresh(ana), kept(folder)) == (before, [before])
    assert code_of(send(path, PNG)) == "UPLOAD_LINK_USED"


def test_upload__second_use_of_a_link_is_refused(ana, folder):
    path = link(ana)
    name = name_of(send(path, PNG))

    again = send(path, makers.encoded("JPEG"))

    assert (again.status_code, code_of(again)) == (409, "UPLOAD_LINK_USED")
    assert (fresh(ana), kept(folder)) == (name, [name])


def test_upload__link_is_good_for_ten_minutes_exclusive(ana, folder, clock):
    path, late = link(ana), link(factories.user())

    clock.move_to(NOW + timedelta(minutes=9, seconds=59))
    assert send(path, PNG).status_code == 200
    clock.move_to(NOW + timedelta(minutes=10))
    answer = send(late, PNG)

    assert (answer.status_code, code_of(answer)) == (410, "UPLOAD_LINK_EXPIRED")
    assert len(kept(folder)) == 1


@pytest.mark.parametrize("token", ["nonsense", "a/b/c", "x" * 2000, "żółw", "..%2f..%2fetc", "%00"])
def test_upload__refuses_tokens_that_are_none(token, folder):
    answer = send(f"/uploads/{token}", PNG)

    assert (answer.status_code, code_of(answer)) == (404, "UPLOAD_LINK_INVALID")
    assert kept(folder) == []


def test_upload__hash_of_a_token_is_no_token(ana, folder):
    link(ana)

    answer = send(f"/uploads/{PictureUpload.objects.get().token_hash}", PNG)

    assert code_of(answer) == "UPLOAD_LINK_INVALID"
    assert kept(folder) == []


def test_ask__again_kills_the_older_link_of_the_same_and_no_other(ana, folder):
    place = factories.business(owner=ana)
    old, of_place = link(ana), link(ana, business_id=place.pk)
    new = link(ana)

    assert code_of(send(old, PNG)) == "UPLOAD_LINK_INVALID"
    assert kept(folder) == []
    assert send(new, PNG).status_code == send(of_place, PNG).status_code == 200


def test_upload__goes_to_what_the_link_is_for_whoever_sends_the_bytes(folder):
    ana, eve = factories.user(), factories.user()
    browser_of_eve = Client()
    browser_of_eve.force_login(eve)

    answer = browser_of_eve.put(link(ana), PNG, content_type="image/png")

    assert (fresh(ana), fresh(eve)) == (name_of(answer), "")


def test_upload__by_who_says_to_be_somebody_else_is_refused_and_leaves_the_link_good(folder):
    ana, eve = factories.user(), factories.user()
    path = link(ana)
    tokens = {user: start_session(user=user, now=NOW).access_token for user in (ana, eve)}

    for header in (f"Bearer {tokens[eve]}", "Bearer nonsense", "Api-Key slw_x"):
        refused = send(path, PNG, headers={"authorization": header})
        assert (refused.status_code, code_of(refused)) == (404, "UPLOAD_LINK_INVALID")
    assert kept(folder) == []

    assert send(path, PNG, headers={"authorization": f"Bearer {tokens[ana]}"}).status_code == 200


def test_upload__for_a_consultant_and_a_practice_changes_those_alone(folder):
    service = factories.service()
    owner, place = service.business.owner, service.business
    person, other = factories.consultant(service), factories.consultant(service)

    of_person = name_of(send(link(owner, consultant_id=person.pk), PNG))
    of_place = name_of(send(link(owner, business_id=place.pk), PNG))

    assert [fresh(row) for row in (person, place, other, owner)] == [of_person, of_place, "", ""]
    assert kept(folder) == sorted([of_person, of_place])


def test_upload__is_refused_where_the_right_was_taken_away_meanwhile(folder):
    service = factories.service()
    person = factories.consultant(service)
    manager = factories.staff_of(service.business).user
    paths = [link(manager, consultant_id=person.pk), link(manager, business_id=service.business.pk)]
    StaffMember.objects.filter(user=manager).update(role=StaffMember.Role.STAFF)

    body = Endless()
    answers = [send(path, b"", **{"CONTENT_LENGTH": str(MOST_BYTES), "wsgi.input": body}) for path in paths]

    assert [(answer.status_code, code_of(answer)) for answer in answers] == [(403, "FORBIDDEN")] * 2
    assert (body.given, PictureUpload.objects.filter(used_at__isnull=False).count()) == (0, 0)
    assert (fresh(person), fresh(service.business), kept(folder)) == ("", "", [])


@pytest.mark.parametrize("closed", [{"is_active": False}, {"deleted_at": NOW}])
def test_upload__is_refused_where_the_account_was_closed_meanwhile(ana, folder, closed):
    path = link(ana)
    User.objects.filter(pk=ana.pk).update(**closed)

    answer = send(path, PNG)

    assert (answer.status_code, code_of(answer)) == (403, "FORBIDDEN")
    assert kept(folder) == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "PATCH"])
def test_upload__by_any_other_method_changes_nothing(ana, folder, method):
    path = link(ana)

    answer = send(path, PNG, method=method)

    assert (answer.status_code, answer["Allow"]) == (405, "PUT, POST")
    assert not PictureUpload.objects.filter(used_at__isnull=False).exists()
    assert send(path, PNG).status_code == 200


def test_upload__over_the_stated_length_is_refused_unread(ana, folder):
    body = Endless()
    stated = str(MOST_BYTES + 1)

    answer = send(link(ana), b"", **{"CONTENT_LENGTH": stated, "wsgi.input": body})

    assert (answer.status_code, code_of(answer)) == (413, "PICTURE_TOO_LARGE")
    assert (body.given, kept(folder)) == (0, [])


def test_upload__without_an_end_is_read_to_the_limit_and_refused(ana, folder):
    body = Endless()

    answer = send(link(ana), b"", **{"CONTENT_LENGTH": "", "wsgi.input": body, "wsgi.input_terminated": True})

    assert (answer.status_code, code_of(answer)) == (413, "PICTURE_TOO_LARGE")
    assert (body.given, kept(folder)) == (MOST_BYTES + 1, [])


@pytest.mark.parametrize(
    ("stated", "body"), [("9", Broken), (str(len(PNG) + 100), lambda: io.BytesIO(PNG))], ids=["gone", "short"]
)
def test_upload__that_breaks_off_leaves_the_link_good(ana, folder, stated, body):
    path = link(ana)

    answer = send(path, b"", **{"CONTENT_LENGTH": stated, "wsgi.input": body()})

    assert (answer.status_code, code_of(answer), kept(folder)) == (422, "PICTURE_BROKEN", [])
    assert send(path, PNG).status_code == 200


def test_upload__refuses_multipart_as_no_picture(ana, folder):
    answer = Client().post(link(ana), {"file": "x"})

    assert code_of(answer) == "PICTURE_TYPE_REFUSED"
    assert kept(folder) == []


def test_upload__that_cannot_be_kept_says_so_and_shows_nothing_new(ana, folder):
    folder.write_text("a file where the folder should be")

    answer = send(link(ana), PNG)

    assert (answer.status_code, code_of(answer)) == (503, "PICTURE_NOT_KEPT")
    assert fresh(ana) == ""


def test_upload__is_counted_by_network(ana, settings, folder):
    settings.RATE_LIMITS = {"anonymous": "2/minute"}
    path = link(ana)
    for _ in range(2):
        send("/uploads/guess", PNG)

    answer = send(path, PNG)

    assert (answer.status_code, code_of(answer), answer["Retry-After"]) == (429, "RATE_LIMITED", "60")
    assert send(path, PNG, REMOTE_ADDR="192.0.2.7").status_code == 200


def test_upload__leaves_no_token_in_the_log_or_the_database(ana, caplog, folder):
    caplog.set_level(logging.DEBUG)
    used, unused = link(ana), link(factories.user())
    with CaptureQueriesContext(connection) as statements:
        send(used, PNG)
        send(used, PNG)
        send(unused, PNG, method="GET")
        send(unused, b"<svg/>")

    for path in (used, unused):
        token = path.rpartition("/")[2]
        assert token not in caplog.text
        assert not any(token in each["sql"] for each in statements.captured_queries)
        assert PictureUpload.objects.get(token_hash=token_hash(token))


def test_upload__answers_a_page_of_the_allow_list_and_no_other(ana, settings, folder):
    settings.CORS_ALLOWED_ORIGINS = ["https://www.example.org"]
    settings.CORS_ALLOWED_ORIGIN_REGEXES = []
    asks = {
        "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
        "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "content-type",
    }
    path = link(ana)

    friend = Client().options(path, HTTP_ORIGIN="https://www.example.org", **asks)
    stranger = Client().options(path, HTTP_ORIGIN="https://evil.example", **asks)
    answer = send(path, PNG, HTTP_ORIGIN="https://www.example.org")

    assert friend.status_code == 200
    assert friend["Access-Control-Allow-Origin"] == "https://www.example.org"
    assert "PUT" in friend["Access-Control-Allow-Methods"].split(", ")
    assert "content-type" in friend["Access-Control-Allow-Headers"].split(", ")
    assert "Access-Control-Allow-Origin" not in stranger
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "https://www.example.org")


def test_show__gives_a_picture_that_can_be_nothing_else(ana, folder):
    name = name_of(send(link(ana), PNG))

    answer, head = Client().get(f"/pictures/{name}"), Client().head(f"/pictures/{name}")

    assert answer.content == (folder / name).read_bytes()
    for each in (answer, head):
        assert each.status_code == 200
        assert each["Content-Type"] == "image/webp"
        assert each["X-Content-Type-Options"] == "nosniff"
        assert each["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert each["Cache-Control"] == "public, max-age=86400, immutable"
        assert each["Content-Length"] == str(len(answer.content))
        assert not each.cookies
    assert head.content == b""


@pytest.mark.parametrize(
    "name",
    [
        "0" * 32 + ".webp",
        "secret.txt",
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "0" * 32 + ".webp%00",
        "0" * 32 + ".webp%0a",
        "0" * 31 + "٠.webp",
        "A" * 32 + ".webp",
        "",
    ],
)
def test_show__knows_only_names_of_its_own(folder, name):
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    (folder.parent / "secret.txt").write_text("secret")

    answer = Client().get(f"/pictures/{name}")

    assert answer.status_code == 404
    assert b"secret" not in answer.content.replace(name.encode(), b"")


def test_show__by_any_other_method_changes_nothing(ana, folder):
    name = name_of(send(link(ana), PNG))

    answer = Client().delete(f"/pictures/{name}")

    assert (answer.status_code, kept(folder)) == (405, [name])
