"""GraphiQL in Chromium before a real server and worker: a first booking, who is logged in, and what is kept of it."""

import re
import time

import pytest
from playwright.sync_api import Request, Route, expect

from tests.clients.graphiql_page import GraphiQL, graphiql
from tests.clients.server import Server as Mailbox
from tests.clients.server import wait_for
from tests.logwatch import WATCH
from tests.servers import ROOT, copied, running_server

pytestmark = [pytest.mark.prove, pytest.mark.only_on("postgresql"), pytest.mark.busy]

WHO = "{ me { email } }"
ADMIN = ("admin@demo.example", "slotwell-demo")
AN_HOUR_NEARLY = 55 * 60
"""Seconds after which a token of an hour is exchanged before it is used."""
PUBLISHED = {
    "DEBUG": "false",
    "DJANGO_SETTINGS_MODULE": "tests.clients.published_settings",
    "SECRET_KEY": "".join(map(chr, range(48, 58))) * 5,
    "ENCRYPTION_KEYS": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
    "ALLOWED_HOSTS": "127.0.0.1",
    "CORS_ALLOWED_ORIGINS": "none",
    "MAIL": "console",
    "MAIL_FROM": "bookings@example.org",
    "SECURE_SSL_REDIRECT": "false",
    "RATE_LIMITS": "login.address_ip=1/hour",
}
"""What the service is told outside DEBUG, but for HTTPS."""
HASHED = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")
LOOK_EVERY = 1.1
"""Seconds between two looks at the booking."""
STAFF = ("staff@demo.example", "slotwell-demo")
BROUGHT = "came with the address that you opened: read it before you run it"
STEPS = ROOT / "schema" / "graphiql" / "src" / "steps"


@pytest.fixture(scope="module")
def practice(migrated_template, tmp_path_factory):
    """One server with the demo's practices and a worker, for all of these tests."""
    folder = tmp_path_factory.mktemp("graphiql")
    with copied(migrated_template, folder) as database:
        database.manage("seed_demo")
        with running_server(database, folder, worker=True) as running:
            yield running
    assert WATCH.take() == []


def log_in_after_a_mistake(window: GraphiQL) -> None:
    window.log_in_as(STAFF[0], "not-the-password")
    expect(window.bar.get_by_role("alert")).to_contain_text("password")
    window.log_in_as(*STAFF)
    expect(window.bar).to_contain_text(STAFF[0])


def log_in_by_keyboard(window: GraphiQL) -> None:
    window.bar.get_by_role("button", name="Log in").focus()
    for each in ("Enter", "Escape", "Enter"):  # opened, closed, opened
        window.page.keyboard.press(each)
    window.page.keyboard.type(STAFF[0])
    window.page.keyboard.press("Tab")
    window.page.keyboard.type(STAFF[1])
    window.page.keyboard.press("Enter")
    expect(window.bar).to_contain_text(STAFF[0])
    expect(window.bar.get_by_role("button", name="Log out")).to_be_focused()


def pay(window: GraphiQL) -> None:
    with window.context.expect_page() as opened:
        window.guide.get_by_role("link", name="Open the payment page").click()
    opened.value.get_by_role("button", name="Pay").click()
    expect(opened.value.get_by_role("heading").first).to_be_visible()
    opened.value.close()


def book(window: GraphiQL, mailbox: Mailbox) -> tuple[str, str]:
    """Go from what can be booked to CONFIRMED, as somebody new presses through it; give the address and its code."""
    window.run(told="“First talk” goes into the next step")
    window.next("When?")
    window.run(told="goes into the next step")
    window.next("Draft")
    window.run(told="The booking is DRAFT")
    client = window.variables()["input"]["email"]
    assert sorted(window.required("DraftBookingInput")) == ["consent", "email", "fullName"]
    window.next("Prove the mailbox")
    load_anew_without_a_code(window)
    code = mailbox.code_for(client)
    window.guide.get_by_label("Code").press_sequentially(code)
    window.run(told="The booking is PENDING")
    window.next("Approve")
    window.run(told="Nobody is logged in: log in above as somebody of the practice's staff")
    log_in_after_a_mistake(window)
    window.run(told="The booking is APPROVED")
    window.next("Pay")
    window.run(told="The booking is PAYMENT_PENDING")
    pay(window)
    window.next("Look")
    wait_for(lambda: look(window) == "CONFIRMED" or None, "CONFIRMED", every=LOOK_EVERY)
    return client, code


def load_anew_without_a_code(window: GraphiQL) -> None:
    """Run the step before a code was typed, and lose the page over it, but not the booking."""
    window.run(told="Type the code from the mail first")
    (booking,) = re.findall(r'acknowledgementId": "([\w-]+)"', window.written("Variables"))
    window.picture("not-sent")
    window.kept(at="VerifyBooking")
    window.start()
    expect(window.guide.get_by_role("heading")).to_contain_text("Prove the mailbox")
    expect(window.editor("Variables")).to_contain_text(f'"{booking}"')


