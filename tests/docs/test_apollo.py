"""The guide to Apollo Client: its code is the code of the suite that runs it."""

import pytest

from tests.docs import markdown

SUITE = markdown.ROOT / "tests/clients/apollo"
SOURCES = [*sorted((SUITE / "client").glob("*.ts")), SUITE / "codegen.ts"]
GUIDE = markdown.read("docs/guides/apollo.md")


def plain(text: str) -> str:
    """Lines without what indents them: a snippet may begin in the middle."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


SNIPPETS = markdown.blocks(GUIDE, "ts")


@pytest.mark.parametrize(
    "snippet", SNIPPETS, ids=[plain(snippet).split("\n")[0][:60] for snippet in SNIPPETS]
)
def test_snippets__stand_in_the_suite(snippet):
    assert any(plain(snippet) in plain(source.read_text(encoding="utf-8")) for source in SOURCES)


def test_links__are_named_in_the_order_in_which_the_client_has_them():
    (chain,) = [snippet for snippet in SNIPPETS if "ApolloLink.from" in snippet]

    named = [name.strip("`") for name, _ in markdown.rows(GUIDE, "link", "does")]

    assert named == sorted(named, key=chain.index)
