"""The reference's pages: one for each kind of type, the root fields apart, in Markdown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    is_introspection_type,
    is_specified_scalar_type,
)

from schema.reference import notation
from schema.reference.topics import by_topic
from schema.reference.uses import Use, uses_of

FOLDER = "reference"
MOST_USES = 8
"""How many places are named in which a type is used."""


@dataclass(frozen=True)
class Page:
    """One page of the reference."""

    name: str
    title: str
    about: str

    @property
    def file(self) -> str:
        """Give its place in the documents."""
        return f"{FOLDER}/{self.name}.md"


PAGES = (
    Page("queries", "Queries", "What can be asked; each is a field of `Query`."),
    Page("mutations", "Mutations", "What can be done; each is a field of `Mutation`."),
    Page("objects", "Objects", "What answers are made of, and the interfaces that they share."),
    Page(
        "payloads", "Payloads", "What mutations answer: what became of it, and `errors` where a rule refused."
    ),
    Page(
        "connections",
        "Connections",
        "Lists in pages: `edges` with cursors, `pageInfo` and often `totalCount`.",
    ),
    Page("inputs", "Inputs", "What mutations and filters take."),
    Page("enums", "Enums", "Closed sets of values. A value that you do not know is one that came later."),
    Page("scalars", "Scalars", "Single values: how they are written."),
)
INDEX = Page("index", "Schema reference", "")


def page_of(kind: GraphQLNamedType) -> str:
    """Give the name of the page on which a type stands."""
    if kind.name.endswith("Payload"):
        return "payloads"
    if kind.name.endswith(("Connection", "Edge")):
        return "connections"
    kinds = {
        GraphQLEnumType: "enums",
        GraphQLInputObjectType: "inputs",
        GraphQLScalarType: "scalars",
    }
    return kinds.get(type(kind), "objects")


def render(schema: GraphQLSchema) -> dict[str, str]:
    """Give the text of each page by its place in the documents."""
    return Reference(schema).render()


def listed(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    """Give the types that the reference has, by name: all but the roots and those of introspection."""
    roots = {schema.query_type, schema.mutation_type}
    return [
        kind
        for _, kind in sorted(schema.type_map.items())
        if kind not in roots and not is_introspection_type(kind)
    ]


class Reference:
    """Writes the pages of one schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.types = listed(schema)
        self.uses = uses_of(schema)
        self.queries = schema.query_type.fields if schema.query_type else {}
        self.mutations = schema.mutation_type.fields if schema.mutation_type else {}

    def render(self) -> dict[str, str]:
        """Give every page."""
        bodies = {
            "queries": self._roots(sorted(self.queries), self.queries, level=2),
            "mutations": self._by_topic(),
        }
        for page in PAGES[2:]:
            bodies[page.name] = "\n\n".join(
                self._type(kind) for kind in self.types if page_of(kind) == page.name
            )
        texts = {page.file: f"# {page.title}\n\n{page.about}\n\n{bodies[page.name]}\n" for page in PAGES}
        return {INDEX.file: self._index(), **texts}

    def address(self, name: str) -> str:
        """Give where a type stands, from any page of the reference."""
        return f"{page_of(self.schema.type_map[name])}.html#{notation.anchor(name)}"

    def _index(self) -> str:
        counted = {
            "queries": len(self.queries),
            "mutations": len(self.mutations),
            **{page.name: sum(page_of(kind) == page.name for kind in self.types) for page in PAGES[2:]},
        }
        rows = [f"| [{page.title}]({page.name}.md) | {counted[page.name]} | {page.about} |" for page in PAGES]
        topics = [f"- [{topic}](mutations.md#{_slug(topic)})" for topic in by_topic(self.mutations)]
        return INDEX_TEXT.format(rows="\n".join(rows), topics="\n".join(topics))

    def _by_topic(self) -> str:
        return "\n\n".join(
            f"## {topic}\n\n{self._roots(names, self.mutations, level=3)}"
            for topic, names in by_topic(self.mutations).items()
        )

    def _roots(self, names: Iterable[str], fields: Mapping[str, GraphQLField], *, level: int) -> str:
        return "\n\n".join(self._root(name, fields[name], level) for name in names)

    def _root(self, name: str, field: GraphQLField, level: int) -> str:
        gives = notation.code(notation.type_of(field.type, self.address))
        said = [f"{'#' * level} {name}", notation.notes(field), f"Gives {gives}."]
        if field.args:
            said.append("\n".join(self._arguments(field, "")))
        return "\n\n".join(filter(None, said))

    def _type(self, kind: GraphQLNamedType) -> str:
        said = [f"## {kind.name}", notation.described(kind.description)]
        if isinstance(kind, GraphQLInputObjectType):
            if kind.ast_node and any(d.name.value == "oneOf" for d in kind.ast_node.directives):
                said.append("Exactly one of these is given (`@oneOf`).")
            said.append("\n".join(self._input(name, field) for name, field in kind.fields.items()))
        elif isinstance(kind, GraphQLEnumType):
            said.append("\n".join(_value(name, value) for name, value in kind.values.items()))
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            said.append(self._interfaces(kind))
            said.append("\n".join(self._field(name, field) for name, field in kind.fields.items()))
        elif isinstance(kind, GraphQLUnionType):
            said.append("One of " + self._links(each.name for each in kind.types) + ".")
        elif isinstance(kind, GraphQLScalarType):
            said.append(_scalar(kind))
        said.append(self._used(kind.name))
        return "\n\n".join(filter(None, said))

    def _interfaces(self, kind: GraphQLObjectType | GraphQLInterfaceType) -> str:
        if isinstance(kind, GraphQLInterfaceType):
            makers = sorted(each.name for each in self.schema.get_implementations(kind).objects)
            return f"An interface of {self._links(makers)}."
        names = [each.name for each in kind.interfaces]
        return f"Is a {self._links(names)}." if names else ""

    def _field(self, name: str, field: GraphQLField) -> str:
        lines = [self._item(name, notation.type_of(field.type, self.address), notation.notes(field))]
        return "\n".join([*lines, *self._arguments(field, "    ")])

    def _arguments(self, field: GraphQLField, indent: str) -> list[str]:
        return [indent + self._input(name, argument) for name, argument in field.args.items()]

    def _input(self, name: str, part: GraphQLArgument | GraphQLInputField) -> str:
        kind = notation.type_of(part.type, self.address) + notation.default(part)
        return self._item(name, kind, notation.notes(part))

    @staticmethod
    def _item(name: str, kind: str, text: str) -> str:
        return f"- `{name}` {notation.code(kind)}" + (f" – {text}" if text else "")

    def _links(self, names: Iterable[str]) -> str:
        return ", ".join(f"[`{name}`]({self.address(name).replace('.html', '.md')})" for name in names)

    def _used(self, name: str) -> str:
        found: list[Use] = self.uses.get(name, [])
        if not found:
            return ""
        shown = ", ".join(f"[`{use.label}`]({self._place(use)})" for use in found[:MOST_USES])
        more = f" and {len(found) - MOST_USES} more" if len(found) > MOST_USES else ""
        return f"Used in {shown}{more}."

    def _place(self, use: Use) -> str:
        if use.root:
            return f"{use.root}.md#{notation.anchor(use.owner)}"
        return self.address(use.owner).replace(".html", ".md")


def _value(name: str, value: object) -> str:
    reason = getattr(value, "deprecation_reason", None)
    text = notation.described(getattr(value, "description", None))
    said = " ".join(filter(None, [text, reason and notation.deprecated(reason)]))
    return f"- `{name}`" + (f" – {said}" if said else "")


def _scalar(kind: GraphQLScalarType) -> str:
    if is_specified_scalar_type(kind):
        return "One of GraphQL's own."
    return f"Specified by <{kind.specified_by_url}>." if kind.specified_by_url else ""


def _slug(title: str) -> str:
    return title.lower().replace(" ", "-")


INDEX_TEXT = """# Schema reference

Made from [schema.graphql](../schema.graphql) when this site is built: every type, field, argument and value, with
its description as introspection gives it. What is the same for every call is in
[Building on the API](../guides/clients.md); what refuses a call, in [Error codes](../error-codes.md). The search above
finds any name.

| page | how many | what |
|---|---|---|
{rows}

`!` after a type means never null, `[ ]` a list, and what stands after `=` is taken where nothing is given.
Input that has neither may be left out, and is null then.

## Mutations by topic

{topics}
"""
