"""GraphiQL as somebody has it before them: a real browser at a real server, and what went wrong in it."""

import json
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import Locator, expect, sync_playwright

from tests.browser.conftest import CHROMIUM
from tests.browser.desk import NARROW, PICTURES, WIDE, Desk

ALONE = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
"""No name leads anywhere but to the server under test."""
REMEMBER = """
window.everKept = [];
const setItem = Storage.prototype.setItem;
Storage.prototype.setItem = function (name, value) {
  window.everKept.push(name, value);
  setItem.call(this, name, value);
};
"""
"""Remembers all that the page ever stored, even what it took away again."""
OF_GRAPHIQL = re.compile(r'nested-interactive|color-contrast.*<(?:span class="mtk|div class="line-numbers)')
"""What axe finds in GraphiQL's own parts: a tab holds buttons to open and to close it; Monaco is pale in places."""
KEPT = (
    "() => JSON.stringify([everKept, {...localStorage}, {...sessionStorage}, document.cookie, location.href])"
)
REQUIRED = """(type) => {
  const { schemas = [] } = __MONACO.languages.json.jsonDefaults.diagnosticsOptions;
  return schemas.map(({ schema }) => schema.definitions?.[type]?.required).find(Boolean);
}"""
"""What the editor's check of variables demands of an input, once it has been told."""
SETTLED = """(text) => {
  const { tabs, activeTabIndex } = JSON.parse(sessionStorage.getItem('graphiql:tabState') ?? '{"tabs": []}');
  return JSON.stringify(tabs[activeTabIndex] ?? '').includes(text);
}"""


class GraphiQL(Desk):
    """One browser tab with GraphiQL in it."""

    def start(self, brought: Mapping[str, str] | None = None) -> None:
        """Open the page, with this in its address, and wait until it can be typed into."""
        self.page.goto(f"{self.url}/graphql/?{urlencode(brought or {})}")
        expect(self.editor("Operation Editor")).to_be_visible()

    @property
    def guide(self) -> Locator:
        """The line that leads through a first booking."""
        return self.page.get_by_role("region", name="A first booking")

    @property
    def token(self) -> Locator:
        """The field that holds the booking's access token."""
        return self.page.get_by_label("Booking's access token", exact=True)

    @property
    def bar(self) -> Locator:
        """The line that says who asks."""
        return self.page.get_by_role("banner")

    def log_in_as(self, email: str, password: str) -> None:
        """Send the form, which is opened where it is not."""
        form = self.page.get_by_role("form", name="Log in")
        if not form.is_visible():
            self.bar.get_by_role("button", name="Log in").click()
        form.get_by_label("E-mail").fill(email)
        form.get_by_label("Password").fill(password)
        form.get_by_role("button", name="Log in").click()

    def run(self, *, told: str | re.Pattern[str]) -> None:
        """Run the step that is open and wait for the sentence about it."""
        self.guide.get_by_role("button", name="Run").click()
        expect(self.guide.get_by_role("status")).to_contain_text(told)

    def next(self, title: str) -> None:
        """Go to the next step, which has this title."""
        self.guide.get_by_role("button", name="Next").click()
        expect(self.guide.get_by_role("heading")).to_contain_text(title)

    def go_to(self, tab: str) -> None:
        """Open one of the editor's tabs by its title; GraphiQL goes back once where it was about to store another."""
        panel = self.page.get_by_role("tabpanel", name=tab)
        for _ in range(4):
            self.page.get_by_role("tab", name=tab).get_by_role("button", name=tab, exact=True).click()
            with suppress(AssertionError):
                expect(panel).to_be_visible(timeout=3_000)
                return
        expect(panel).to_be_visible()

    def editor(self, region: str) -> Locator:
        """Give the lines of one of the editors."""
        return self.page.get_by_role("region", name=region).locator(".view-lines").first

    def write(self, region: str, text: str) -> None:
        """Write this into one of the editors, in place of what stands there."""
        self.editor(region).click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def variables(self) -> Any:
        """Give what stands under Variables."""
        return json.loads(self.written("Variables"))

    def written(self, region: str) -> str:
        """Give what is in sight of one of the editors' text."""
        return self.editor(region).inner_text().replace("\xa0", " ")

    def required(self, of: str) -> list[str]:
        """Give the fields of an input, among those of the open tab's variables, that are red where they are missing."""
        found: list[str] = self.page.wait_for_function(REQUIRED, arg=of).json_value()
        return found

    def shut_out(self) -> list[str]:
        """Give what axe finds serious or critical, but for what is GraphiQL's own and known."""
        return [each for each in super().shut_out() if not OF_GRAPHIQL.search(each)]

    def kept(self, *, at: str) -> str:
        """Give all that the browser ever kept of the page, once it has stored that a tab with this text is open."""
        self.page.wait_for_function(SETTLED, arg=at)
        return str(self.page.evaluate(KEPT))


@contextmanager
def graphiql(url: str, test: str, *, narrow: bool = False, dark: bool = False) -> Iterator[GraphiQL]:
    """Give a browser before this server; nothing may have gone wrong in it when the block ends."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path is not None, "GraphiQL's tests need Chromium. On Debian and Ubuntu: apt-get install chromium"
    PICTURES.mkdir(parents=True, exist_ok=True)
    width, height = NARROW if narrow else WIDE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ALONE)
        try:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
                locale="en-GB",
                reduced_motion="reduce",
            )
            context.set_default_timeout(20_000)
            context.add_init_script(REMEMBER)
            window = GraphiQL(context, context.new_page(), url, test, travel=None)
            yield window
            assert window.wrong == [], "\n".join(window.wrong)
        finally:
            browser.close()
