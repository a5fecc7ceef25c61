"""Which cameras may be asked: by the address that is connected to, and by what a URL tells."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.rules.desktop_pet.video import refusal, refused_url

addresses = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))

NEVER = {
    "metadata": [
        "169.254.169.254",
        "169.254.170.2",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fd00:c1::a9fe:a9fe",
        "fd00:ec2::254%eth0",
        "::ffff:169.254.169.254",
        "::ffff:100.100.100.200",
        "::ffff:192.0.0.192",
        "64:ff9b::169.254.169.254",
        "64:ff9b::6464:64c8",
        "2002:a9fe:a9fe::1",
        "2002:c000:c0::",
    ],
    "link-local": ["169.254.0.1", "169.254.255.255", "fe80::1", "fe80::1%eth0", "febf::1"],
    "multicast": ["224.0.0.251", "239.255.255.250", "ff02::fb", "::ffff:224.0.0.1"],
    "no address": ["0.0.0.0", "0.1.2.3", "::", "::ffff:0.0.0.0", "64:ff9b::"],  # noqa: S104
    "broadcast": ["255.255.255.255", "::ffff:255.255.255.255"],
    "reserved": [
        "192.0.0.8",
        "240.0.0.1",
        "fec0::1",
        "::7f00:1",
        "::ffff:0:7f00:1",
        "64:ff9b:1::a9fe:a9fe",
        "100::1",
        "4000::1",
        "e000::1",
    ],
    "tunnel": ["2001:0:4136:e378:8000:63bf:3fff:fdd2"],
}
PRIVATE = [
    "10.0.0.1",
    "10.255.255.255",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.20",
    "::ffff:192.168.1.20",
    "fc00::1",
    "fd12:3456:789a::1",
    "fd12:3456:789a::1%eth0",
]
ONLY_NAMED = [
    "127.0.0.1",
    "127.1.2.3",
    "::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "8.8.8.8",
    "172.15.255.255",
    "172.32.0.0",
    "192.167.255.255",
    "192.169.0.0",
    "11.0.0.0",
    "100.64.0.1",
    "2606:4700::1111",
    "2002:c0a8:114::1",
    "64:ff9b::c0a8:114",
]


@pytest.mark.parametrize(
    ("what", "address"), [(what, each) for what, all_ in NEVER.items() for each in all_]
)
def test_some_are_never_asked(what: str, address: str) -> None:
    """Not even if they are configured, by name or by number."""
    why = refusal("cam.lan", ip_address(address), ("cam.lan", address.partition("%")[0]))
    assert why is not None
    assert what in why
    assert "never" in why


@pytest.mark.parametrize("address", PRIVATE)
def test_private_networks_are_always_asked(address: str) -> None:
    """Nothing is configured for that."""
    assert refusal("cam.lan", ip_address(address), ()) is None


@pytest.mark.parametrize("address", ONLY_NAMED)
def test_others_are_asked_only_if_they_are_named(address: str) -> None:
    """By the name that led there, or by their address. It is said how."""
    parsed = ip_address(address)
    why = refusal("cam.example", parsed, ("other.example", "127.0.0.2"))
    assert why is not None
    assert "PETCORE_CAMERA_HOSTS" in why
    assert refusal("cam.example", parsed, ("cam.example",)) is None
    assert refusal("Cam.Example.", parsed, ("cam.example",)) is None
    assert refusal("cam.example", parsed, (address,)) is None


@pytest.mark.parametrize(
    ("address", "named"),
    [("::1", "0:0:0:0:0:0:0:1"), ("::ffff:8.8.8.8", "8.8.8.8"), ("8.8.8.8", "::ffff:8.8.8.8")],
)
def test_an_address_may_be_spelled_otherwise(address: str, named: str) -> None:
    """It is the same."""
    assert refusal("cam.example", ip_address(address), (named,)) is None


def test_a_refusal_says_of_what_and_why() -> None:
    """In the plain address, without what it was wrapped in."""
    assert refusal("cam", ip_address("::ffff:127.0.0.1"), ()) == (
        "127.0.0.1 is this machine, and is asked only if PETCORE_CAMERA_HOSTS names it"
    )
    assert refusal("cam", ip_address("8.8.8.8"), ()) == (
        "8.8.8.8 is outside of private networks, and is asked only if PETCORE_CAMERA_HOSTS names it"
    )
    assert refusal("cam", ip_address("169.254.169.254"), ()) == (
        "169.254.169.254 is an address of cloud metadata, which is never asked"
    )


@given(addresses)
def test_only_private_ones_are_asked_unasked(address: IPv4Address | IPv6Address) -> None:
    """As Python's own tables know them, which were not used."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if refusal("cam", address, ()) is None:
        assert plain.is_private
        assert not any(
            (
                plain.is_loopback,
                plain.is_link_local,
                plain.is_multicast,
                plain.is_unspecified,
                plain.is_reserved,
            )
        )


@given(st.ip_addresses(v=4))
def test_wrapped_ones_are_asked_no_more_often(address: IPv4Address) -> None:
    """What would be refused as it is, is refused in every form that is translated to it."""
    number = int(address)
    forms = (0xFFFF << 32 | number, 0x64FF9B << 96 | number, 0x2002 << 112 | number << 80)
    refused = refusal("cam", address, ()) is not None
    for form in map(IPv6Address, forms):
        assert not refused or refusal("cam", form, ()) is not None


