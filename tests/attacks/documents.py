"""Documents that are deep, wide, circular, long or nonsense."""

from tests.attacks.corpus import BAD, COMPLEX, INVALID, table
from tests.attacks.wire import graphql, request

HUGE = 250_000
FEW = 15_000
"""Characters that a document may have, nearly."""
SEARCH = "query($t: String) { businesses(search: $t) { totalCount } }"
IDS = "query($i: [ID!]!) { nodes(ids: $i) { id } }"
LOG_IN = "mutation($i: TokenAuthInput!) { tokenAuth(input: $i) { errors { code } } }"
DEAR = f"200 {COMPLEX}"
WRONG = f"200 {INVALID}"
REFUSED = f"200 {BAD}"
MALFORMED = f"400 {BAD}"


def doubling(count: int) -> str:
    """Give fragments that each spread the next one twice."""
    chain = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(count))
    return f"{{ ...F0 }} {chain} fragment F{count} on Query {{ categories {{ id }} }}"


def nested(depth: int) -> str:
    """Give services of practices of services, so many levels deep."""
    return (
        "{ "
        + "businesses { nodes: edges { node { services { business { " * depth
        + "id"
        + " }" * (5 * depth)
        + " }"
    )


def bracketed(depth: int, inner: str) -> str:
    """Give a document with a literal so deep in brackets; its place on the stack is the sender's choice."""
    return "{ nodes(ids: " + "[" * depth + inner + "]" * depth + ") { id } }"


