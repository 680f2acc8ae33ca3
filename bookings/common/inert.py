"""Text from people, made so that it does nothing where it is shown: one line, no direction marks, no links."""

import re

LONGEST = 200
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Unicode's categories Cc, Zl, Zp and Cs."""
_SCHEME = re.compile(r":\s*/+")
_DOMAIN_DOT = re.compile(r"(?<=\w)\.(?=[^\W\d_]{2})|(?<=\d)\.(?=\d+\.\d+\.\d)")


def one_line(text: str, longest: int = LONGEST) -> str:
    """Give the text without control and direction marks, on one line, at most `longest` characters."""
    plain = " ".join(_CONTROL.sub(" ", _BIDI.sub("", text)).split())
    return plain if len(plain) <= longest else plain[: longest - 1].rstrip() + "…"


def inert(text: str, longest: int = LONGEST) -> str:
    """Give text from people so that no program links it: `a.example` becomes `a. example`."""
    return _DOMAIN_DOT.sub(". ", _SCHEME.sub(": ", one_line(text, longest)))