GOOD_URLS = [
    "http://192.168.1.20:81/stream",
    "http://192.168.1.20",
    "HTTP://10.0.0.7/?resolution=vga#now",
    "https://cam.local/stream",
    "http://esp32-cam.lan./stream",
    "http://my_cam:8080/a/b?c=@d",
    "http://[fd12:3456::1]:81/stream",
    "http://[::ffff:192.168.1.20]/",
    "http://1cam.lan/",
]
BAD_URLS = {
    "rtsp://192.168.1.20/stream": "must begin",
    "file:///etc/passwd": "must begin",
    "http:192.168.1.20": "must begin",
    "http:/192.168.1.20/": "must begin",
    "//192.168.1.20/": "must begin",
    "192.168.1.20:81/stream": "must begin",
    "": "must begin",
    "http://": "must name a host",
    "http:///stream": "must name a host",
    "http://:81/stream": "must name a host",
    "http://?x": "must name a host",
    "http://./": "empty part",
    "http://cam..lan/": "empty part",
    "http://.lan/": "empty part",
    "http://c\u00e4m.lan/": "ASCII",
    "http://\uff11\uff12\uff17.0.0.1/": "ASCII",
    "http://cam%2elan/": "ASCII",
    "http://[fd12::1/": "must name a host",
    "http://[]/": "IPv6",
    "http://[192.168.1.20]/": "IPv6",
    "http://[fd12::1%25eth0]/": "IPv6",
    "http://[fd12::1%eth0]/": "IPv6",
    "http://[cam.lan]/": "IPv6",
    "http://[fd12::1]x/": "must name a host",
    "http://user@192.168.1.20/": "a user or a password",
    "http://user:word@192.168.1.20/": "a user or a password",
    "http://192.168.1.20@8.8.8.8/": "a user or a password",
    "http://192.168.1.20:0/": "port",
    "http://192.168.1.20:/": "port",
    "http://192.168.1.20:65536/": "port",
    "http://192.168.1.20:999999/": "port",
    "http://192.168.1.20:8x/": "port",
    "http://192.168.1.20:-1/": "port",
    "http://192.168.1.20:\u0661/": "port",
    "http://192.168.1.20:81:82/": "port",
    "http://192.168.1.20/a b": "blanks",
    "http://127.0.0.1\\@192.168.1.20/": "backslashes",
    "http://192.168.1.20\t/": "blanks",
    "http://192.168.1.20/\r\nX: y": "blanks",
    "http://2130706433/": "four decimal numbers",
    "http://0x7f.1/": "four decimal numbers",
    "http://0x7f000001/": "four decimal numbers",
    "http://0x/": "four decimal numbers",
    "http://127.1/": "four decimal numbers",
    "http://0177.0.0.1/": "four decimal numbers",
    "http://192.168.1.020/": "four decimal numbers",
    "http://192.168.1.20.30/": "four decimal numbers",
    "http://300.1.1.1/": "four decimal numbers",
    "http://127.1./": "four decimal numbers",
    "http://127.0.0.1/": "this machine",
    "http://127.0.0.1./": "this machine",
    "http://localhost:5000/": "this machine",
    "http://LocalHost./": "this machine",
    "http://cam.localhost/": "this machine",
    "http://[::1]/": "this machine",
    "http://[::ffff:127.0.0.1]/": "this machine",
    "http://[::]/": "no address",
    "http://0.0.0.0/": "no address",
    "http://169.254.169.254/latest/meta-data/": "metadata",
    "http://[::ffff:a9fe:a9fe]/": "metadata",
    "http://[fe80::1]/": "link-local",
    "http://8.8.8.8/": "outside of private networks",
}


@pytest.mark.parametrize("url", GOOD_URLS)
def test_urls_of_cameras(url: str) -> None:
    """Where a name leads is not known yet."""
    assert refused_url(url, ()) is None


@pytest.mark.parametrize(("url", "why"), BAD_URLS.items())
def test_urls_that_are_none(url: str, why: str) -> None:
    """In all the spellings that somebody takes for an address."""
    said = refused_url(url, ())
    assert said is not None
    assert why in said


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("http://127.0.0.1:9000/stream", ("127.0.0.1",)),
        ("http://localhost:9000/stream", ("localhost",)),
        ("http://localhost:9000/stream", ("127.0.0.1",)),
        ("http://localhost:9000/stream", ("::1",)),
        ("http://cam.localhost/", ("cam.localhost",)),
        ("http://[::1]/", ("::1",)),
        ("http://8.8.8.8/", ("8.8.8.8", "cam.lan")),
    ],
)
def test_urls_that_are_configured(url: str, hosts: tuple[str, ...]) -> None:
    """They are asked as they are named."""
    assert refused_url(url, hosts) is None


@given(st.text(max_size=40), st.booleans())
def test_any_text_is_a_url_or_refused(text: str, is_http: bool) -> None:
    """In words that do not repeat it, unless it is an address."""
    said = refused_url(f"http://{text}" if is_http else text, ())
    assert said is None or said.startswith("must ") or " is " in said