TRY = 'tokenAuth(input: {email: "a@b.co", password: "x"}) { token }'
ALIASES = " ".join(f"a{n}: categories {{ id }}" for n in range(16))
DOCUMENTS = {
    "deep": (DEAR, nested(4)),
    "deep and unknown": (DEAR, "{ a " * 300 + "}" * 300),
    "deep inline fragments": (DEAR, "{ " + "... { " * 80 + "__typename" + " }" * 80 + " }"),
    "wide": (DEAR, "{ " + "categories { id } " * 24 + "}"),
    "dear": (
        DEAR,
        "{ businesses(first: 100) { edges { node { services { consultants { services { id } } } } } } }",
    ),
    "aliases": (DEAR, f"{{ {ALIASES} }}"),
    "aliases by the thousand": (DEAR, "{ " + " ".join(f"a{n}: me {{ id }}" for n in range(900)) + " }"),
    "open slots many times": (
        DEAR,
        "{ " + " ".join(f'a{n}: openSlots(serviceId: "x") {{ totalCount }}' for n in range(14)) + " }",
    ),
    "directives on one field": (DEAR, "{ me @skip(if: false) " + "@include(if: true) " * 30 + "{ id } }"),
    "directive repeated": (WRONG, "{ me @skip(if: false) @skip(if: false) { id } }"),
    "directive unknown": (WRONG, '{ me @exec(cmd: "id") { id } }'),
    "directive at a wrong place": (WRONG, "query @skip(if: true) { me { id } }"),
    "directives unknown by the thousand": (DEAR, "{ me " + "@x " * 900 + "{ id } }"),
    "circular fragments": (WRONG, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
    "fragment within itself": (
        WRONG,
        "{ ...A } fragment A on Query { me { ...B } ...A } fragment B on Account { id ...B }",
    ),
    "doubling fragments": (DEAR, doubling(60)),
    "doubling fragments, few": (DEAR, doubling(17)),
    "fragments unused": (
        WRONG,
        "{ me { id } } " + " ".join(f"fragment F{n} on Query {{ me {{ id }} }}" for n in range(20)),
    ),
    "duplicate fields": (DEAR, "{ me { " + "id " * 900 + "} }"),
    "duplicate fields with long texts": (
        DEAR,
        "{ " + ('businesses(search: "' + "x" * 1400 + '") { totalCount } ') * 10 + "}",
    ),
    "duplicate fields in a tree": (
        "200 ",
        "{ me { practices { " + "business { services { id } services { id } } " * 30 + "} } }",
    ),
    "conflicting fields": (WRONG, '{ a: business(slug: "a") { id } a: business(slug: "b") { id } }'),
    "tokens": (DEAR, "{ " + "id " * 5000 + "}"),
    "long text": (DEAR, '{ business(slug: "' + "x" * HUGE + '") { id } }'),
    "long text that is taken": ("200 ", '{ business(slug: "' + "x" * FEW + '") { id } }'),
    "long number": (DEAR, "{ businesses(first: " + "9" * HUGE + ") { totalCount } }"),
    "long number that is read": (REFUSED, "{ businesses(first: " + "9" * FEW + ") { totalCount } }"),
    "number past 4,300 digits": (REFUSED, "{ businesses(first: " + "9" * 4301 + ") { totalCount } }"),
    "number past 32 bit": (WRONG, "{ businesses(first: 2147483648) { totalCount } }"),
    "number past a double": (REFUSED + f" | {WRONG}", "{ businesses(ratingFrom: 1e400) { totalCount } }"),
    "number with a long exponent": (
        REFUSED + f" | {WRONG}",
        "{ businesses(ratingFrom: 1e" + "9" * 5000 + ") { totalCount } }",
    ),
    "long name": (DEAR, "{ " + "x" * HUGE + " }"),
    "long name that is read": (WRONG, "{ " + "x" * FEW + " }"),
    "long comment": (DEAR, "{ me { id } } #" + "x" * HUGE),
    "lines": (DEAR, "{ me { id } }" + "\n" * 100_000),
    "lines before errors": (DEAR, "{" + "\n" * 12_000 + " ".join(f"x{n}" for n in range(500)) + "}"),
    "block text": (WRONG, '{ x(a: """' + "\n " * 4_000 + '""") }'),
    "escapes": ("200 ", '{ business(slug: "' + "\\u0041" * 2_500 + '") { id } }'),
    "half of a surrogate pair escaped": (WRONG, '{ business(slug: "\\uD800") { id } }'),
    "half of a surrogate pair escaped in braces": (WRONG, '{ business(slug: "\\u{D800}") { id } }'),
    "NUL escaped": (REFUSED, '{ business(slug: "\\u0000") { id } }'),
    "NUL escaped in braces": (REFUSED, '{ business(slug: "\\u{0}") { id } }'),
    "NUL escaped in braces with noughts": (REFUSED, '{ business(slug: "\\u{0000000}") { id } }'),
    "byte order mark": ("200 ", "\ufeff{ categories { id } }"),
    "bidirectional marks": (WRONG, "{ \u202eme { id } }"),
    "no document": (MALFORMED, ""),
    "blanks alone": (WRONG, " \n\t,"),
    "commas alone": (WRONG, ",,,"),
    "types": (WRONG, "type Query { a: Int }"),
    "extension of the schema": (WRONG, "extend type Query { a: Int }"),
    "subscription": (f"{WRONG} | {REFUSED}", "subscription { me { id } }"),
    "two operations": (REFUSED, "query A { me { id } } query B { me { id } }"),
    "two of one name": (WRONG, "query A { me { id } } query A { me { id } }"),
    "two throttled mutations": (DEAR, f"mutation {{ a: {TRY} b: {TRY} }}"),
    "throttled mutations in a fragment": (
        DEAR,
        f"mutation {{ ...F ...F }} fragment F on Mutation {{ a: {TRY} b: {TRY} }}",
    ),
    "variables by the hundred": (
        WRONG,
        "query(" + " ".join(f"$v{n}: Int" for n in range(230)) + ") { me { id } }",
    ),
    "variable that defines itself": (WRONG, "query($a: Int = $a) { businesses(first: $a) { totalCount } }"),
    "deep type of a variable": (WRONG, "query($a: " + "[" * 150 + "Int" + "]" * 150 + ") { me { id } }"),
    "default of a wrong kind": (WRONG, 'query($a: Int = "x") { businesses(first: $a) { totalCount } }'),
    "deep list": (DEAR, bracketed(7_000, "1")),
    "deep object": (DEAR, "{ booking(by: " + "{a: " * 190 + "1" + "}" * 190 + ") { id } }"),
    "introspection": ("200 FORBIDDEN", "{ __schema { types { name fields { name args { name } } } } }"),
    "introspection of a type": ("200 FORBIDDEN", '{ __type(name: "Booking") { fields { name } } }'),
    "introspection in circles": (
        DEAR,
        "{ __schema { types { " + "fields { type { " * 4 + "name" + " } }" * 4 + " } } }",
    ),
    "names guessed": (WRONG, "{ serviceKey bookingz { id } businesse { id } }"),
    "federation": (WRONG, "{ _service { sdl } _entities(representations: []) { __typename } }"),
    "template": ("200 ", '{ business(slug: "{{7*7}}${7*7}<%= 7*7 %>#{7*7}") { id } }'),
    "statement": ("200 ", '{ business(slug: "\' OR 1=1; DROP TABLE bookings_booking; --") { id } }'),
    "path": ("200 ", '{ business(slug: "../../../../etc/passwd") { id } }'),
    "pattern that backtracks": (REFUSED, '{ businesses(search: "' + "a" * 3000 + '!") { totalCount } }'),
    "pattern of the database": (REFUSED, '{ businesses(search: "' + "%_" * 1000 + '") { totalCount } }'),
    "page of less than nothing": (REFUSED, "{ businesses(first: -1) { totalCount } }"),
    "page of nothing": ("200 ", "{ businesses(first: 0) { totalCount edges { cursor } } }"),
    "page of too many": (f"{REFUSED} | {DEAR}", "{ businesses(first: 2147483647) { totalCount } }"),
    "page forwards and backwards": (REFUSED, "{ businesses(first: 1, last: 1) { totalCount } }"),
    "page after and before": (REFUSED, '{ businesses(first: 1, after: "x", before: "x") { totalCount } }'),
    "page of null": (
        "200 ",
        "{ businesses(first: null, last: null, after: null, before: null) { totalCount } }",
    ),
}
GET = {
    "mutation": (
        "405 BAD_USER_INPUT",
        "query=mutation(%24i:TokenAuthInput!)%7BtokenAuth(input:%24i)%7Btoken%7D%7D&variables=%7B%7D",
    ),
    "nothing": (MALFORMED, ""),
    "half of an escape": (f"{MALFORMED} | {WRONG}", "query=%"),
    "no UTF-8": (f"{MALFORMED} | {WRONG}", "query=%ff%fe"),
    "overlong UTF-8": (f"{MALFORMED} | {WRONG}", "query=%c0%80"),
    "NUL": (MALFORMED, "query=%7Bme%00%7D"),
    "many parameters": (MALFORMED, "&".join(f"a{n}=1" for n in range(2_000))),
    "query many times": ("200 ", "query=%7Bme%7Bid%7D%7D&" * 500),
    "variables of a wrong kind": (MALFORMED, "query=%7Bme%7Bid%7D%7D&variables=%5B%5D"),
    "variables no JSON": (MALFORMED, "query=%7Bme%7Bid%7D%7D&variables=%7B"),
    "variables deep": (MALFORMED, "query=%7Bme%7Bid%7D%7D&variables=" + "%5B" * 5_000),
    "extensions deep": (MALFORMED, "query=%7Bme%7Bid%7D%7D&extensions=" + "%7B%22a%22:" * 2_000),
}
DIGEST = "0" * 64
PERSISTED = {
    "unknown": (
        "200 PERSISTED_QUERY_NOT_FOUND",
        graphql(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}),
    ),
    "hash of another": (
        MALFORMED,
        graphql("{ me { id } }", extensions={"persistedQuery": {"version": 1, "sha256Hash": DIGEST}}),
    ),
    "no hash": (MALFORMED, graphql("{ me { id } }", extensions={"persistedQuery": {"version": 1}})),
    "hash in capitals": (
        MALFORMED,
        graphql(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": "A" * 64}}),
    ),
    "hash of another script": (
        MALFORMED,
        graphql(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": "١" * 64}}),
    ),
    "hash of a megabyte's quarter": (
        MALFORMED,
        graphql(None, extensions={"persistedQuery": {"version": 1, "sha256Hash": "a" * HUGE}}),
    ),
    "version of a wrong kind": (
        MALFORMED,
        graphql(None, extensions={"persistedQuery": {"version": True, "sha256Hash": DIGEST}}),
    ),
    "version to come": (
        "200 PERSISTED_QUERY_NOT_SUPPORTED",
        graphql(None, extensions={"persistedQuery": {"version": 10**400, "sha256Hash": DIGEST}}),
    ),
    "list": (MALFORMED, graphql(None, extensions={"persistedQuery": []})),
}
ATTACKS = (
    *table("document", {name: (right, graphql(text)) for name, (right, text) in DOCUMENTS.items()}),
    *table(
        "long text in brackets",
        {f"{n} deep": (DEAR, graphql(bracketed(n, '"' + "x" * HUGE + '"'))) for n in range(0, 60, 6)},
    ),
    *table(
        "text as long as may be in brackets",
        {
            f"{n} deep": (f"{REFUSED} | {WRONG} | {DEAR}", graphql(bracketed(n, '"' + "x" * FEW + '"')))
            for n in range(64)
        },
    ),
    *table(
        "GET",
        {
            name: (right, request("GET", f"/graphql/?{text}", Accept="application/json"))
            for name, (right, text) in GET.items()
        },
    ),
    *table("persisted", PERSISTED),
)
