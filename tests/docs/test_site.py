"""The documentation's site before it is built: every page has its place, nothing is foreign, the reference is whole.

What comes of building it is looked at in test_site_built.py. Nothing here asks a database: it runs beside one.
"""

import re
from collections.abc import Iterator

import pytest
from graphql import build_schema
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files, get_files, set_exclusions
from mkdocs.structure.nav import get_navigation

from docs.site import hooks
from schema.reference import notation, pages
from schema.reference.topics import ELSE, TOPICS, by_topic
from tests.docs import markdown
from tests.docs.test_features import functions_in, named

pytestmark = pytest.mark.only_on("sqlite")

SCHEMA = build_schema(markdown.read("schema.graphql"))
REFERENCE = pages.render(SCHEMA)
FOREIGN = re.compile(r"(?:https?:)?//(?!127\.0\.0\.1)[\w.-]+\.\w+")


@pytest.fixture(scope="module")
def config() -> Iterator[MkDocsConfig]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_MKDOCS_2_WARNING", "1")
        patch.chdir(markdown.ROOT)
        made = load_config("mkdocs.yml")
        yield made.plugins.on_config(made)


@pytest.fixture(scope="module")
def files(config: MkDocsConfig) -> Files:
    found = get_files(config)
    set_exclusions(found, config)
    return config.plugins.on_files(found, config=config)


def headings(page: str) -> set[str]:
    """The anchors of a page of the reference."""
    return {notation.anchor(title) for title in re.findall(r"^##+ (\w+)$", REFERENCE[page], re.MULTILINE)}


def test_navigation__has_every_document_once(config, files):
    pages_of_nav = [page.file.src_uri for page in get_navigation(files, config).pages]
    ours = {
        path.relative_to(markdown.ROOT / "docs").as_posix()
        for path in markdown.documents()
        if path.is_relative_to(markdown.ROOT / "docs") and "vendor" not in path.parts
    }

    assert len(pages_of_nav) == len(set(pages_of_nav))
    assert set(pages_of_nav) == ours | set(hooks.FROM_ROOT.values()) | set(REFERENCE)


def test_site__publishes_no_sources_and_no_packages(files):
    published = [file.src_uri for file in files if file.inclusion.is_included()]

    assert "states.md" in published
    assert "assets/vendor/mermaid/mermaid.tiny.js" in published
    assert [
        name for name in published if name.endswith((".py", ".tsx", ".pyc")) or "node_modules" in name
    ] == []


def test_site__names_no_other_host_in_what_it_is_made_of(config):
    made_of = [markdown.ROOT / "mkdocs.yml", markdown.ROOT / "docs/assets/site.css"]
    made_of += (markdown.ROOT / "docs/site").rglob("*.html")

    assert [path.name for path in made_of if FOREIGN.search(path.read_text(encoding="utf-8"))] == []
    assert config.theme["font"] is False
    assert config.strict is True
    assert list(config.plugins) == ["material/search", "docs/site/hooks.py"]


def test_reference__has_every_type_and_every_root_field():
    missing = [
        kind.name
        for kind in SCHEMA.type_map.values()
        if not kind.name.startswith("__")
        and kind not in {SCHEMA.query_type, SCHEMA.mutation_type}
        and notation.anchor(kind.name) not in headings(f"reference/{pages.page_of(kind)}.md")
    ]
    roots = {"queries": SCHEMA.query_type, "mutations": SCHEMA.mutation_type}
    missing += [
        name
        for page, root in roots.items()
        for name in root.fields
        if notation.anchor(name) not in headings(f"reference/{page}.md")
    ]

    assert missing == []


def test_reference__links_lead_to_what_is_there():
    places = {
        f"{page.removeprefix('reference/').removesuffix('.md')}#{anchor}"
        for page in REFERENCE
        for anchor in headings(page)
    }

    led = {
        f"{page}#{anchor}"
        for text in REFERENCE.values()
        for page, anchor in re.findall(r"[\"(](\w+)\.(?:html|md)#([\w-]+)[\")]", text)
    }

    topics = {f"mutations#{topic.lower().replace(' ', '-')}" for topic in TOPICS}
    assert len(led) > 300
    assert led - topics <= places


