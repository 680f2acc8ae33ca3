"""The charts of the admin's first page: of whom they are, that the tables say the same, and that they can be seen."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.contrib.staticfiles import finders

from bookings.admin.charts import GROUPS
from tests import factories
from tests.admin.waiting import NOON, at, home, host_of_practice, owner_of, review, to_mark

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _clock() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def test_figures__are_of_whom_one_chooses_among_one_s_own() -> None:
    host, elsewhere = host_of_practice(), host_of_practice()
    second = host_of_practice()
    factories.approved(second, second.services.get(), **at(24))
    second.business.owner = host.business.owner
    second.business.save()
    owner = owner_of(host)

    first = home(owner)
    chosen = home(owner, of=f"b{second.business_id}")
    foreign = home(owner, of=f"b{elsewhere.business_id}")

    assert f"How it goes: {host.business.name}" in first
    assert f"How it goes: {second.business.name}" in chosen
    assert drawn(chosen, "bookings", "Approved, not yet paid") == [0.0] * 30 + [1.0] + [0.0] * 13
    assert elsewhere.business.name not in foreign


def test_charts__say_what_their_tables_say() -> None:
    host = host_of_practice()
    to_mark(host)
    review(host)
    owner = owner_of(host)

    page = home(owner)

    assert sum(drawn(page, "bookings", "Confirmed")) == sum(drawn(page, "bookings", "Completed")) == 1
    assert drawn(page, "no-shows", "Not attended")[-1] == 0.0
    assert drawn(page, "money-eur-test", "Came in")[-1] == 120.0
    table = page.partition('id="chart-money-eur-test"')[2].partition("</figure>")[0]
    assert '<th scope="row">Mon 7 Jan 2030</th><td>120.00 EUR</td><td>0.00 EUR</td>' in table
    use = page.partition('id="chart-utilisation"')[2].partition("</figure>")[0]
    assert '<th scope="row">7 Jan – 13 Jan 2030</th><td>0.6% (60 of 10080 min)</td>' in use


def drawn(page: str, chart: str, series: str) -> list[float]:
    """What the script is given of one figure."""
    found = re.findall(rf'<script id="chart-{chart}-drawn" type="application/json">([^<]+)<', page)
    return next(each["values"] for each in json.loads(found[0])["series"] if each["name"] == series)


@pytest.mark.parametrize(("mode", "ground"), [(":root", "#ffffff"), (".dark", "#101828")])
def test_charts__have_colours_that_stand_out_from_the_ground(mode: str, ground: str) -> None:
    path = finders.find("admin-bookings/home.css")
    assert path
    line = next(line for line in Path(path).read_text().splitlines() if line.startswith(f"{mode} {{ --chart"))
    colours = re.findall(r"#[0-9a-f]{6}", line)

    assert len(colours) == len(set(colours)) == len(GROUPS)
    assert all(contrast(colour, ground) >= 3 for colour in colours)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2 between two colours."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
