"""Catalogues of translations: what people may read is gathered from code and templates, merged, judged and compiled.

Babel does all of it, so that no machine needs GNU gettext. English stands in the code and has no catalogue.
"""

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

CODE: Final = ("bookings", "schema")
"""Folders whose code and templates speak to people."""
ENGLISH_ONLY: Final = (
    "bookings/admin/",
    "bookings/migrations/",
    "bookings/templates/admin/",
    "bookings/templates/mailbox/",
)
"""For developers and staff: not translated."""

# What a function of gettext is called here, and at which places its context, singular and plural stand.
_FUNCTIONS: Final[dict[str, tuple[int | None, int, int | None]]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[a-z]|\{(\w*)\}")
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""In every header, so that a catalogue changes only when its texts do."""


class Found(NamedTuple):
    """One text for people, and the file that holds it."""

    context: str | None
    texts: tuple[str, ...]
    path: str


def folders() -> list[Path]:
    """Give the folder of each language that has a catalogue, or shall get one."""
    return sorted(path for path in Path(settings.LOCALE_PATHS[0]).iterdir() if path.is_dir())


def gathered(root: Path | None = None) -> Catalog:
    """Give a catalogue of every text for people below a folder. Raises ValueError for one that is put together."""
    found = Catalog()
    for each in sorted(_found(root or settings.BASE_DIR), key=lambda each: each.path):
        text: str | tuple[str, ...] = each.texts if len(each.texts) > 1 else each.texts[0]
        found.add(text, context=each.context, locations=[(each.path, 0)])
    return found


def merged(folder: Path, texts: Catalog) -> Catalog:
    """Give a language's catalogue with exactly these texts; what is new has no translation yet, nothing is guessed."""
    path = folder / "LC_MESSAGES" / "django.po"
    known = _read(path) if path.exists() else Catalog()
    fresh = Catalog(
        locale=folder.name,
        domain="django",
        project="Slotwell",
        version="1",
        header_comment=f"# What Slotwell says, in {folder.name}. `make generate` adds and drops texts.",
        creation_date=_SINCE,
        revision_date=_SINCE,
        last_translator="Slotwell",
        language_team=folder.name,
        fuzzy=False,
    )
    for text in texts:
        if not text.id:
            continue
        old = known.get(text.id, context=text.context) or known.get(_first(text), context=text.context)
        said = (
            old.string
            if old is not None and isinstance(old.string, str) == isinstance(text.id, str)
            else None
        )
        flags = old.flags if old is not None else ()
        fresh.add(text.id, said, context=text.context, locations=text.locations, flags=flags)
    return fresh


def as_text(catalogue: Catalog) -> bytes:
    """Give the .po file of a catalogue."""
    written = io.BytesIO()
    write_po(written, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
    return written.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """Give the .mo file of a catalogue."""
    written = io.BytesIO()
    write_mo(written, catalogue)
    return written.getvalue()


def problems(catalogue: Catalog) -> list[str]:
    """Say what is wrong with a catalogue, a line each: a text lacks, is a guess, or lost what it fills in."""
    return [f"{_first(text)!r}: {wrong}" for text in catalogue if text.id for wrong in _wrong(text)]


def write(folder: Path, texts: Catalog) -> list[Path]:
    """Write a language's two files anew, and give their paths."""
    catalogue = merged(folder, texts)
    paths = [folder / "LC_MESSAGES" / name for name in ("django.po", "django.mo")]
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    paths[0].write_bytes(as_text(catalogue))
    paths[1].write_bytes(compiled(catalogue))
    return paths


def stale(folder: Path, texts: Catalog) -> list[str]:
    """Say which of a language's two files differ from what would be written now."""
    catalogue = merged(folder, texts)
    fresh = {"django.po": as_text(catalogue), "django.mo": compiled(catalogue)}
    kept = {name: folder / "LC_MESSAGES" / name for name in fresh}
    return [
        f"{path} is not what the code says: run make generate"
        for name, path in kept.items()
        if not path.exists() or path.read_bytes() != fresh[name]
    ]


def _found(root: Path) -> Iterator[Found]:
    for top in CODE:
        for path in sorted((root / top).rglob("*")):
            name = path.relative_to(root).as_posix()
            if name.startswith(ENGLISH_ONLY):
                continue
            if path.suffix == ".py":
                yield from _in_code(path.read_text(encoding="utf-8"), name)
            elif "/templates/" in name and path.suffix in {".html", ".txt"}:
                yield from _in_template(path.read_text(encoding="utf-8"), name)


def _in_code(code: str, path: str) -> Iterator[Found]:
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        places = _FUNCTIONS.get(name)
        if places is None or (name == "gettext" and not node.args):
            continue
        if name == "gettext" and not isinstance(node.args[0], ast.Constant | ast.JoinedStr | ast.BinOp):
            continue  # a text that was gathered where it stands
        context, *texts = (None if place is None else _literal(node.args[place], path) for place in places)
        yield Found(context, tuple(text for text in texts if text is not None), path)


def _literal(node: ast.expr, path: str) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError(
        f"{path}:{node.lineno}: a text to translate is one literal, and what changes is filled in afterwards"
    )


def _in_template(source: str, path: str) -> Iterator[Found]:
    calls = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _, text, _, context in extract("python", io.BytesIO(calls.encode()), DEFAULT_KEYWORDS, ()):
        texts = (text,) if isinstance(text, str) else tuple(each for each in text if isinstance(each, str))
        yield Found(context, texts, path)


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.parent.name, abort_invalid=True)


def _first(text: Message) -> str:
    return text.id if isinstance(text.id, str) else text.id[0]


def _wrong(text: Message) -> Iterator[str]:
    if text.fuzzy:
        yield "is a guess (fuzzy)"
    said = [text.string] if isinstance(text.string, str) else list(text.string or [""])
    if not all(each and each.strip() for each in said):
        yield "has no translation"
        return
    asked = set(_PLACEHOLDER.findall(text.id if isinstance(text.id, str) else text.id[-1]))
    if any(set(_PLACEHOLDER.findall(each)) != asked for each in said):
        yield "fills in other names than the original"
