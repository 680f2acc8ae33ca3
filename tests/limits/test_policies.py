"""The table of limits, and what RATE_LIMITS may change of it."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from bookings.limits import policies
from bookings.limits.policies import TABLE, Limit, policy_of
from tests.servers import ROOT, environment

AGREED = {
    "login.address_ip": "10/5minutes",
    "code.subject_caller": "5/5minutes+20/hour",
    "challenge.address_subject": "1/minute",
    "challenge.address": "5/hour",
    "reset.address_caller": "5/day",
    "register.ip": "5/hour",
    "status.ip": "10/minute",
    "draft.address_caller": "5/hour",
    "draft.ip": "20/hour",
    "anonymous.ip": "120/minute",
    "user.user": "600/minute",
}
"""What the API promises."""
SHARED = {
    Limit.LOGIN,
    Limit.PASSWORD,
    Limit.REGISTER,
    Limit.RESET,
    Limit.RECOVERY,
    Limit.CODE,
    Limit.MAIL,
    Limit.CHALLENGE,
    Limit.DRAFT,
    Limit.INVITE,
    Limit.PRACTICE,
    Limit.UPLOAD,
    Limit.PERSONAL_DATA,
    Limit.PROVIDER_EVENT,
}


def rates(limit: Limit, row: str) -> list[str]:
    return [f"{rate.amount}/{rate.get_expiry()}" for rate in policy_of(limit).rows[row]]


def test_table__has_a_line_for_every_limit_and_holds_what_the_api_promises():
    written = {
        f"{limit.value}.{row}": rate for limit, kept in TABLE.items() for row, rate in kept.rates.items()
    }

    assert set(TABLE) == set(Limit)
    assert written | AGREED == written


def test_table__shares_what_is_guessed_or_made_and_not_what_is_read():
    assert {limit for limit, kept in TABLE.items() if kept.shared} == SHARED


def test_table__counts_by_parts_that_are_known():
    parts = {part for kept in TABLE.values() for row in kept.rates for part in row.split("_")}

    assert parts <= policies.PARTS


def test_rate_limits__changes_one_row_and_leaves_the_others(settings):
    settings.RATE_LIMITS = {"login.address_ip": "20/5minutes", "register": "100/hour"}

    assert rates(Limit.LOGIN, "address_ip") == ["20/300"]
    assert rates(Limit.LOGIN, "ip") == ["50/300"]
    assert rates(Limit.REGISTER, "ip") == ["100/3600"]


def test_rate_limits__may_hold_several_rates_for_one_row(settings):
    settings.RATE_LIMITS = {"code.ip": "3/second+7/2hours"}

    assert rates(Limit.CODE, "ip") == ["3/1", "7/7200"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"logins": "1/hour"}, "names 'logins', which is no limit. It knows: login.address_ip"),
        ({"login": "1/hour"}, "It knows: login.address_ip, login.ip, login.address"),
        ({"login.key": "1/hour"}, "names 'login.key', which is no limit"),
        ({"register": "often"}, "gives register.ip the rate 'often'. Write it like 5/hour"),
        ({"register": "0/hour"}, "gives register.ip the rate '0/hour'"),
        ({"register": "5/fortnight"}, "gives register.ip the rate '5/fortnight'"),
    ],
)
def test_rate_limits__that_cannot_be_meant_are_refused_with_what_helps(settings, given, said):
    settings.RATE_LIMITS = given

    with pytest.raises(ImproperlyConfigured) as refusal:
        policies.check_settings()

    assert said in str(refusal.value)


@pytest.mark.parametrize("given", ["logins=1/hour", "register=often", "register"])
def test_start__is_refused_for_wrong_limits(given, tmp_path):
    env = environment(f"sqlite:///{tmp_path / 'none.sqlite3'}", RATE_LIMITS=given)

    ended = subprocess.run(
        [sys.executable, "-c", "import core.wsgi"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode != 0
    assert "RATE_LIMITS" in ended.stderr.strip().splitlines()[-1]
    assert os.linesep not in ended.stderr.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("limit", "by", "rows"),
    [
        (Limit.LOGIN, {"ip", "address", "caller"}, {"address_ip", "ip", "address"}),
        (Limit.LOGIN, {"ip", "address", "caller", "user"}, {"address_ip", "ip", "address"}),
        (Limit.CODE, {"ip", "caller", "subject"}, {"subject_caller", "ip", "subject"}),
        (Limit.CODE, {"ip", "caller"}, {"ip"}),
        (Limit.CODE, {"ip", "caller", "key", "subject"}, {"subject_caller", "key", "subject"}),
        (Limit.STATUS, {"ip", "caller"}, {"ip"}),
        (Limit.STATUS, {"ip", "caller", "token"}, {"token"}),
        (Limit.STATUS, {"ip", "caller", "user"}, {"user"}),
        (Limit.DRAFT, {"ip", "caller", "address", "user"}, {"address_caller", "ip"}),
    ],
)
def test_rows__count_where_all_their_parts_are_known_and_a_key_stands_for_its_network(limit, by, rows):
    assert set(policy_of(limit).rows_for(dict.fromkeys(by, "x"))) == rows


def test_rows__for_nobody_are_a_mistake_of_ours():
    with pytest.raises(ValueError, match="nothing to count by"):
        policy_of(Limit.CHALLENGE).rows_for({"ip": "192.0.2.1"})
