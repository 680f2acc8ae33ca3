"""Texts that would do something where they are taken for more than text, and harmless ones of the same length."""

import re

from tests.admin.planting import ADDRESSES

RUN = "window.__ran=1"
SCRIPT = f"<script>{RUN}</script>"
EVERYTHING = (
    f"""\"'></script>{SCRIPT}<svg/onload={RUN}><img src=x onerror="{RUN}">{{{{{RUN}}}}}${{{RUN}}}`{RUN}`"""
    f"""" x-init="{RUN}" @click={RUN} hx-on:load='{RUN}' hx-get=/ autofocus onfocus={RUN} style=x:y '"""
    f"""');{RUN};(' \\');{RUN}// --></style></title></textarea>{SCRIPT}<b x-data={RUN}>\u202egnp.exe\u2066"""
    f"""<a href="javascript:{RUN}">javascript:{RUN}</a><iframe srcdoc="{SCRIPT}"><!--"""
)
"""Each way into a page, one after the other: what ends an attribute, an element, a comment, a string of a script."""
BRIEF = (
    EVERYTHING,
    f"""'"><svg/onload={RUN}>{{{{{RUN}}}}}""",
    f"""');{RUN};//"`<b @click={RUN}>""",
    f"""" x-init={RUN} onfocus={RUN} a='""",
    f"""</script>{SCRIPT}<!--""",
)
"""What fits into short fields: each field has one, by its name."""
ADDRESS = f"javascript:{RUN}//"
"""Where an address of the web is expected."""
IN_A_MAIL_ADDRESS = '"<svg/onload=window.__ran=1>\'x-init=1"'
"""What the part before the @ may be, quoted, and yet be an address."""


def hostile(name: str = "", longest: int = 5000) -> str:
    """Give what to put into a field of this name and length."""
    if name in ADDRESSES:
        return IN_A_MAIL_ADDRESS
    if name.endswith("url") or name == "website":
        return (ADDRESS + EVERYTHING)[: longest - len("https://")]  # which forms add to what has no scheme
    if longest >= len(EVERYTHING):
        return EVERYTHING
    return BRIEF[sum(map(ord, name)) % len(BRIEF)]


def harmless(name: str = "", longest: int = 5000) -> str:
    """Give as many letters."""
    return tamed(hostile(name, longest))


def tamed(text: str) -> str:
    """Give a text with each character that is more than one replaced by a letter."""
    return re.sub(r"[^\w ]|_", "a", text)
