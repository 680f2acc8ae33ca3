"""Bodies that are deep, huge, packed, broken or of another kind, and values that no client has."""

import gzip
import json
import zlib
from typing import Any

from tests.attacks.corpus import BAD, table
from tests.attacks.documents import IDS, LOG_IN, MALFORMED, REFUSED, SEARCH, WRONG
from tests.attacks.wire import graphql, posted, request

GOOD = b'{"query": "{ categories { id } }"}'
TOO_LONG = f"413 {BAD}"
FORM = "multipart/form-data; boundary=x"


def varied(inside: bytes) -> bytes:
    """Give a body whose variables hold some JSON."""
    return posted(b'{"query": "{ categories { id } }", "variables": {"a": ' + inside + b"}}")


def variables(query: str, value: Any) -> bytes:
    """Give a question with one value in its one variable."""
    name = query.partition("$")[2].partition(":")[0]
    return graphql(query, {name: value})


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", **headers: str) -> bytes:
    """Give a request in chunks."""
    head = request(length="", Transfer_Encoding="chunked", Content_Type="application/json", **headers)
    return head + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def form(*parts: tuple[str, str]) -> bytes:
    """Give a form of several parts, as the convention for uploads in GraphQL has it."""
    lines = [f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n' for name, more in parts]
    return ("\r\n".join(lines) + "\r\n--x--\r\n").encode()


UPLOAD = form(("operations", ""), ("map", ""), ("0", '; filename="../../etc/passwd"'))
BOMB = b"0" * 20_000_000
BODIES = {
    "nothing": (MALFORMED, posted(b"")),
    "half": (MALFORMED, posted(GOOD[:-1])),
    "twice": (MALFORMED, posted(GOOD * 2)),
    "null": (MALFORMED, posted(b"null")),
    "text": (MALFORMED, posted(b'"x"')),
    "batch": (MALFORMED, posted(b"[" + b",".join([GOOD] * 100) + b"]")),
    "batch of nothing": (MALFORMED, posted(b"[]")),
    "deep lists": (MALFORMED, varied(b"[" * 60_000 + b"]" * 60_000)),
    "deep lists that never end": (MALFORMED, posted(b"[" * 250_000)),
    "deep objects": (MALFORMED, posted(b'{"a":' * 40_000 + b"1" + b"}" * 40_000)),
    "many lists": (MALFORMED, varied(b"[" + b"[]," * 60_000 + b"[]]")),
    "many nulls": (MALFORMED, varied(b"[" + b"null," * 40_000 + b"null]")),
    "many numbers": (MALFORMED, varied(b"[" + b"1e9," * 60_000 + b"1]")),
    "as many numbers as may be": ("200 ", varied(b"[" + b"1e9," * 9_990 + b"1]")),
    "many keys": (MALFORMED, posted(json.dumps({f"k{n}": n for n in range(16_000)}).encode())),
    "one key many times": (MALFORMED, posted(b"{" + b'"query":1,' * 20_000 + b'"query":2}')),
    "quotes": (MALFORMED, posted(b'"' * 250_000)),
    "backslashes": (MALFORMED, posted(b'{"query": "' + b"\\" * 250_000)),
    "blanks": (MALFORMED, posted(b" " * 250_000)),
    "number of 10,000 digits": (MALFORMED, varied(b"9" * 10_000)),
    "numbers of 4,000 digits": ("200 ", varied(b"[" + (b"9" * 4000 + b",") * 50 + b"1]")),
    "1e400": (MALFORMED, varied(b"1e400")),
    "fraction of 250,000 digits": ("200 ", varied(b"0." + b"1" * 250_000)),
    "NaN": (MALFORMED, varied(b"NaN")),
    "Infinity": (MALFORMED, varied(b"-Infinity")),
    "NUL": (MALFORMED, varied(b'"\\u0000"')),
    "NUL itself": (MALFORMED, varied(b'"\x00"')),
    "half of a surrogate pair": (MALFORMED, varied(b'"\\ud800"')),
    "surrogate pair the wrong way round": (MALFORMED, varied(b'"\\udc00\\ud800"')),
    "surrogate in UTF-8": (MALFORMED, varied(b'"\xed\xa0\x80"')),
    "no UTF-8": (MALFORMED, varied(b'"\xff\xfe"')),
    "overlong UTF-8": (MALFORMED, varied(b'"\xc0\xaf\xe0\x80\xaf"')),
    "past Unicode": (MALFORMED, varied(b'"\xf4\x90\x80\x80"')),
    "byte order mark": (MALFORMED, posted(b"\xef\xbb\xbf" + GOOD)),
    "UTF-16": (MALFORMED, posted(GOOD.decode().encode("utf-16"))),
    "UTF-16, and said so": (
        f"415 {BAD}",
        posted(GOOD.decode().encode("utf-16"), Content_Type="application/json; charset=utf-16"),
    ),
    "UTF-7, and said so": (f"415 {BAD}", posted(GOOD, Content_Type="application/json; charset=utf-7")),
    "charset unknown": (f"415 {BAD}", posted(GOOD, Content_Type="application/json; charset=" + "x" * 5_000)),
    "form": ("400 FORBIDDEN", posted(b"query={me{id}}", Content_Type="application/x-www-form-urlencoded")),
    "text, as a form sends it": ("400 FORBIDDEN", posted(GOOD, Content_Type="text/plain")),
    "upload": ("400 FORBIDDEN", posted(UPLOAD, Content_Type=FORM)),
    "upload after asking": (f"415 {BAD}", posted(UPLOAD, Content_Type=FORM, Apollo_Require_Preflight="1")),
    "upload of many parts": ("400 FORBIDDEN", posted(form(*(("a", ""),) * 4_000), Content_Type=FORM)),
    "XML": (
        f"415 {BAD}",
        posted(
            b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
            Content_Type="application/xml",
        ),
    ),
    "pickle": (f"415 {BAD}", posted(b"\x80\x04.", Content_Type="application/x-python-pickle")),
    "no type": ("400 FORBIDDEN", request(body=GOOD)),
    "gzip": (MALFORMED, posted(gzip.compress(BOMB, 9), Content_Encoding="gzip")),
    "gzip within gzip": (
        MALFORMED,
        posted(gzip.compress(gzip.compress(BOMB)), Content_Encoding="gzip, gzip"),
    ),
    "deflate": (MALFORMED, posted(zlib.compress(BOMB), Content_Encoding="deflate")),
    "brotli": (MALFORMED, posted(b"\x5b\xff\xff\x01\xa0\xf5\x02" * 100, Content_Encoding="br")),
    "packed, it says, and is not": ("200 ", posted(GOOD, Content_Encoding="gzip")),
    "5 MB text": (TOO_LONG, graphql(SEARCH, {"t": "x" * 5_000_000})),
    "5 MB document": (TOO_LONG, graphql("{ me { id } } #" + "x" * 5_000_000)),
    "said to be endless": (TOO_LONG, request(length="9" * 15, Content_Type="application/json")),
}
LENGTHS = {
    "said to be 10**30": ("0 | 400 | 413", request(length="9" * 30, Content_Type="application/json")),
    "negative": ("0 | 400", request(length="-1", body=GOOD, Content_Type="application/json")),
    "no number": ("0 | 400", request(length="x", body=GOOD, Content_Type="application/json")),
    "digits of another script": ("0 | 400", request(length="١٢", body=GOOD, Content_Type="application/json")),
    "with a plus": ("0 | 400", request(length="+34", body=GOOD, Content_Type="application/json")),
    "shorter than it is": (
        "400 BAD_USER_INPUT",
        request(length="5", body=GOOD, Content_Type="application/json"),
    ),
    "nought": ("400 BAD_USER_INPUT", request(length="0", body=GOOD, Content_Type="application/json")),
    "two that differ": ("0 | 400", request(body=GOOD, Content_Type="application/json", Content_length="5")),
    "beside chunks": ("0 | 200 | 400 | 400 BAD_USER_INPUT", chunked(GOOD, Content_length="5")),
}
CHUNKS = {
    "one": ("200 ", chunked(GOOD)),
    "of a byte each": ("200 ", chunked(*(GOOD[n : n + 1] for n in range(len(GOOD))))),
    "past the limit": (TOO_LONG, chunked(*[b"x" * 65_536] * 8)),
    "of no size": ("0 | 400 | 400 BAD_USER_INPUT", chunked(end=b"zz\r\n\r\n")),
    "of a huge size": ("0 | 400 | 400 BAD_USER_INPUT", chunked(end=b"fffffffffffffffff\r\n")),
    "with long extensions": (
        "0 | 400 | 400 BAD_USER_INPUT",
        chunked(end=b"1;" + b"x" * 100_000 + b"\r\n1\r\n0\r\n\r\n"),
    ),
    "with trailers": ("200 ", chunked(GOOD, end=b"0\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n")),
    "with many trailers": (
        "0 | 200  | 400 | 400 BAD_USER_INPUT",
        chunked(GOOD, end=b"0\r\n" + b"a: b\r\n" * 5_000 + b"\r\n"),
    ),
}
VALUES = {
    "text of 250,000": (REFUSED, variables(SEARCH, "x" * 250_000)),
    "text of marks": (REFUSED, variables(SEARCH, "\u0301" * 40_000)),
    "text of a ligature that unfolds": (REFUSED, variables(SEARCH, "\ufdfa" * 20_000)),
    "text of pattern's letters": (REFUSED, variables(SEARCH, "%_\\" * 20_000)),
    "text of blanks": (REFUSED, variables(SEARCH, " \u3000\u00a0" * 20_000)),
    "text that is a number": (REFUSED, variables(SEARCH, 10**300)),
    "text that is a list": (REFUSED, variables(SEARCH, [["x"]])),
    "text that is an object": (REFUSED, variables(SEARCH, {"__proto__": {"a": 1}})),
    "ids, many": (MALFORMED, variables(IDS, ["x"] * 40_000)),
    "ids, as many as may be": (REFUSED, variables(IDS, ["x"] * 9_990)),
    "ids, a hundred of nonsense": (REFUSED, variables(IDS, ["x" * 2_000] * 100)),
    "ids, nulls": (REFUSED, variables(IDS, [None] * 9_990)),
    "ids, lists": (REFUSED, variables(IDS, [["x"]] * 5_000)),
    "input null": (REFUSED, variables(LOG_IN, None)),
    "input of nulls": (REFUSED, variables(LOG_IN, {"email": None, "password": None})),
    "input of unknown keys": (REFUSED, variables(LOG_IN, {f"k{n}": 1 for n in range(9_000)})),
    "input of one long key": (REFUSED, variables(LOG_IN, {"k" * 250_000: 1})),
    "password of 250,000": (
        "200 CREDENTIALS_INVALID",
        variables(LOG_IN, {"email": "a@example.org", "password": "x" * 250_000}),
    ),
    "address of 250,000": (
        "200 CREDENTIALS_INVALID",
        variables(LOG_IN, {"email": "a" * 250_000, "password": "x"}),
    ),
    "address of dots": (
        "200 CREDENTIALS_INVALID",
        variables(LOG_IN, {"email": "a@" + "a." * 60_000, "password": "x"}),
    ),
    "address of quotes": (
        "200 CREDENTIALS_INVALID",
        variables(LOG_IN, {"email": '"' * 60_000 + "@a.co", "password": "x"}),
    ),
    "page past 32 bit": (
        REFUSED,
        variables("query($n: Int) { businesses(first: $n) { totalCount } }", 2**31),
    ),
    "page past a double": (
        f"{MALFORMED} | {REFUSED}",
        variables("query($n: Int) { businesses(first: $n) { totalCount } }", 10**400),
    ),
    "page that is a fraction": (
        REFUSED,
        variables("query($n: Int) { businesses(first: $n) { totalCount } }", 1.5),
    ),
    "page that is a truth": (
        REFUSED,
        variables("query($n: Int) { businesses(first: $n) { totalCount } }", True),
    ),
    "operation's name of 200,000": (REFUSED, graphql("query A { me { id } }", name="x" * 200_000)),
    "operation's name of marks": (REFUSED, graphql("query A { me { id } }", name="\u202e<script>")),
    "variables that are not asked for": ("200 ", graphql("{ categories { id } }", {"a" * 200_000: 1})),
    "extensions, unknown": (
        "200 ",
        graphql("{ categories { id } }", extensions={"tracing": {"a": ["b"] * 5_000}}),
    ),
    "unknown variable": (WRONG, graphql("{ business(slug: $s) { id } }", {"s": "x"})),
}
ATTACKS = (
    *table("body", BODIES),
    *table("length", LENGTHS),
    *table("chunks", CHUNKS),
    *table("value", VALUES),
)
