"""How long the answers take that must not tell whether an address is known.

python -m tests.benchmarks.enumeration [--calls 200] [--only requestPasswordReset]

Starts a PostgreSQL of its own and asks, in process and over the real view, about a known and an unknown address in
turns, the order turned round in every pair. Passwords are hashed as in production. Ends with 1 where the medians of a
question differ by 10 % or more.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.postgres import running_postgres

WARM_UP = 10
MOST = 0.10

REGISTER = """mutation ($email: Email!) {
  register(input: {email: $email, password: "a kettle of green tea", fullName: "Ana Horvat"}) {
    registrationId errors { code } } }"""
LOG_IN = """mutation ($email: Email!) {
  tokenAuth(input: {email: $email, password: "not the password"}) { token errors { code } } }"""
RESET = "mutation ($email: Email!) { requestPasswordReset(input: {email: $email}) { errors { code } } }"
DRAFT = """mutation ($email: Email!, $service: ID!, $start: DateTime!) {
  draftBooking(input: {email: $email, fullName: "Ana Horvat", consent: true, serviceId: $service, startsAt: $start}) {
    booking { id acknowledgementId status } errors { code } } }"""
ACCESS = "mutation ($email: Email!) { requestBookingAccess(input: {email: $email}) { errors { code } } }"
ACCESS_BY_ID = """mutation ($id: String!) {
  requestBookingAccess(input: {acknowledgementId: $id}) { errors { code } } }"""


@dataclass(frozen=True)
class Question:
    """One mutation, and what it is asked with for the address of a number, known or not."""

    name: str
    document: str
    variables: Callable[[int, bool], dict[str, Any]]
    refused: bool = False


@dataclass(frozen=True)
class Figure:
    """The times of one question, in milliseconds."""

    name: str
    known: list[float]
    unknown: list[float]

    @property
    def ratio(self) -> float:
        """The median for an unknown address against that for a known one."""
        return statistics.median(self.unknown) / statistics.median(self.known)

    def __str__(self) -> str:
        cells = [f"{told(self.known):>22}", f"{told(self.unknown):>22}", f"{self.ratio:6.3f}"]
        return f"{self.name:<32} | " + " | ".join(cells)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; give 1 where a question tells the two apart."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.enumeration", description=__doc__)
    parser.add_argument("--calls", type=int, default=200, help="pairs for each question")
    parser.add_argument("--only", default="", help="the beginning of a question's name")
    asked = parser.parse_args(arguments)
    with running_postgres() as url:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "DEBUG": "true",
            "DATABASE_URL": url,
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "ERROR",
        }
        import django  # noqa: PLC0415 - the settings read the address above

        django.setup()
        from django.core.management import call_command  # noqa: PLC0415
        from django.test.utils import setup_test_environment  # noqa: PLC0415

        setup_test_environment(debug=False)
        call_command("migrate", verbosity=0)
        open_limits()
        questions = [each for each in prepare(asked.calls + WARM_UP) if each.name.startswith(asked.only)]
        print(f"{asked.calls} pairs, milliseconds: median (quartiles)")
        print(f"{'':<32} | {'known address':>22} | {'unknown address':>22} |  ratio")
        figures = [measure(question, asked.calls) for question in questions]
        return 1 if any(map(differs, figures)) else 0


def open_limits() -> None:
    """Let every limit count, at a rate that nobody here reaches."""
    from django.conf import settings  # noqa: PLC0415

    from bookings.limits.policies import row_names  # noqa: PLC0415

    settings.RATE_LIMITS = dict.fromkeys(row_names(), "100000/hour")


def prepare(number: int) -> list[Question]:
    """Make people with an account and a booking each, and give the questions about them and about nobody."""
    from django.contrib.auth.hashers import make_password  # noqa: PLC0415

    from bookings.accounts.models import User  # noqa: PLC0415
    from bookings.booking import services  # noqa: PLC0415
    from bookings.common import clock  # noqa: PLC0415
    from schema.common.inputs import write_id  # noqa: PLC0415
    from tests import factories  # noqa: PLC0415

    now = clock.now()
    start = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
    service = factories.service(seats=1000)
    host = factories.consultant(service)
    hashed = make_password(factories.PASSWORD)
    User.objects.bulk_create(
        User(email=address(each, True), password=hashed, full_name="Ana Horvat", email_verified_at=now)
        for each in range(number)
    )
    ids = []
    for each in range(number):
        # The second is asked for by its id: within a minute one booking's mail goes out once.
        for email in (address(each, True), f"third{each:04}@example.org"):
            drafted = factories.draft(host, service, now=now, email=email, starts_at=start)
            services.verify(passed=factories.passed(drafted, now=now), now=now)
        ids.append(drafted.acknowledgement_id)
    slot = {"service": write_id("Service", service.pk), "start": (start + timedelta(days=1)).isoformat()}
    return [
        Question("register", REGISTER, by_address),
        Question("tokenAuth (wrong password)", LOG_IN, by_address, refused=True),
        Question("requestPasswordReset", RESET, by_address),
        Question("draftBooking", DRAFT, lambda each, known: {**slot, **by_address(each, known)}),
        Question("requestBookingAccess by address", ACCESS, by_address),
        Question(
            "requestBookingAccess by id",
            ACCESS_BY_ID,
            lambda each, known: {"id": ids[each] if known else f"MS-{each:06}"},
        ),
    ]


def address(each: int, known: bool) -> str:
    """Give an address; both kinds are as long."""
    return f"{'known' if known else 'other'}{each:04}@example.org"


def by_address(each: int, known: bool) -> dict[str, Any]:
    """Give the variables of a question about an address alone."""
    return {"email": address(each, known)}


def measure(question: Question, calls: int) -> Figure:
    """Ask in pairs, turned round each time, and print what it took."""
    times: dict[bool, list[float]] = {True: [], False: []}
    for each in range(WARM_UP + calls):
        for known in (True, False) if each % 2 else (False, True):
            taken = ask(question, each, known)
            if each >= WARM_UP:
                times[known].append(taken)
    figure = Figure(question.name, times[True], times[False])
    print(figure, flush=True)
    return figure


def ask(question: Question, each: int, known: bool) -> float:
    """Ask once, from a network of its own, and give the milliseconds that the answer took."""
    from django.test import Client  # noqa: PLC0415

    client = Client(REMOTE_ADDR=f"10.{int(known)}.{each // 250}.{each % 250 + 1}")
    client.handler = handler()
    sent = {"query": question.document, "variables": question.variables(each, known)}
    begun = time.perf_counter()
    answer = client.post("/graphql/", sent, content_type="application/json")
    taken = (time.perf_counter() - begun) * 1000
    body = answer.json()
    (payload,) = body["data"].values()
    if "errors" in body or bool(payload["errors"]) != question.refused:
        raise RuntimeError(f"{question.name}: {body}")
    return taken


_handlers: list[Any] = []


def handler() -> Any:
    """Give one handler for all clients, with the middleware loaded once."""
    from django.test import Client  # noqa: PLC0415

    if not _handlers:
        _handlers.append(Client().handler)
    return _handlers[0]


def differs(figure: Figure) -> bool:
    """Tell, and print, whether a question tells known and unknown addresses apart."""
    apart = abs(figure.ratio - 1) >= MOST
    if apart:
        print(f"FAULT: {figure.name} tells known and unknown addresses apart")
    return apart


def told(times: list[float]) -> str:
    """Give the median and the quartiles."""
    first, middle, third = statistics.quantiles(times, n=4)
    return f"{middle:.2f} ({first:.2f}–{third:.2f})"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