def look(window: GraphiQL) -> str:
    """Run the step again, as the newcomer is told to; give the status that it tells."""
    window.run(told="The booking is")
    (status,) = re.findall(r"The booking is (\w+)", window.guide.inner_text())
    return status


def cancel(window: GraphiQL, mailbox: Mailbox, client: str, used: str) -> str:
    """Ask for a code and cancel with it; give the code."""
    window.next("Ask to cancel")
    window.run(told="A new code is on its way")
    window.next("Cancel")
    expect(window.guide.get_by_label("Code")).to_have_value("")
    code = wait_for(lambda: other_code(mailbox, client, used), "a code to cancel with")
    window.guide.get_by_label("Code").fill(code)
    window.run(told="The booking is CANCELLED")
    return code


def other_code(mailbox: Mailbox, client: str, used: str) -> str | None:
    code = mailbox.code_for(client)
    return code if code != used else None


def look_again(window: GraphiQL, *, told: str) -> None:
    """Look at the booking anew."""
    window.go_to("Look")
    window.run(told=told)


def tokens_sent(window: GraphiQL) -> set[str]:
    """Listen to the page's requests; the set grows by every token that one of them carries."""
    seen: set[str] = set()

    def note(request: Request) -> None:
        headers = request.headers
        seen.update(filter(None, [headers.get("authorization", "")[7:], headers.get("x-booking-token", "")]))

    window.context.on("request", note)
    return seen


def test_book__step_by_step_to_confirmed_and_cancelled(practice):
    address = practice.url
    with graphiql(address, "graphiql-book") as window:
        mailbox, sent = Mailbox(address), tokens_sent(window)
        began = time.monotonic()
        window.start()
        client, code = book(window, mailbox)
        print(f"from opening the page to CONFIRMED: {time.monotonic() - began:.1f} s")
        window.picture("confirmed")
        cancel_code = cancel(window, mailbox, client, used=code)
        kept = window.kept(at="CancelBooking")
        shut_out = window.shut_out()

        window.bar.get_by_role("button", name="Log out").click()
        expect(window.bar).to_contain_text("You are logged out")
        (token,) = [each for each in sent if each.count(".") == 2]
        expect(window.bar).to_contain_text("Nobody is logged in")
        expect(window.token).to_have_value("")
        expect(window.guide).not_to_contain_text("CANCELLED")
        look_again(window, told="Nothing is known of that booking")
        window.go_to("StartPayment")
        expect(window.guide.get_by_role("link", name="Open the payment page")).to_have_count(0)
        window.token.fill("a-token-that-opens-nothing")
        look_again(window, told="expired or invalid")
        expect(window.bar).to_contain_text("The server did not take what was sent")
        window.bar.get_by_role("button", name="Empty the booking's access token").click()
        look_again(window, told="Nothing is known of that booking")
        refused = mailbox.http.post(
            f"{address}/graphql/", json={"query": WHO}, headers={"Authorization": f"Bearer {token}"}
        )

    assert "DraftBooking" in kept
    assert [secret for secret in {*sent, code, cancel_code, STAFF[1]} if secret in kept] == []
    assert len(sent - {"a-token-that-opens-nothing"}) == 2
    assert shut_out == []
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_keep__nothing_of_a_log_in_over_a_reload(practice):
    with graphiql(practice.url, "graphiql-reload", narrow=True, dark=True) as window:
        window.start()
        log_in_by_keyboard(window)
        window.run(told="“First talk” goes into the next step")
        window.next("When?")
        window.run(told="goes into the next step")
        found = window.variables()
        window.go_to("RequestCancellation")
        window.run(told="First run step 3, DraftBooking")
        wide = window.too_wide()
        window.picture("narrow")
        window.go_to("VerifyBooking")
        window.guide.get_by_label("Code").press_sequentially("20")  # as in `first: 20`
        window.kept(at="VerifyBooking")
        window.go_to("OpenSlots")
        window.kept(at="OpenSlots")

        window.start()

        expect(window.bar).to_contain_text("Nobody is logged in")
        expect(window.token).to_have_value("")
        expect(window.guide.get_by_role("heading")).to_contain_text("When?")
        expect(window.editor("Variables")).not_to_contain_text("SERVICE_ID")
        assert window.variables() == found
        window.go_to("Services")
        window.run(told="goes into the next step")
        assert wide == []
        assert window.shut_out() == []