def test_reference__says_what_a_field_is_takes_and_gives():
    text = build_schema('''
      """Asks."""
      type Query {
        "Which ones <b>."
        things(first: Int = 20, kind: Kind = BIG, to: Int = null): [Thing!]! @deprecated(reason: "Ask `others`.")
      }
      enum Kind { "Large." BIG }
      type Thing { size(unit: String): Int! }
      input Lookup @oneOf { id: ID }
    ''')
    made = pages.render(text)

    queries = made["reference/queries.md"]
    assert "## things\n\nWhich ones &lt;b&gt;. **Deprecated:** Ask `others`.\n" in queries
    assert 'Gives <code>&#91;<a href="objects.html#thing">Thing</a>!&#93;!</code>.' in queries
    assert '- `first` <code><a href="scalars.html#int">Int</a> = 20</code>' in queries
    assert '- `to` <code><a href="scalars.html#int">Int</a></code>' in queries
    assert '- `kind` <code><a href="enums.html#kind">Kind</a> = BIG</code>' in queries
    assert "- `BIG` – Large.\n\nUsed in [`things`](queries.md#things)." in made["reference/enums.md"]
    assert (
        '    - `unit` <code><a href="scalars.html#string">String</a></code>' in made["reference/objects.md"]
    )
    assert "Exactly one of these is given" in made["reference/inputs.md"]


def test_topics__hold_every_mutation_once():
    placed = [name for names in TOPICS.values() for name in names]

    assert sorted(placed) == sorted(SCHEMA.mutation_type.fields)
    assert ELSE not in by_topic(SCHEMA.mutation_type.fields)
    assert by_topic({"draftBooking": 1, "neverSeen": 1}) == {"Booking": ["draftBooking"], ELSE: ["neverSeen"]}


@pytest.mark.parametrize(
    ("source", "written", "led"),
    [
        ("docs/guides/clients.md", "../../README.md#a-first-booking", "../readme.md#a-first-booking"),
        ("docs/guides/clients.md", "../../schema.graphql", "../reference/index.md"),
        ("docs/guides/production.md", "../../Procfile", "../files/Procfile.txt"),
        ("docs/reference/index.md", "../schema.graphql", "../schema.graphql"),
        ("docs/index.md", "guides/clients.md#http", "guides/clients.md#http"),
        ("docs/adr/README.md", "0001-record-decisions.md", "0001-record-decisions.md"),
        ("docs/index.md", "examples/react", "examples/react/README.md"),
        ("docs/index.md", "examples/react/package.json", "files/docs/examples/react/package.json.txt"),
        ("README.md", "docs/states.md", "states.md"),
        ("README.md", "CONTRIBUTING.md", "contributing.md"),
        ("README.md", "#two-commands", "#two-commands"),
        ("README.md", "https://example.org/a.md", "https://example.org/a.md"),
    ],
)
def test_links__lead_on_the_site_where_they_lead_on_a_code_host(source, written, led):
    assert hooks.rewritten(f"See [it]({written}).", source) == f"See [it]({led})."


def test_links__in_code_stay():
    text = "```sh\n[it](../README.md)\n```\n[it](../README.md)\n"

    assert hooks.rewritten(text, "docs/index.md") == "```sh\n[it](../README.md)\n```\n[it](readme.md)\n"


def test_security__names_tests_that_exist():
    told = named(markdown.read("docs/security.md"))
    tests = [name.split("::") for name in told if name.startswith("tests/")]

    assert len(tests) > 30
    assert [(path, test) for path, test in tests if test not in functions_in(markdown.ROOT / path)] == []


def test_start__has_a_way_for_each_reader_and_a_table_for_the_newcomers_figures():
    text = markdown.read("docs/index.md")

    assert len(markdown.rows(text, "you", "begin with")) == 6
    measured = [row[-1] for row in markdown.rows(text, "step", "from")]
    assert len(measured) == 5
    assert all(re.match(r"\d+ (s|minutes)\b", figure) for figure in measured), measured
