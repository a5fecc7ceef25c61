"""How much is granted, held against a definition that knows nothing of how it is computed."""

import re
from ipaddress import IPv6Address, ip_address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from petcore.rules.limits import Limit, counted

NEARBY = re.compile("fe[89ab]|f[cd]")
START_MS = 1_777_982_400_000
limits = st.builds(Limit, st.integers(1, 7), st.integers(1, 2_000))
gaps = st.lists(st.integers(0, 3_000), min_size=1, max_size=30)
steps = st.lists(st.integers(-10_000, 10_000), min_size=1, max_size=30)


def _each_us(limit: Limit) -> int:
    """One request's share of the time, rounded up to whole microseconds."""
    return -(-limit.per_ms * 1000 // limit.requests)


def _may(limit: Limit, granted_ms: list[int], now_ms: int) -> bool:
    """Whether one more breaks no promise: since each that was granted, no more than ``requests``
    and one for each share of the time that has passed.
    """
    for place, since_ms in enumerate(granted_ms):
        shares = (now_ms - since_ms) * 1000 // _each_us(limit)
        if len(granted_ms) - place + 1 > limit.requests + shares:
            return False
    return True


@given(limits, gaps)
@example(Limit(1, 1), [0, 0, 1, 1])
@example(Limit(3, 1000), [0, 0, 0, 333, 0, 1, 333, 333])
def test_as_much_is_granted_as_is_promised(limit: Limit, gaps: list[int]) -> None:
    """Neither more nor less, whenever it is asked for."""
    now_ms, whole_at_us, granted_ms = START_MS, 0, list[int]()
    for gap in gaps:
        now_ms += gap
        after = limit.spend(whole_at_us, now_ms)
        assert (after is not None) == _may(limit, granted_ms, now_ms)
        if after is not None:
            whole_at_us = after
            granted_ms.append(now_ms)


@given(limits, gaps)
def test_the_whole_limit_is_there_again_after_its_time(limit: Limit, gaps: list[int]) -> None:
    """When the answer says so: ``requests`` at once, and not one more."""
    now_ms, whole_at_us = START_MS, 0
    for gap in gaps:
        now_ms += gap
        whole_at_us = limit.spend(whole_at_us, now_ms) or whole_at_us
    now_ms = -(-whole_at_us // 1000)
    assert now_ms - START_MS - sum(gaps) <= limit.per_ms + 1
    for _ in range(limit.requests):
        after = limit.spend(whole_at_us, now_ms)
        assert after is not None
        whole_at_us = after
    assert limit.spend(whole_at_us, now_ms) is None


@given(limits, gaps)
def test_who_comes_back_when_told_is_let_in(limit: Limit, gaps: list[int]) -> None:
    """Exactly: a second earlier he would not have been, unless he was told the least."""
    now_ms, whole_at_us = START_MS, 0
    for gap in gaps:
        now_ms += gap
        after = limit.spend(whole_at_us, now_ms)
        wait_s = limit.retry_after_s(whole_at_us, now_ms)
        assert wait_s >= 1
        if after is None:
            assert limit.spend(whole_at_us, now_ms + wait_s * 1000) is not None
            earlier_ms = now_ms + (wait_s - 1) * 1000
            assert wait_s == 1 or limit.spend(whole_at_us, earlier_ms) is None
        whole_at_us = after or whole_at_us


@given(limits, steps)
@example(Limit(2, 2000), [0, 0, -10_000, 0, 0])
def test_a_clock_that_is_set_shuts_nobody_out(limit: Limit, steps: list[int]) -> None:
    """However it is set: who is refused is let in within the time of the limit."""
    now_ms, whole_at_us = START_MS, 0
    for step in steps:
        now_ms += step
        after = limit.spend(whole_at_us, now_ms)
        if after is None:
            assert limit.retry_after_s(whole_at_us, now_ms) <= limit.per_ms // 1000 + 1
            assert limit.spend(whole_at_us, now_ms + limit.per_ms + 1) is not None
        whole_at_us = after or whole_at_us


@given(limits, st.integers(1, 10**12))
def test_a_clock_that_is_set_back_gives_one_request_and_no_more(limit: Limit, by_ms: int) -> None:
    """He who had spent all has spent all again, seen from the new time."""
    before_ms, now_ms = START_MS + by_ms + limit.per_ms, START_MS
    whole_at_us = 0
    for _ in range(limit.requests):
        whole_at_us = limit.spend(whole_at_us, before_ms) or 0
    after = limit.spend(whole_at_us, now_ms)
    assert after is not None
    assert limit.spend(after, now_ms) is None
    assert after <= now_ms * 1000 + limit.requests * _each_us(limit)


@given(limits, st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10_000))
def test_who_has_spent_more_gets_no_more(limit: Limit, one: int, two: int, ahead: int) -> None:
    """While clocks run forward, to have spent less is never worse, nor is to come later."""
    longest_us = limit.requests * _each_us(limit)
    less, more = sorted(START_MS * 1000 + us % (longest_us + 1) for us in (one, two))
    if limit.spend(more, START_MS) is not None:
        assert (limit.spend(less, START_MS) or 0) <= (limit.spend(more, START_MS) or 0)
        assert limit.spend(less, START_MS) is not None
        assert limit.spend(more, START_MS + ahead) is not None


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::%eth0", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1"),
        ("FE80::A:1%eth1", "fe80::a:1"),
        ("febf:ffff::1", "febf:ffff::1"),
        ("fec0::1", "fec0::/64"),
        ("fc00::1", "fc00::1"),
        ("fd12:3456:789a:1::2", "fd12:3456:789a:1::2"),
        ("fe00::1", "fe00::/64"),
        ("::1", "::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%" + "e" * 60, ""),
        ("unix:/run/petcore", ""),
        ("audrey", ""),
        ("192.0.2.7:80", ""),
        ("", ""),
    ],
)
def test_as_whom_an_address_counts(address: str, who: str) -> None:
    """By its network in IPv6, else by itself, also in IPv6 if it holds in one network only; IPv4
    in the dress of IPv6 is IPv4. What is no address is as good as none.
    """
    assert counted(address) == who


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_neighbours_count_as_one(address: IPv6Address, other: int) -> None:
    """All 2**64 addresses of a network of the internet are one; those of another are not."""
    neighbour = IPv6Address(int(address) >> 64 << 64 | other)
    stranger = IPv6Address(int(address) ^ 1 << 64)
    each_is_own = (each.ipv4_mapped or NEARBY.match(each.exploded) for each in (address, stranger))
    assume(not any((*each_is_own, neighbour.ipv4_mapped)))
    assert counted(str(address)) == counted(str(neighbour)) != counted(str(stranger))


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1), st.sampled_from(["fe80", "fd00"]))
def test_who_shares_a_house_counts_alone(one: int, other: int, prefix: str) -> None:
    """In a network of its own each machine has an address, and all have the same /64."""
    network = int(IPv6Address(f"{prefix}::"))
    each = [counted(str(IPv6Address(network | end))) for end in (one, other)]
    assert (each[0] == each[1]) is (one == other)


@given(st.text())
def test_anything_may_be_an_address(text: str) -> None:
    """What a proxy says is not always one: all that is none counts as one, and nothing long stays
    in the memory.
    """
    try:
        ip_address(text)
    except ValueError:
        assume("%" not in text)
        assert counted(text) == ""
    assert len(counted(text)) <= len("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")


def test_a_refusal_says_of_how_many_nothing_is_left_and_for_how_long() -> None:
    """In whole seconds, as clients are told."""
    limit = Limit(requests=2, per_ms=60_000)
    whole_at_us = 0
    for _ in range(2):
        granted = limit.spend(whole_at_us, 1_000)
        assert granted is not None
        whole_at_us = granted
    refusal = limit.refusal("guesses", whole_at_us, 1_500)
    assert (refusal.message, refusal.limit, refusal.retry_after_s) == ("too many guesses", 2, 30)
