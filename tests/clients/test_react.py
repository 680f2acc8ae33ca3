"""The React example in Chromium, built and on an origin of its own, before a real server and worker."""

import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Route, expect

from tests.browser.desk import NARROW
from tests.clients.booking_answers import INTERNAL, NO_SENSE, TOO_OFTEN
from tests.clients.booking_page import Visitor
from tests.clients.booking_place import WARSAW, Place, a_place
from tests.clients.demo import Client
from tests.clients.documents import SERVICES
from tests.clients.server import expect as hold_to
from tests.clients.server import wait_for

pytestmark = [pytest.mark.prove, pytest.mark.busy]

NEW_YORK, AUCKLAND = "America/New_York", "Pacific/Auckland"
TIMES = """
query Times($service: ID!, $from: DateTime, $until: DateTime, $here: TimeZone!) {
  openSlots(serviceId: $service, from: $from, until: $until, first: 100) {
    edges { node { startsAt here: local(timezone: $here) { date time } there: local { date time } } }
  }
}
"""
SHOWN = """() => [...document.querySelectorAll('.days fieldset')].flatMap(day =>
  [...day.querySelectorAll('label')].map(label => ({
    day: day.querySelector('legend').innerText.replace(',', ''),
    startsAt: label.querySelector('input').value,
    here: label.querySelector('time').innerText,
    there: [...label.querySelectorAll('small')].map(small => small.lastChild.textContent).join(' '),
  })))"""


@pytest.fixture(scope="module")
def place(migrated_template, tmp_path_factory):
    with a_place(migrated_template, tmp_path_factory.mktemp("react")) as place:
        yield place


def test_keyboard_alone__books_pays_moves_and_cancels(place):
    email = "carla@example.org"
    with place.visitor("keyboard") as carla:
        carla.start()
        carla.looked_at("1-services")
        carla.press("First talk")
        carla.arrives_at("First talk: when?")
        carla.tab_to("With")
        carla.page.keyboard.press("ArrowDown")
        expect(carla.page.get_by_label("With")).not_to_have_value("")
        expect(carla.times.first).to_be_visible()
        carla.press("Later")
        expect(carla.times.first).to_be_visible()
        carla.tab_to(carla.times.first.inner_text())
        carla.page.keyboard.press("ArrowDown")
        carla.looked_at("2-times")
        carla.press("Continue")

        carla.arrives_at("Who comes?")
        carla.type_into("Your name", "Carla Client")
        carla.type_into("Your e-mail address", email)
        carla.press("I agree to this.", "Space")
        carla.looked_at("3-details")
        carla.press("Ask for this time")
        carla.arrives_at("Is this your address?")
        carla.type_into("The six digits", place.api.code_for(email))
        carla.looked_at("4-code")
        carla.page.keyboard.press("Enter")
        carla.sees("PENDING")
        carla.looked_at("5-pending")

        place.approve(carla)
        carla.sees("APPROVED")
        expect(carla.page.get_by_role("status").filter(has_text="waiting for payment")).to_be_visible()
        carla.looked_at("6-approved")
        carla.press("Pay")
        carla.page.wait_for_url("**/payments/sandbox/**")
        carla.press("Pay")
        expect(carla.page.locator("[data-state]")).to_be_visible()
        carla.press("Back to the booking")
        carla.sees("CONFIRMED")
        moves = carla.page.locator(".timeline strong")
        expect(moves).to_have_text(
            ["Asked for", "Address proven", "Approved", "Payment started", "Paid and confirmed"]
        )
        carla.looked_at("7-confirmed")

        carla.press("Move to another time")
        carla.press("Later")
        expect(carla.times.first).to_be_visible()
        carla.tab_to(carla.times.first.inner_text())
        carla.page.keyboard.press("ArrowDown")
        moved_to = carla.page.locator(".times input:checked").input_value()
        carla.looked_at("8-moving")
        carla.press("Move it there")
        expect(moves.last).to_have_text("Moved to another time")
        expect(carla.page.locator(f"dd time[datetime='{moved_to}']")).to_be_visible()

        carla.press("Cancel this booking")
        carla.press("Send me a code to cancel with")
        expect(carla.page.get_by_label("The six digits")).to_be_focused()
        carla.page.keyboard.type(place.api.code_for(email, about="Cancel"))
        carla.page.keyboard.press("Enter")
        carla.sees("CANCELLED")
        expect(moves.last).to_have_text("Cancelled")
        carla.arrives_at("Booking MS-")
        carla.looked_at("9-cancelled")
    assert place.bookings_of(email) == ["CANCELLED"]


