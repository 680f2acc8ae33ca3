"""Methods, headers and paths that no client has."""

from tests.attacks.corpus import BAD, table
from tests.attacks.wire import HEAD, graphql, request

ASKED = "{ categories { id } }"
NOT_THERE = "404"


def headed(**headers: str | bytes) -> bytes:
    """Give a good question with headers that are not."""
    return graphql(ASKED, **headers)


def hosted(host: str | bytes) -> bytes:
    """Give a good question to another host."""
    return graphql(ASKED, Host=host)


METHODS = {
    name: (right, request(name, "/graphql/", Content_Type="application/json"))
    for name, right in {
        "PUT": f"405 {BAD}",
        "DELETE": f"405 {BAD}",
        "PATCH": f"405 {BAD}",
        "PROPFIND": f"405 {BAD}",
        "TRACE": f"405 {BAD}",
        "CONNECT": "0 | 400 | 404 | 405 | 405 BAD_USER_INPUT",
        "OPTIONS": "204",
        "HEAD": "400",
        "get": f"405 {BAD} | 400 | 400 {BAD}",
        "X" * 5_000: f"405 {BAD} | 400 | 0",
        "GÉT": "400 | 0",
        "PRI": f"0 | 400 | 405 {BAD}",
    }.items()
}
HEADERS = {
    "header of 60,000": ("200  | 400 | 431", headed(X_A="a" * 60_000)),
    "header of a megabyte": ("0 | 400 | 431", headed(X_A="a" * 1_000_000)),
    "headers, 90": ("200 ", headed(**{f"X_{n}": "a" for n in range(90)})),
    "headers, 5,000": ("0 | 400 | 431", headed(**{f"X_{n}": "a" for n in range(5_000)})),
    "name of 50,000": ("200  | 400 | 431", headed(**{"X" * 50_000: "a"})),
    "folded": ("0 | 400 | 200 ", headed(X_A="a\r\n b")),
    "line feed alone": ("200  | 400", headed(X_A="a\nX-B: c")),
    "NUL": ("0 | 400", headed(X_A="a\0b")),
    "bytes": ("200 ", headed(X_A=b"\xff\xfe\x80")),
    "blank before the colon": ("0 | 400", headed(**{"X_A ": "a"})),
    "Host of another": ("400", hosted("evil.example")),
    "Host with a port of letters": ("400", hosted("127.0.0.1:x")),
    "Host of 5,000": ("400", hosted("a" * 5_000)),
    "Host of dots": ("400", hosted("." * 250)),
    "Host with a path": ("400 | 0", hosted("127.0.0.1/x?y#z")),
    "Host with somebody": ("400 | 0", hosted("a@127.0.0.1")),
    "Host of bytes": ("400 | 0", hosted(b"\xff\xff")),
    "Host empty": ("400 | 0", hosted("")),
    "X-Forwarded-Host": ("200 ", headed(X_Forwarded_Host="evil.example")),
    "X-Forwarded-For of many": ("200 ", headed(**{"X-Forwarded-For": ",".join(["1.2.3.4"] * 7_000)})),
    "X-Forwarded-For of commas": ("200 ", headed(**{"X-Forwarded-For": "," * 50_000})),
    "X-Forwarded-For of nonsense": (
        "200 ",
        headed(**{"X-Forwarded-For": "unknown, ::::, 999.1.1.1, <script>"}),
    ),
    "X-Forwarded-For of bytes": ("200 ", headed(**{"X-Forwarded-For": b"\xff\xfe"})),
    "X-Forwarded-Proto of nonsense": ("200 ", headed(**{"X-Forwarded-Proto": "https, http\t"})),
    "X-Forwarded-Proto absent": ("301", graphql(ASKED, head={**HEAD, "X-Forwarded-Proto": "http"})),
    "X-Request-ID of 50,000": ("200 ", headed(X_Request_ID="a" * 50_000)),
    "X-HTTP-Method-Override": ("200 ", headed(X_HTTP_Method_Override="DELETE")),
    "Authorization of nothing": ("200 ", headed(Authorization="")),
    "Authorization of nonsense": ("200 ", headed(Authorization="Bearer " + "x" * 50_000)),
    "Authorization of dots": ("200 ", headed(Authorization="Bearer " + "." * 50_000)),
    "Authorization without a signature": (
        "200 ",
        headed(Authorization="Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."),
    ),
    "Authorization with a deep claim": (
        "200 ",
        headed(Authorization="Bearer eyJhbGciOiJIUzI1NiJ9." + "W1tb" * 10_000 + ".x"),
    ),
    "Authorization of a key": ("200 UNAUTHENTICATED", headed(Authorization="Api-Key " + "x" * 50_000)),
    "Authorization of bytes": ("200 ", headed(Authorization=b"Bearer \xff\xfe")),
    "Authorization of another kind": ("200 ", headed(Authorization="Basic eDp5")),
    "X-Booking-Token of nonsense": ("200 ", headed(X_Booking_Token="x" * 50_000)),
    "X-Booking-Token of bytes": ("200 ", headed(X_Booking_Token=b"\xff")),
    "Idempotency-Key of 50,000": ("200 ", headed(Idempotency_Key="x" * 50_000)),
    "Accept of many": ("200 ", headed(Accept="text/html;q=0.1," * 3_000)),
    "Accept of odd weights": ("200 ", headed(Accept="application/json;q=nan;q=1e999;q=-1;q=")),
    "Accept-Language of many": ("200 ", headed(Accept_Language="pl;q=0.5," * 6_000)),
    "Accept-Language of dashes": ("200 ", headed(Accept_Language="a" + "-a" * 25_000)),
    "Accept-Language of nonsense": ("200 ", headed(Accept_Language="../../etc/passwd")),
    "Accept-Encoding of many": ("200 ", headed(Accept_Encoding="gzip;q=1," * 6_000)),
    "Cookie of many": ("200 ", headed(Cookie="a=b; " * 10_000)),
    "Cookie of a session": ("200 ", headed(Cookie="sessionid=" + "x" * 50_000)),
    "Cookie with NUL": ("200 ", headed(Cookie='sessionid="\\000"; csrftoken="\\000"')),
    "Cookie of quotes": ("200 ", headed(Cookie='a="' + "\\" * 50_000)),
    "Origin of another": ("200 ", headed(Origin="https://evil.example")),
    "Origin of nonsense": ("200 ", headed(Origin="http://[::1")),
    "Origin null": ("200 ", headed(Origin="null")),
    "Range": ("200 ", headed(Range="bytes=0-0," * 3_000)),
    "Expect": ("200  | 100 | 417", headed(Expect="100-continue")),
    "Upgrade": ("200 ", headed(Connection="Upgrade", Upgrade="h2c, websocket")),
    "Proxy": ("200 ", headed(Proxy="http://evil.example/")),
    "If-None-Match of many": ("200 ", headed(If_None_Match='"a",' * 10_000)),
    "Content-Type of many parameters": (
        "200  | 415 BAD_USER_INPUT",
        headed(Content_Type="application/json" + ";a=b" * 10_000),
    ),
}
PATHS = {
    "/": NOT_THERE,
    "//": NOT_THERE,
    "/graphql": "301 | 404",
    "//graphql/": NOT_THERE,
    "/graphql/../admin/": "404",
    "/%67raphql/?query=%7B__typename%7D": "200",
    "/.git/config": NOT_THERE,
    "/.env": NOT_THERE,
    "/static/../core/settings.py": NOT_THERE,
    "/static/%2e%2e/core/settings.py": NOT_THERE,
    "/static/..%2f..%2f..%2fetc/passwd": NOT_THERE,
    "/static/%00": NOT_THERE,
    "/static/" + "a/" * 5_000: NOT_THERE,
    "/pictures/../../etc/passwd": NOT_THERE,
    "/pictures/%2e%2e%2fetc%2fpasswd": NOT_THERE,
    "/pictures/" + "a" * 40_000: NOT_THERE,
    "/uploads/x": "404 | 405",
    "/uploads/" + "x:" * 15_000: "404 | 405",
    "/uploads/%00": "404 | 405",
    "/calendar/%00.ics": NOT_THERE,
    "/calendar/" + "x" * 40_000 + ".ics": NOT_THERE,
    "/calendar/%ff%fe.ics": NOT_THERE,
    "/calendar/booking/999999999999999999-c-" + "0" * 64 + ".ics": NOT_THERE,
    "/calendar/booking/1-h999999999999999999-" + "0" * 64 + ".ics": NOT_THERE,
    "/calendar/booking/١-c-" + "0" * 64 + ".ics": "400 | 404",
    "/receipts/999999999999999999-" + "0" * 64 + "/": NOT_THERE,
    "/mail/stop/reminder-" + "0" * 64 + "-" + "0" * 64 + "/": "404",
    "/payments/sandbox/checkout/%00": NOT_THERE,
    "/payments/sandbox/checkout/" + "x" * 40_000: NOT_THERE,
    "/payments/stripe/events": "404 | 405",
    "/payments/" + "x" * 40_000 + "/events": "404 | 405",
    "/payments/stripe/events/999999999999999999999": "404 | 405",
    "/health/live?" + "a" * 40_000: "200",
    "/health/live/": NOT_THERE,
    "/mailbox/": NOT_THERE,
    "/admin/?next=//evil.example/&x=%00": "400",
    "/admin/bookings/booking/%00/change/": "302 | 400 | 404",
    "/admin/login/?next=https://evil.example/" + "a" * 20_000: "200 | 302",
    "/admin/bookings/booking/?q=" + "a" * 20_000: "302 | 400",
    "/admin/jsi18n/": "200 | 302",
    "/admin/r/1/99999999999999999999999/": "302 | 404",
    "/bookings/status?id=" + "%00": "200",
    "/bookings/status?id=" + "x" * 40_000: "200",
    "/bookings/status?id=%ff%fe": "200",
    "/account/reset-password?" + "a=b&" * 900: "200",
    "/account/reset-password?" + "a=b&" * 5_000: "200 | 400",
    "/%ff%fe/%c0%ae%c0%ae/": NOT_THERE,
    "/a%0d%0aSet-Cookie:%20a=b": NOT_THERE,
    "/" + "a/" * 20_000: NOT_THERE,
    "/" + "%25" * 15_000: NOT_THERE,
    "*": "0 | 400 | 404",
    "http://evil.example/graphql/": "200  | 400 | 404",
    "evil.example:80": "0 | 400 | 404",
}
INBOXES = {
    "event, unsigned": (
        "400 | 401 | 403 | 404",
        request(target="/payments/stripe/events", body=b"{}", Content_Type="application/json"),
    ),
    "event, deep": (
        "400 | 401 | 403 | 404",
        request(target="/payments/stripe/events", body=b"[" * 100_000, Stripe_Signature="t=1,v1=" + "0" * 64),
    ),
    "event, many signatures": (
        "400 | 401 | 403 | 404",
        request(target="/payments/stripe/events", body=b"{}", Stripe_Signature="t=1" + ",v1=00" * 8_000),
    ),
    "event, time of 20,000 digits": (
        "400 | 401 | 403 | 404",
        request(
            target="/payments/stripe/events", body=b"{}", Stripe_Signature="t=" + "9" * 20_000 + ",v1=00"
        ),
    ),
    "event of 5 MB": (
        "400 | 401 | 403 | 404 | 413",
        request(target="/payments/stripe/events", body=b"x" * 5_000_000),
    ),
    "event of the sandbox": (
        "400 | 401 | 403 | 404",
        request(target="/payments/sandbox/events", body=b'{"a": 1e400}', X_Sandbox_Signature="00"),
    ),
    "event of bytes": (
        "400 | 401 | 403 | 404",
        request(target="/payments/paystack/events", body=b"\xff\xfe", X_Paystack_Signature=b"\xff\xfe"),
    ),
    "form without its token": (
        "403 | 409",
        request(target="/bookings/verify", body=b"code=1", Content_Type="application/x-www-form-urlencoded"),
    ),
    "form of many fields": (
        "400 | 403 | 409",
        request(
            target="/bookings/verify", body=b"a=b&" * 40_000, Content_Type="application/x-www-form-urlencoded"
        ),
    ),
    "form of many parts": (
        "400 | 403 | 409",
        request(
            target="/bookings/status",
            body=b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n" * 3_000 + b"--x--",
            Content_Type="multipart/form-data; boundary=x",
        ),
    ),
    "form without a boundary": (
        "400 | 403 | 409",
        request(target="/bookings/verify", body=b"x", Content_Type="multipart/form-data"),
    ),
    "log-in of the admin": (
        "403",
        request(
            target="/admin/login/",
            body=b"username=a&password=" + b"x" * 200_000,
            Content_Type="application/x-www-form-urlencoded",
        ),
    ),
    "upload without a link": (
        "403 | 404",
        request("PUT", "/uploads/x", b"x" * 200_000, Content_Type="image/png"),
    ),
    "stop of mails": (
        "403 | 404",
        request(
            target="/mail/stop/reminder-" + "0" * 64 + "-" + "0" * 64 + "/",
            body=b"List-Unsubscribe=One-Click",
        ),
    ),
}
ATTACKS = (
    *table("method", {name[:12]: row for name, row in METHODS.items()}),
    *table("header", HEADERS),
    *table(
        "path",
        {
            f"{n} {path[:40]}": (right, request("GET", path, Accept="text/html"))
            for n, (path, right) in enumerate(PATHS.items())
        },
    ),
    *table("inbox", INBOXES),
)
