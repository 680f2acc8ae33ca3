"""Where a request comes from, as far as this can be believed."""

import pytest
from django.test import RequestFactory

from bookings.limits.addresses import NO_ADDRESS, network_of


def network(remote: str, forwarded: str | None = None) -> str:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory().get("/", headers=headers)
    request.META["REMOTE_ADDR"] = remote
    return network_of(request)


@pytest.mark.parametrize(
    "forwarded", ["1.2.3.4", "1.2.3.4, 5.6.7.8", "2001:db8::1", "unknown", ",", ", , ,", "1.2.3.4," * 50]
)
def test_network__without_trusted_proxies_is_the_connections_whatever_the_header_says(forwarded):
    assert network("192.0.2.7", forwarded) == "192.0.2.7"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        (2, "198.51.100.1, 203.0.113.5", "198.51.100.1"),
        (2, "1.2.3.4, 5.6.7.8, 198.51.100.1, 203.0.113.5", "198.51.100.1"),
        (1, "198.51.100.1:4711", "198.51.100.1"),
        (1, "[2001:db8:1:2:3::4]:4711", "2001:db8:1:2::/64"),
    ],
)
def test_network__behind_proxies_is_what_the_outermost_of_ours_saw(settings, proxies, forwarded, counted):
    settings.TRUSTED_PROXIES = proxies

    assert network("10.0.0.1", forwarded) == counted


@pytest.mark.parametrize(
    "forwarded", [None, "", "unknown", "1.2.3.4, ", "1.2.3.4, _hidden", "999.1.1.1", "[::1"]
)
def test_network__behind_proxies_without_a_good_entry_is_the_connections(settings, forwarded):
    settings.TRUSTED_PROXIES = 1

    assert network("10.0.0.1", forwarded) == "10.0.0.1"


def test_network__with_fewer_entries_than_proxies_is_the_connections(settings):
    settings.TRUSTED_PROXIES = 3

    assert network("10.0.0.1", "1.2.3.4, 198.51.100.1") == "10.0.0.1"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:DB8:1:2:0:0:0:1", "2001:db8:1:2::9", True),
        ("::ffff:192.0.2.7", "192.0.2.7", True),
        ("::ffff:192.0.2.7", "::ffff:192.0.2.8", False),
        ("192.0.2.7", "192.0.2.8", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_network__of_ipv6_is_what_one_customer_has(one, other, same):
    assert (network(one) == network(other)) is same


@pytest.mark.parametrize("remote", ["", "unix:", "@"])
def test_network__of_a_socket_without_an_address_is_one_for_all(remote):
    assert network(remote) == NO_ADDRESS