def shown_and_true(place: Place, visitor: Visitor, zone: str) -> list[dict[str, str]]:
    """Compare each time that the page shows with what the API says of its instant; give the page's."""
    shown = visitor.page.evaluate(SHOWN)
    instants = [datetime.fromisoformat(each["startsAt"]) for each in shown]
    services = {e["node"]["name"]: e["node"]["id"] for e in place.api.ask(SERVICES)["services"]["edges"]}
    asked = {
        "service": services["First talk"],
        "from": instants[0].isoformat(),
        "until": (instants[-1] + timedelta(seconds=1)).isoformat(),
        "here": zone,
    }
    nodes = [edge["node"] for edge in place.api.ask(TIMES, asked)["openSlots"]["edges"]]

    def said(node) -> dict[str, str]:
        day, there = (datetime.fromisoformat(node[where]["date"]) for where in ("here", "there"))
        return {
            "day": f"{day:%A} {day.day} {day:%B %Y}",
            "startsAt": node["startsAt"],
            "here": node["here"]["time"],
            "there": f"{there:%a} {node['there']['time']}",
        }

    assert shown == [said(node) for node in nodes]
    return shown


def test_phone_across_the_date_line__shows_both_clocks_and_books(place):
    email = "aroha@example.org"
    with place.visitor("phone", zone=AUCKLAND, size=NARROW, dark=True) as aroha:
        aroha.start()
        aroha.looked_at("1-services")
        aroha.page.get_by_role("button", name="First talk").click()
        aroha.page.get_by_role("button", name="Later").click()
        expect(aroha.times.first).to_be_visible()
        shown = shown_and_true(place, aroha, AUCKLAND)
        assert len(shown) > 20
        assert [each for each in shown if each["day"][:3] != each["there"][:3]], "no time crosses midnight"
        aroha.looked_at("2-times")

        aroha.times.last.click()
        starts_at = datetime.fromisoformat(aroha.page.locator(".times input:checked").input_value())
        aroha.page.get_by_role("button", name="Continue").click()
        aroha.fill_in("Aroha Ngata", email)
        for zone in (AUCKLAND, WARSAW):
            local = starts_at.astimezone(ZoneInfo(zone))
            words = re.compile(f"{local:%A},? {local.day} {local:%B %Y}, {local:%H:%M}–")
            expect(aroha.page.locator(".time-shown")).to_contain_text(words)
        aroha.looked_at("3-details")
        aroha.ask()
        aroha.page.goto(place.site.origin + place.link_for(email, "/bookings/verify"))
        aroha.looked_at("4-link")
        assert "token" not in aroha.page.url
        aroha.page.get_by_role("button", name="Confirm my request").click()
        aroha.sees("PENDING")
        expect(aroha.page.locator("dd time").first).to_have_attribute(
            "datetime", starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
        aroha.looked_at("5-pending")
        cancel_and_open_by_links(place, aroha, email)


def cancel_and_open_by_links(place: Place, aroha: Visitor, email: str) -> None:
    """Cancel by the mailed link, look from elsewhere, and open by the mailed link, an older one being before it."""
    held, page = place.id_of(email), aroha.page
    page.get_by_role("button", name="Cancel this booking").click()
    page.get_by_role("button", name="Send me a code to cancel with").click()
    page.goto(place.site.origin + place.link_for(email, "/bookings/cancel"))
    assert place.bookings_of(email) == ["PENDING"]
    page.get_by_role("button", name="Cancel my booking").click()
    aroha.sees("CANCELLED")
    expect(page.locator(".timeline strong").last).to_have_text("Cancelled")

    page.goto(f"{aroha.url}/bookings/status?id={held.lower()}")
    expect(page.locator(".timeline strong").last).to_have_text("Cancelled")
    expect(page.get_by_role("button", name="instead")).to_have_count(0)
    page.goto(f"{aroha.url}/bookings/status?id={place.lapsing}")
    expect(page.locator(".timeline strong").last).to_have_text("Cancelled")
    page.get_by_role("button", name=f"Show {place.lapsing} instead").click()
    expect(page.get_by_role("heading", name=f"Booking {place.lapsing}")).to_be_visible()

    page.goto(f"{aroha.url}/bookings/status?id={held}")
    page.get_by_role("button", name=f"Show {held} instead").click()
    page.get_by_role("button", name="Send me a code").click()
    page.goto(f"{place.site.origin}/bookings/open#token=an-older-one")
    page.get_by_role("button", name="Open my booking").click()
    expect(page.locator(".problem")).to_be_focused()
    page.goto(place.site.origin + place.link_for(email, "/bookings/open"))
    expect(page.locator(".problem")).to_have_count(0)
    assert "token" not in page.url
    page.get_by_role("button", name="Open my booking").click()
    expect(page.locator(".timeline strong").last).to_have_text("Cancelled")


def next_change(zone: str, after: datetime) -> datetime:
    """Give the first midnight, UTC, after which the zone's clock has another offset a day later."""
    day = after.replace(hour=0, minute=0, second=0, microsecond=0)
    while day.astimezone(ZoneInfo(zone)).utcoffset() == (
        (day + timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset()
    ):
        day += timedelta(days=1)
    return day


def test_week_in_which_the_clock_changes__shows_the_times_of_the_api(place):
    place.database.sql("UPDATE bookings_service SET horizon = 365 WHERE name = 'First talk'")
    change = next_change(NEW_YORK, datetime.now(UTC) + timedelta(days=15))
    with place.visitor("clocks", zone=NEW_YORK, now=change - timedelta(days=9)) as nora:
        nora.start()
        nora.page.get_by_role("button", name="First talk").click()
        nora.page.get_by_role("button", name="Later").click()
        expect(nora.times.first).to_be_visible()
        shown = shown_and_true(place, nora, NEW_YORK)
        hours = {
            datetime.fromisoformat(each["startsAt"]).astimezone(ZoneInfo(NEW_YORK)).utcoffset()
            for each in shown
        }
        assert len(hours) == 2, "the clock does not change between these times"
        nora.looked_at("times")


def test_lost_answers_and_a_second_tab__book_once(place):
    email = "olga@example.org"
    with place.visitor("offline") as olga:
        olga.start()
        olga.choose("First talk", which=2)
        olga.fill_in("Olga Offline", email)
        olga.cut_off = True
        olga.context.set_offline(True)
        olga.ask()
        expect(olga.page.get_by_text("No connection.")).to_be_visible()
        olga.picture("1-no-connection")
        expect(olga.page.get_by_label("Your name")).to_have_value("Olga Offline")
        assert place.bookings_of(email) == []

        dropped = []

        def drop_first(route: Route) -> None:
            if "draftBooking" in (route.request.post_data or "") and not dropped:
                dropped.append(route.fetch().json()["data"]["draftBooking"]["booking"]["acknowledgementId"])
                route.abort("connectionreset")
            else:
                route.continue_()

        olga.context.route("**/graphql/", drop_first)
        olga.context.set_offline(False)
        expect(olga.page.get_by_role("heading", name="Is this your address?")).to_be_visible()
        olga.cut_off = False
        olga.context.unroute("**/graphql/")
        assert place.bookings_of(email) == ["DRAFT"]
        assert dropped == [place.id_of(email)]

        other = olga.tab()
        expect(other.get_by_role("heading", name="Is this your address?")).to_be_visible()
        other.close()
        prove_in_two_tabs(place, olga, email)
        assert place.bookings_of(email) == ["APPROVED"]


def prove_in_two_tabs(place: Place, olga: Visitor, email: str) -> None:
    """Type wrong codes in the one tab until it is told to wait, and open the link in the other: both see PENDING."""
    wrong = f"{(int(place.api.code_for(email)) + 1) % 1_000_000:06}"
    submit = olga.page.get_by_role("button", name="Prove my address")
    for _ in range(5):
        olga.prove(wrong)
        expect(olga.page.locator(".problem")).to_be_focused()
        expect(submit).to_be_enabled()
    olga.prove(wrong)
    expect(olga.page.locator(".problem")).to_contain_text("Try again in")
    olga.looked_at("2-too-often")
    second = olga.tab(place.link_for(email, "/bookings/verify"))
    second.get_by_role("button", name="Confirm my request").click()
    olga.sees("PENDING", page=second)
    olga.sees("PENDING")
    expect(olga.page.get_by_text("Olga Offline")).to_be_visible()
    place.approve(olga)
    olga.sees("APPROVED")
    olga.sees("APPROVED", page=second)


def test_two_tabs_that_ask_at_once__book_once(place):
    email = "tina@example.org"
    with place.visitor("tabs") as tina:
        tina.start()
        tina.choose("Coaching", which=3)
        tina.fill_in("Tina Tabs", email)
        second = tina.tab()
        expect(second.get_by_label("Your name")).to_have_value("Tina Tabs")
        buttons = [
            page.get_by_role("button", name="Ask for this time").element_handle()
            for page in (tina.page, second)
        ]
        at = (time.time() + 2) * 1_000
        for button in buttons:
            button.evaluate("(it, at) => void setTimeout(() => it.click(), at - Date.now())", at)
        for page in (tina.page, second):
            expect(page.get_by_role("heading", name="Is this your address?")).to_be_visible()
        assert place.bookings_of(email) == ["DRAFT"]


def test_time_lost_to_somebody_else__offers_others_and_keeps_what_was_typed(place):
    email = "lea@example.org"
    with place.visitor("lost") as lea:
        lea.start()
        first = lea.choose("Coaching", which=0)
        lea.fill_in("Lea Late", email)
        hold_to("the time", Client(place.api).book("Coaching").slot["startsAt"], first)
        lea.ask()
        expect(lea.page.locator(".problem")).to_be_focused()
        lea.looked_at("1-at-drafting")
        take_suggested(lea, "Take this time")
        lea.arrives_at("Who comes?")
        expect(lea.page.get_by_label("Your e-mail address")).to_have_value(email)
        expect(lea.page.get_by_label("I agree to this.")).to_be_checked()
        lea.ask()
        expect(lea.page.get_by_role("heading", name="Is this your address?")).to_be_visible()

        Client(place.api).book("Coaching")
        code = place.api.code_for(email)
        lea.prove(code)
        expect(lea.page.get_by_role("heading", name="Open instead")).to_be_visible()
        expect(lea.page.get_by_role("alert")).to_contain_text("Your name and address are kept")
        lea.looked_at("2-at-proving")
        take_suggested(lea, "Take this time")
        expect(lea.page.get_by_label("The six digits")).to_be_visible()
        wait_for(lambda: place.api.code_for(email) != code or None, "a new code")
        lea.prove(place.api.code_for(email))
        lea.sees("PENDING")
        expect(lea.page.get_by_text(f"Lea Late, {email}")).to_be_visible()
    assert place.bookings_of(email) == ["PENDING"]


def take_suggested(visitor: Visitor, button: str) -> None:
    visitor.times.first.click()
    visitor.page.get_by_role("button", name=button).click()


def test_what_goes_wrong__is_told_with_a_way_on(place):
    with place.visitor("wrong") as wanda:
        trouble = iter([INTERNAL, TOO_OFTEN, NO_SENSE])

        def answer(route: Route) -> None:
            told = next(trouble, None) if "query Services" in (route.request.post_data or "") else None
            route.fulfill(**told) if told else route.continue_()

        wanda.expect(500, 429)
        wanda.context.route("**/graphql/", answer)
        wanda.page.goto(wanda.url)
        again = wanda.page.get_by_role("button", name="Try again")
        expect(wanda.page.get_by_role("alert")).to_contain_text("Something went wrong.")
        again.click()
        expect(wanda.page.get_by_role("alert")).to_contain_text("too often")
        expect(again).to_be_disabled()
        wanda.looked_at("1-too-often")
        expect(again).to_be_enabled()
        before = list(wanda.wrong)
        again.click()
        expect(wanda.page.get_by_role("heading", name="Something went wrong on this page")).to_be_visible()
        assert wanda.wrong != before, "the mistake is not in the console"
        wanda.wrong[:] = before
        wanda.context.unroute("**/graphql/")
        wanda.page.get_by_role("button", name="Load the page again").click()

        four_weeks = 28 * 24 * 60
        place.database.sql("UPDATE bookings_service SET notice = %s WHERE name = 'Group evening'", four_weeks)
        wanda.page.get_by_role("button", name="Group evening").click()
        expect(wanda.page.get_by_text("No time is open in these days.")).to_be_visible()

        wanda.page.goto(f"{wanda.url}/nowhere")
        expect(wanda.page.get_by_role("heading", name="There is no such page here")).to_be_visible()
        wanda.page.goto(f"{wanda.url}/bookings/status?id=MS-000000")
        expect(wanda.page.get_by_role("alert")).to_contain_text("There is no booking with the id MS-000000.")
        wanda.page.goto(f"{wanda.url}/bookings/status?id={place.lapsing}")
        wanda.sees("EXPIRED")
        wanda.page.get_by_role("button", name="Send me a code").click()
        wanda.page.get_by_label("The six digits").fill(place.api.code_for("late@example.org", about="Open"))
        wanda.page.get_by_role("button", name="Open my booking").click()
        expect(wanda.page.locator(".timeline strong")).to_have_text(["Asked for", "Lapsed"])
        wanda.looked_at("2-lapsed")
