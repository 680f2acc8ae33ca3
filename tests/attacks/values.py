"""Values of each scalar that no client has, and where in the arguments of the schema they can stand."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInputType, get_named_type, is_list_type
from graphql.type.definition import GraphQLNonNull

from schema.common.inputs import write_id
from tests.schema.matrix.selections import root_fields
from tests.schema.matrix.world import World

Place = tuple[str, ...]
"""Names on the way to a value."""
DEEPEST = 4
"""Input objects within each other."""


def opaque(text: str | bytes) -> str:
    """Give what looks like an id, or a cursor."""
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


TEXTS = [
    "",
    " ",
    "x" * 20_000,
    "\u202e\u2066\ufeff",
    "\ufdfa" * 5_000,
    "e\u0301" * 5_000,
    "\U0010ffff\ufffe\u0001\x7f\x85",
    "' OR 1=1; --",
    "%00%0d%0aBcc: a@b.co",
    "a\r\nBcc: b@example.org",
    "٣٤٥",
    "-1",
    "9" * 5_000,
    "{{7*7}}${7*7}{% debug %}%s%n{0.__class__}",
    "../../../etc/passwd",
    "١٢:٣٠",
    "24:00",
    "99:99",
]
MOMENTS = [
    "0000-00-00T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "1970-12-31T23:59:59-23:59",
    "1971-01-01T00:00:00+23:59",
    "2499-12-31T23:59:59-23:59",
    "2026-02-30T10:00:00Z",
    "2026-10-25T02:30:00+01:00",
    "2026-03-29T02:30:00+01:00",
    "2026-12-31T23:59:60Z",
    "2026-12-31T24:00:00Z",
    "2026-12-31T10:00:00.123456789Z",
    "2026-12-31T10:00:00+99:99",
    "2026-12-31T10:00:00+00:00:00.000001",
    "2026-W01-1T10:00:00Z",
    "2026-12-31",
    "２０２６-12-31T10:00:00Z",
    "now",
    1e18,
]
DATES = [
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "20261231",
    "2026-W01-1",
    "２０２６-12-31",
    "",
    0,
]
NUMBERS = [
    "NaN",
    "sNaN",
    "-Infinity",
    "-0",
    "1E+999999",
    "1E-999999",
    "1" * 4_000,
    "0." + "0" * 4_000 + "1",
    "١",
    -1,
    "",
]
OF: Mapping[str, Sequence[Any]] = {
    "String": TEXTS,
    "DateTime": MOMENTS,
    "Date": DATES,
    "Decimal": [*NUMBERS, "1e28", "99999999999999999999.99", "0.001"],
    "Float": [1e308, -1e308, 5e-324, 180.0000001, -0.0, "1", True],
    "Int": [0, -1, 2**31 - 1, -(2**31), 2**31, 1.5, "1", True],
    "JSON": [
        {"": ""},
        {"emergencyContact": [[{}]]},
        {f"k{n}": n for n in range(3_000)},
        [1] * 3_000,
        1e308,
        "x",
        {"a": "\u202e" * 9_000},
        [[[[[[[[[[]]]]]]]]]],
    ],
    "Email": [
        *TEXTS,
        "a@b",
        '"\\"\\\\"@example.org',
        "a" * 65 + "@example.org",
        "a@" + "b." * 200 + "org",
        "ä@ö.example",
        "a@[127.0.0.1]",
        "a@xn--a.org",
        "a@b@c.org",
        "a@example.org, b@example.org",
        "İ@example.org",
    ],
    "TimeZone": [
        *TEXTS,
        "/etc/localtime",
        "posixrules",
        "Europe/../UTC",
        "Europe/",
        "UTC+25",
        "europe/warsaw",
        "tzdata.zi",
    ],
    "URL": [
        *TEXTS,
        "javascript:alert(1)",
        "http://[",
        "http://[::1",
        "http://a\u2100b/",
        "https://" + "a." * 5_000 + "org",
        "https://example.org:99999/",
        "https://user:word@example.org/",
        "file:///etc/passwd",
        "//evil.example",
    ],
    "UUID": ["", "x", "0" * 32, "{" + "0" * 32 + "}", "urn:uuid:" + "0" * 32, "٠" * 32, "0" * 5_000],
    "Boolean": ["true", 1, None],
    "enum": ["", "x" * 5_000, 0, "__proto__"],
    "cursor": [
        "",
        "x" * 20_000,
        "١" * 40,
        opaque("orderedcursor:[]"),
        opaque("orderedcursor:[null]"),
        opaque('orderedcursor:["\x00"]'),
        opaque('orderedcursor:["\\u0000", "\\ud800"]'),
        opaque('orderedcursor:["' + "9" * 400 + '", "' + "9" * 400 + '"]'),
        opaque('orderedcursor:["9999-12-31T23:59:59-14:00", "-1"]'),
        opaque('orderedcursor:["NaN", "NaN", "NaN"]'),
        opaque('orderedcursor:["x", "x", "x", "x", "x"]'),
        opaque('orderedcursor:[["a"], {"b": 1}]'),
        opaque("orderedcursor:" + "[" * 9_000),
        opaque("arrayconnection:99999999999999999999"),
        opaque("arrayconnection:-1"),
        opaque(b"\xff\xfe:\x00"),
    ],
}


def ids(world: World) -> list[Any]:
    """Ids of nothing, of other kinds, of other people's, and what is none."""
    made = world.bookings
    return [
        "",
        "x" * 20_000,
        "====",
        "١٢٣",
        5,
        write_id("Business", 10**30),
        write_id("Booking", -1),
        write_id("Service", "٣"),
        write_id("Service", "1 OR 1=1"),
        write_id("Consultant", "1\x00"),
        write_id("Nothing", 1),
        write_id("__class__", 1),
        write_id("Business", world.foreign.pk),
        write_id("Booking", made["other"].pk),
        write_id("Account", world.users["admin"].pk),
        write_id("Service", 999_999_999_999_999_999),
        write_id("Booking", 999_999_999_999_999_999),
        write_id("Slot", "1.1.99999999999999999999"),
        write_id("Slot", "1.ANY.-99999999999"),
        write_id("Slot", ".".join("1" * 60)),
        write_id("PublishedSlot", "1.253402300800"),
        write_id("PublishedSlot", "1.nan"),
        opaque(b"\xff\xfe:\x00"),
        opaque(":"),
    ]