def test_open__with_the_operation_of_a_link(practice):
    with graphiql(practice.url, "graphiql-link") as window:
        window.start(
            {
                "query": "query Own($of: String!) { business(slug: $of) { name } }",
                "variables": '{"of": "none"}',
            }
        )

        expect(window.editor("Operation Editor")).to_contain_text("query Own")
        expect(window.guide).to_contain_text(BROUGHT)
        assert window.variables() == {"of": "none"}
        window.write(
            "Operation Editor", 'mutation Own($code: Code = "246810") { a(b: {password: """open sesame"""}) }'
        )
        window.write("Variables", '{"accessToken": "of-a-booking", "last": "harmless"}')
        kept = window.kept(at="harmless")
        window.guide.get_by_role("button", name="A first booking, step by step").click()
        expect(window.guide.get_by_role("heading")).to_contain_text("What can be booked?")
        window.run(told="goes into the next step")
        expect(window.page.get_by_text(BROUGHT)).to_have_count(0)

    assert [each for each in ("246810", "open sesame", "of-a-booking") if each in kept] == []


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("mutation ApproveBooking { __typename }", id="a stranger's by a step's name"),
        pytest.param((STEPS / "approve.graphql").read_text(), id="a step's with a stranger's variables"),
    ],
)
def test_open__without_the_guide_s_words_above_what_a_link_brings(practice, text):
    with graphiql(practice.url, "graphiql-stranger") as window:
        window.start({"query": text, "variables": '{"input": {"bookingId": "BOOKING_ID"}}'})

        expect(window.guide).to_contain_text(BROUGHT)
        expect(window.guide.get_by_role("heading")).to_have_count(0)
        expect(window.guide.get_by_role("button", name="Run")).to_have_count(0)
        wide = window.too_wide()
        window.picture("brought")
        window.guide.get_by_role("button", name="A first booking, step by step").click()
        expect(window.guide.get_by_role("heading")).to_contain_text("What can be booked?")

    assert wide == []


def test_renew__again_after_the_connection_was_lost(practice):
    with graphiql(practice.url, "graphiql-lost") as window:
        sent = tokens_sent(window)
        window.start()
        window.log_in_as(*STAFF)
        expect(window.bar).to_contain_text(STAFF[0])
        window.page.clock.set_system_time(time.time() + AN_HOUR_NEARLY)
        window.page.route("**/graphql/", lose_renewals)
        window.run(told="goes into the next step")
        expect(window.bar).to_contain_text("could not be renewed")
        expect(window.bar).to_contain_text(STAFF[0])
        lost = [window.wrong.pop() for _ in window.wrong[:]]
        window.page.unroute("**/graphql/")
        window.next("When?")
        window.run(told="goes into the next step")
        expect(window.bar).not_to_contain_text("could not be renewed")
        expect(window.bar).to_contain_text(STAFF[0])

    assert ["ERR_INTERNET_DISCONNECTED" in each for each in lost] == [True]
    assert len(sent) == 2


def lose_renewals(route: Route) -> None:
    """Let no exchange of a token through; nothing of it comes to the server."""
    if "mutation Renew" in (route.request.post_data or ""):
        route.abort("internetdisconnected")
    else:
        route.continue_()


def test_renew__before_a_token_ends(practice):
    with graphiql(practice.url, "graphiql-renew") as window:
        sent = tokens_sent(window)
        window.start()
        window.log_in_as(*STAFF)
        expect(window.bar).to_contain_text(STAFF[0])
        window.run(told="goes into the next step")
        window.page.clock.set_system_time(time.time() + AN_HOUR_NEARLY)
        window.next("When?")
        window.run(told="goes into the next step")

    assert len(sent) == 2


def test_publish__outside_debug_to_staff_alone(practice, tmp_path):
    published = {**PUBLISHED, "PUBLISHED_IN": str(tmp_path / "static")}
    practice.database.manage(
        "collectstatic", "--no-input", "--verbosity=0", PUBLIC_URL=practice.url, **published
    )
    with (
        running_server(practice.database, tmp_path, **published) as server,
        graphiql(server.url, "graphiql-published") as window,
    ):
        address = server.url
        window.page.goto(f"{address}/graphql/")
        expect(window.page.get_by_text("Staff who are signed in find GraphiQL")).to_be_visible()

        window.page.goto(f"{address}/admin/login/?next=/graphql/")
        window.page.locator("[name=username]").fill(ADMIN[0])
        window.page.locator("[name=password]").fill(ADMIN[1])
        window.page.get_by_role("button", name="Log in").click()
        expect(window.bar).to_contain_text(f"{ADMIN[0]}, by the admin's log-in")
        window.run(told="goes into the next step")
        window.page.get_by_role("button", name="Show Documentation Explorer").click()
        expect(window.page.get_by_role("link", name="Query", exact=True)).to_be_visible()
        window.picture("docs")
        window.log_in_as("nobody@example.org", "not-the-password")
        expect(window.bar.get_by_role("alert")).to_contain_text("The address or the password is not right")
        window.log_in_as("nobody@example.org", "not-the-password")
        expect(window.bar.get_by_role("alert")).to_contain_text(re.compile(r"Too many tries.*minutes"))
        loaded = window.page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
        loaded += [worker.url for worker in window.page.workers]

    ours = {re.sub(r".*/static/graphiql/", "", name) for name in loaded if "/static/graphiql/" in name}
    assert {HASHED.sub("", name) for name in ours} >= {
        "graphiql.js",
        "graphiql.css",
        "codicon.ttf",
        "editor.worker.js",
        "graphql.worker.js",
        "json.worker.js",
    }
    assert [name for name in ours if not HASHED.search(name)] == []
