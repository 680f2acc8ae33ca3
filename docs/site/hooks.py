"""What mkdocs does not do by itself for this site; mkdocs calls these functions by their names.

Pages that lie outside docs/ (README, CHANGELOG, CONTRIBUTING) become pages here, the schema's reference is made from
schema.graphql, and links to other files of the repository lead to copies of them. So one and the same text is good on
a code host and on the site (docs/adr/0048-the-documentations-site.md).
"""

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import build_schema
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from schema.reference.pages import render

ROOT = Path(__file__).resolve().parent.parent.parent
FROM_ROOT = {"README.md": "readme.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md"}
"""Documents beside docs/, and the pages that they become."""
SCHEMA = "schema.graphql"
PLACES = {**FROM_ROOT, SCHEMA: "reference/index.md"}
"""Where links lead that lead out of docs/: to the pages above, and for the schema to its reference."""
COPIES = "files"
"""The site's folder of other files to which a link leads."""

_FENCE = re.compile(r"^( *)```.*?^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(?<=\]\()([^)\s#]+)(#[^)\s]*)?(?=\))")
_WIDE = (('<pre class="mermaid">', "</pre>", "diagram"), ("<table>", "</table>", "table"))
_SEARCH = 'data-md-component="search" role="dialog"'
_ABROAD = re.compile(r"[a-z][a-z+.-]*:|/")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Let the patterns in the navigation stand for the files that they meet."""
    config.nav = _expanded(config.nav or [], Path(config.docs_dir))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages and files that do not lie in docs/."""
    for name, page in FROM_ROOT.items():
        files.append(File.generated(config, page, content=(ROOT / name).read_text(encoding="utf-8")))
    files.append(File.generated(config, SCHEMA, abs_src_path=str(ROOT / SCHEMA)))
    for page, text in render(build_schema((ROOT / SCHEMA).read_text(encoding="utf-8"))).items():
        files.append(File.generated(config, page, content=text))
    for path in sorted(_linked_files(files)):
        files.append(File.generated(config, copy_of(path), abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, *, page: Page, **_others: Any) -> str:
    """Let links to what lies outside docs/ lead to where it is on the site."""
    source = source_of(page.file.src_uri)
    return rewritten(markdown, source)


def on_page_content(html: str, **_others: Any) -> str:
    """Let diagrams and tables keep a size at which they can be read, and be moved sideways, by keys as well."""
    for begin, end, kind in _WIDE:
        framed = rf'<div class="wide-{kind}" tabindex="0">\g<0></div>'
        html = re.sub(rf"{begin}.*?{end}", framed, html, flags=re.DOTALL)
    return html


def on_post_page(output: str, **_others: Any) -> str:
    """Name the search for who hears the page: the theme's dialog has no name."""
    return output.replace(_SEARCH, f'{_SEARCH} aria-label="Search"')


def source_of(page: str) -> str:
    """Give a page's path in the repository, by its path on the site."""
    names = {page: name for name, page in FROM_ROOT.items()}
    return names.get(page, f"docs/{page}")


def copy_of(path: str) -> str:
    """Give where the site has a file of the repository; browsers show what they take for text."""
    return f"{COPIES}/{path}.txt"


def place_of(path: str) -> str:
    """Give where the site has a document or file of the repository, both from their own roots."""
    inside = path.removeprefix("docs/")
    if path in PLACES:
        return PLACES[path]
    if (ROOT / path).is_dir():
        return f"{inside}/README.md" if path.startswith("docs/") else path
    return inside if _is_of_the_site(path) else copy_of(path)


def rewritten(text: str, source: str) -> str:
    """Give a document's text with its links as the site needs them; what is code stays."""
    here = posixpath.dirname(place_of(source))

    def lead(found: re.Match[str]) -> str:
        target, anchor = found[1], found[2] or ""
        if _ABROAD.match(target):
            return found[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        return posixpath.relpath(place_of(path), here or ".") + anchor

    return _outside_fences(text, lambda part: _LINK.sub(lead, part))


def _linked_files(files: Files) -> set[str]:
    """Give the files to which documents link and that are no part of the site by themselves."""
    found = set()
    for file in files.documentation_pages():
        source = source_of(file.src_uri)
        for target in _targets(file.content_string):
            path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
            if path not in PLACES and not _is_of_the_site(path) and (ROOT / path).is_file():
                found.add(path)
    return found


def _targets(text: str) -> Iterator[str]:
    for found in _LINK.finditer(_FENCE.sub("", text)):
        if not _ABROAD.match(found[1]):
            yield found[1]


def _is_of_the_site(path: str) -> bool:
    """Tell whether a path lies in docs/ and is published from there."""
    if not path.startswith("docs/"):
        return False
    parts = path.split("/")
    return parts[1] not in {"examples", "site"} or parts[-1] == "README.md"


def _outside_fences(text: str, change: Any) -> str:
    pieces, end = [], 0
    for fence in _FENCE.finditer(text):
        pieces += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*pieces, change(text[end:])])


def _expanded(nav: list[Any], docs: Path) -> list[Any]:
    found: list[Any] = []
    for item in nav:
        if isinstance(item, dict):
            found += [
                {title: _expanded(below, docs) if isinstance(below, list) else below}
                for title, below in item.items()
            ]
        elif "*" in item:
            found += [path.relative_to(docs).as_posix() for path in sorted(docs.glob(item))]
        else:
            found.append(item)
    return found