def places(field: str) -> Iterator[tuple[Place, str]]:
    """Give where a value can stand in a root field's arguments, and what is to stand there: a key of OF, or "ID"."""
    for name, argument in root_fields()[field].args.items():
        yield from _within((name,), argument.type)


def _within(way: Place, kind: GraphQLInputType) -> Iterator[tuple[Place, str]]:
    named = get_named_type(kind)
    if way[-1] in {"after", "before"} and named.name == "String":
        yield way, "cursor"
    elif isinstance(named, GraphQLEnumType):
        yield (*way, *_listed(kind)), "enum"
    elif not isinstance(named, GraphQLInputObjectType):
        yield (*way, *_listed(kind)), named.name
    elif len(way) <= DEEPEST:
        for name, part in named.fields.items():
            yield from _within((*way, *_listed(kind), name), part.type)


def _listed(kind: GraphQLInputType) -> tuple[str, ...]:
    """Give the step into a list, where there is one."""
    return ("[]",) if is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind) else ()


def put(given: Any, way: Place, value: Any) -> Any:
    """Give arguments with a value at a place; what is on the way and not there is made."""
    if not way:
        return value
    if way[0] == "[]":
        first = given[0] if isinstance(given, list | tuple) and given else {}
        return [put(first, way[1:], value)]
    known = dict(given) if isinstance(given, Mapping) else {}
    return {**known, way[0]: put(known.get(way[0], {}), way[1:], value)}
