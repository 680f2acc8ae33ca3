"""Where a request comes from, as far as this can be believed."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest

NO_ADDRESS = "local"
"""Stands for whoever comes over a Unix socket without a proxy that says more. They count as one."""
NETWORK = 64
"""Bits of an IPv6 address that a provider gives to one customer, who has all the rest to choose from."""


def network_of(request: HttpRequest) -> str:
    """Give the network that a request counts for: an IPv4 address, the /64 of an IPv6 address, or NO_ADDRESS.

    With settings.TRUSTED_PROXIES = N, the address is the Nth from the right of X-Forwarded-For: what the outermost of
    our own proxies saw. What stands left of it was sent by the client and is not looked at. Where there is no such
    entry, or it is no address, the connection's own address counts.
    """
    proxies: int = settings.TRUSTED_PROXIES
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    forwarded = _network(entries[-proxies]) if len(entries) >= proxies > 0 else None
    return forwarded or _network(request.META.get("REMOTE_ADDR") or "") or NO_ADDRESS


def known_by_network(request: HttpRequest) -> dict[str, str]:
    """Give what limits know of whoever posts to one of our pages: where they come from, and nothing else."""
    network = network_of(request)
    return {"ip": network, "caller": f"ip:{network}"}


@lru_cache(maxsize=1024)
def _network(text: str) -> str | None:
    """Give what counts of an address; an IPv4 address that is written as IPv6 is an IPv4 address."""
    try:
        address = ip_address(_without_port(text.strip()))
    except ValueError:
        return None
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    prefix = int(address) >> (128 - NETWORK) << (128 - NETWORK)
    return f"{IPv6Address(prefix)}/{NETWORK}"


def _without_port(text: str) -> str:
    """Some proxies write `192.0.2.7:4711` or `[2001:db8::7]:4711`."""
    if text.startswith("[") and "]" in text:
        return text[1 : text.index("]")]
    return text.partition(":")[0] if text.count(":") == 1 else text
