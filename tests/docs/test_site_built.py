"""The documentation's site as readers have it: built strictly, its links walked, its pages opened in Chromium."""

import functools
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

from docs.site.hooks import FROM_ROOT
from tests.browser.conftest import ALONE, CHROMIUM
from tests.browser.desk import NARROW, PICTURES, WIDE, Desk
from tests.check import SITE
from tests.docs import markdown

pytestmark = [pytest.mark.prove, pytest.mark.busy, pytest.mark.only_on("postgresql")]

LOADS = {"script": "src", "img": "src", "iframe": "src", "source": "src", "link": "href", "object": "data"}
URL = re.compile(r"url\(\s*[\"']?([^\"')]+)")
IMPORT = re.compile(r"@import\s+[\"']([^\"']+)")


@dataclass
class Html(HTMLParser):
    """What a page can be linked to by, where it leads, and what it loads."""

    anchors: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if given.get(name)}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADS and LOADS[tag] in given:
            self.loads.append(given[LOADS[tag]])
        self.loads += URL.findall(given.get("style", ""))


@functools.cache
def read(page: Path) -> Html:
    parser = Html()
    parser.feed(page.read_text(encoding="utf-8"))
    return parser


def leads_to(site: Path, page: Path, link: str) -> Path:
    """The file of the site to which a link of a page leads."""
    path = unquote(urlsplit(link).path)
    if not path:
        return page
    found = (site / path.lstrip("/") if path.startswith("/") else page.parent / path).resolve()
    return found / "index.html" if found.is_dir() else found


def is_abroad(link: str) -> bool:
    return bool(urlsplit(link).netloc) or urlsplit(link).scheme in {"http", "https", "mailto"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [*SITE, str(folder)],
        cwd=markdown.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def desk(address: str) -> Iterator[Desk]:
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert path is not None, "The browser tests need Chromium. On Debian and Ubuntu: apt-get install chromium"
    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", *ALONE])
        context = browser.new_context(
            viewport={"width": WIDE[0], "height": WIDE[1]}, color_scheme="light", reduced_motion="reduce"
        )
        context.set_default_timeout(15_000)
        yield Desk(context, context.new_page(), address, "site", travel=None)
        browser.close()


def test_check__fails_where_a_link_leads_nowhere(tmp_path):
    for name in ("mkdocs.yml", "schema.graphql", *FROM_ROOT):
        shutil.copy(markdown.ROOT / name, tmp_path)
    for name in ("docs", "schema"):
        shutil.copytree(
            markdown.ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("node_modules", "static")
        )
    with (tmp_path / "docs/limits.md").open("a") as page:
        page.write("\n[Nowhere](states.md#nowhere)\n")

    done = subprocess.run(
        [*SITE, str(tmp_path / "site")], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 1
    assert "does not contain an anchor '#nowhere'" in done.stdout + done.stderr


def test_links__lead_to_pages_and_sections_that_are_there(site):
    pages = sorted(site.rglob("*.html"))

    broken = []
    for page in pages:
        for link in (*read(page).links, *read(page).loads):
            if is_abroad(link) or link.startswith(("data:", "javascript:")):
                continue
            target, anchor = leads_to(site, page, link), unquote(urlsplit(link).fragment)
            if not target.is_file() or (
                anchor and target.suffix == ".html" and anchor not in read(target).anchors
            ):
                broken.append(f"{page.relative_to(site)}: {link}")

    assert len(pages) > 90
    assert broken == []


def test_lists_and_tables__are_such_on_the_site_too(site):
    wrong = []
    for page in site.rglob("*.html"):
        article = page.read_text(encoding="utf-8").partition("<article")[2].partition("</article>")[0]
        paragraphs = re.findall(
            r"<p>(.*?)</p>", re.sub(r"<pre.*?</pre>", "", article, flags=re.DOTALL), re.DOTALL
        )
        wrong += [
            f"{page.name}: {text[-80:]}" for text in paragraphs if re.search(r"^(?:[-*|] |```)", text, re.M)
        ]

    assert wrong == []


def test_pages__load_nothing_from_another_host(site):
    loaded = {link for page in site.rglob("*.html") for link in read(page).loads}
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        loaded |= {*URL.findall(text), *IMPORT.findall(text)}

    assert len(loaded) > 10
    assert [link for link in loaded if is_abroad(link)] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_pages__are_good_to_read(desk, scheme, size):
    desk.page.set_viewport_size({"width": size[0], "height": size[1]})
    desk.page.emulate_media(color_scheme=scheme)

    for name in ("index", "states", "reference/scalars", "recipes/cancel"):
        desk.open(f"/{name}.html")
        if name == "states":
            desk.page.locator("div.mermaid").wait_for()
            drawn = desk.page.locator("div.mermaid").bounding_box()
            assert drawn["height"] > 300
            assert desk.page.locator("pre.mermaid").count() == 0
        desk.page.screenshot(path=PICTURES / f"site-{name.replace('/', '-')}-{size[0]}-{scheme}.png")
        assert desk.too_wide() == []
        desk.check()


def test_reference__leads_from_a_mutation_to_what_it_takes(desk):
    desk.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    desk.page.emulate_media(color_scheme="light")
    desk.open("/reference/mutations.html#draftbooking")

    desk.page.get_by_role("link", name="DraftBookingInput", exact=True).click()

    desk.page.wait_for_url("**/reference/inputs.html#draftbookinginput")
    assert desk.page.get_by_role("heading", name="DraftBookingInput").is_visible()
    desk.page.screenshot(path=PICTURES / "site-reference-inputs.png")


@pytest.mark.parametrize(
    ("words", "page"),
    [("draftBooking", "/reference/mutations.html"), ("give money back", "/recipes/refund.html")],
)
def test_search__finds_names_of_the_schema_and_recipes(desk, words, page):
    desk.page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    desk.open("/index.html")

    desk.page.get_by_role("textbox", name="Search").press_sequentially(words)

    desk.page.locator(f'.md-search-result__link[href*="{page}"]').first.wait_for()
    desk.page.screenshot(path=PICTURES / f"site-search-{words.replace(' ', '-')}.png")
    assert desk.wrong == []
