"""Finds what people read and nobody can translate: literals in code, and bare words in templates."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

GETTEXT = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}
REFUSALS = {"DomainError": 1, "invalid": 1, "Forbidden": 0, "Unauthenticated": 0, "ProviderNotSetUp": 0}
"""What refuses, and which of its arguments is the sentence."""
CHOICES = {"TextChoices", "IntegerChoices"}
FOR_DEVELOPERS = {
    *("ValueError", "TypeError", "RuntimeError", "LookupError", "ImproperlyConfigured", "CommandError"),
    *("GraphQLError", "BadUserInput", "Refused", "TooComplex", "problem", "_refused"),
    *("ProviderRefused", "EventRefused", "TooMuchOverlap", "Error", "Warning", "Advice", "_Refused"),
    *("description", "help_text", "help", "deprecation_reason", "RunSQL", "Check"),
    *("debug", "info", "warning", "error", "exception", "critical"),
    *("describe_enum", "argument", "field", "type", "input", "enum", "scalar", "private", "mutation"),
}
"""Calls and keywords whose words only developers read: of the schema's descriptions, of logs, of our own bugs."""
ENGLISH_ONLY = (
    "bookings/admin/",
    "bookings/demo/",
    "bookings/management/",
    "bookings/migrations/",
    "bookings/audit/",
    "schema/reference/",
)
"""Folders for staff of the platform and for developers."""
ENGLISH_FILES = {
    "bookings/accounts/forms.py",
    "bookings/accounts/superuser.py",
    "bookings/common/guards.py",
    "bookings/privacy/inventory.py",
    "bookings/limits/page.py",
    "bookings/notifications/outcomes.py",
    "bookings/booking/diagram.py",
    "bookings/booking/rights_table.py",
    "schema/common/advice.py",
}
_SENTENCE = re.compile(r"[A-Z“`][^\n]* [^\n]*[.?]")


def code(root: Path = ROOT) -> Iterator[tuple[str, ast.Module]]:
    """Give every module that speaks to people."""
    for top in ("bookings", "schema"):
        for path in sorted((root / top).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if not name.startswith(ENGLISH_ONLY) and name not in ENGLISH_FILES:
                yield name, ast.parse(path.read_text(encoding="utf-8"))


def bare_refusals(tree: ast.Module) -> Iterator[int]:
    """Give the lines where a refusal's sentence is a literal that is not marked."""
    known = {
        target.id: node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (place := REFUSALS.get(_called(node))) is not None:
            told = [
                *node.args[place : place + 1],
                *(each.value for each in node.keywords if each.arg == "message"),
            ]
            if any(_is_bare(each, known) for each in told):
                yield node.lineno


def bare_arguments(tree: ast.Module, callee: str) -> Iterator[int]:
    """Give the lines where an argument of a call is a sentence that is not marked."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == callee:
            for each in node.keywords:
                if _is_bare(each.value, {}):
                    yield each.value.lineno


def bare_sentences(tree: ast.Module, *, of_schema: bool = False) -> Iterator[tuple[int, str]]:
    """Give literals that read like a sentence, wherever they stand, but for what only developers read.

    of_schema: outside of functions it holds nothing but descriptions.
    """
    inside = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)] if of_schema else [tree]
    for node in inside:
        yield from _sentences(node)


def translated_at_import(tree: ast.Module) -> Iterator[int]:
    """Give the lines where a text is translated once and for all: outside of functions only lazy ones are right."""
    eager = {
        each.asname or each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for each in node.names
        if each.name in {"gettext", "ngettext", "pgettext"}
    }
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in eager:
            yield node.lineno
        stack.extend(ast.iter_child_nodes(node))


def bare_words(template: str) -> list[str]:
    """Give the words of a template that stand outside of tags for translation, as its readers would see them."""
    text = re.sub(r"{#.*?#}|{% comment %}.*?{% endcomment %}", "", template, flags=re.DOTALL)
    text = re.sub(r"{% blocktrans(?:late)?\b.*?{% endblocktrans(?:late)? %}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%.*?%}|{{.*?}}", "", text, flags=re.DOTALL)
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return [word for part in reader.parts for word in re.findall(r"[^\W\d_]{2,}", part)]


class _Reader(HTMLParser):
    """Keeps what a browser shows: texts, titles, placeholders."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in {"style", "script"}
        self.parts += [value or "" for name, value in attrs if name in {"title", "alt", "aria-label"}]

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(data)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def _is_choices(node: ast.ClassDef) -> bool:
    return any(getattr(base, "id", getattr(base, "attr", "")) in CHOICES for base in node.bases)


def _is_bare(node: ast.expr, known: dict[str, ast.expr]) -> bool:
    match node:
        case ast.Constant(value=str(text)):
            return bool(re.search(r"[^\W\d_]", text))
        case ast.JoinedStr():
            return True
        case ast.BinOp(left=left, op=op, right=right):
            return _is_bare(left, known) or (isinstance(op, ast.Add) and _is_bare(right, known))
        case ast.IfExp(body=body, orelse=other):
            return _is_bare(body, known) or _is_bare(other, known)
        case ast.Name(id=name) if name in known and isinstance(known[name], ast.Constant | ast.JoinedStr):
            return _is_bare(known[name], {})
        case ast.Call(func=ast.Attribute(value=ast.Constant() as text, attr="format")):
            return _is_bare(text, known)
    return False


def _sentences(node: ast.AST) -> Iterator[tuple[int, str]]:
    body = getattr(node, "body", None)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant) and isinstance(body, list):
            continue  # a docstring, or one that says what stands above it
        if isinstance(child, ast.ClassDef) and _is_choices(child):
            continue  # labels, of which not all are read
        if isinstance(child, ast.Call) and _called(child) in GETTEXT | FOR_DEVELOPERS:
            continue
        if isinstance(child, ast.keyword) and child.arg in FOR_DEVELOPERS:
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            if _SENTENCE.fullmatch(child.value):
                yield child.lineno, child.value
        elif isinstance(child, ast.JoinedStr):
            text = "".join(part.value if isinstance(part, ast.Constant) else "…" for part in child.values)
            if _SENTENCE.fullmatch(text):
                yield child.lineno, text
        else:
            yield from _sentences(child)
