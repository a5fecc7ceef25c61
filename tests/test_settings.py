"""What can be set, and what cannot."""

from argparse import ArgumentParser
from collections.abc import Mapping

import pytest

from petcore.commands import serve
from petcore.errors import StartRefused
from petcore.settings import Settings, read_settings

DOORS: tuple[str, ...] = ("--open", "--locked")


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("", ()),
        ("https://pet.example", ("https://pet.example",)),
        (
            " http://localhost:3000 , https://pet.example:8443,",
            ("http://localhost:3000", "https://pet.example:8443"),
        ),
        ("http://[::1]:3000", ("http://[::1]:3000",)),
        ("capacitor://localhost", ("capacitor://localhost",)),
    ],
)
def test_origins_are_as_browsers_name_them(
    monkeypatch: pytest.MonkeyPatch, given: str, meant: tuple[str, ...]
) -> None:
    """Words between commas in the environment."""
    monkeypatch.setenv("PETCORE_CORS_ORIGINS", given)
    assert read_settings().cors_origins == meant


@pytest.mark.parametrize(
    "given",
    [
        "*",
        "null",
        "pet.example",
        "https://",
        "https://pet.example/",
        "https://Pet.example",
        "https://*.pet.example",
        "https://pet.example:443",
        "http://pet.example:80",
        "http://pet.example:0",
        "http://a@pet.example",
        "http://pet.example http://localhost",
        "https://pet.example\n",
        "https://pet.example,*",
    ],
)
def test_what_no_browser_names_is_refused(given: str) -> None:
    """It would let in everybody, or never anybody. The refusal says which setting it is."""
    with pytest.raises(StartRefused, match=r"^PETCORE_CORS_ORIGINS: must be origins"):
        read_settings(cors_origins=(given,) if given.endswith("\n") else given)


def test_host_names_are_as_requests_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """In lower case, whatever they are in the environment."""
    monkeypatch.setenv("PETCORE_HOST_NAMES", "Desk.LAN, pet_2,xn--bcher-kva.example.,10.0.0.2")
    names = ("desk.lan", "pet_2", "xn--bcher-kva.example.", "10.0.0.2")
    assert read_settings().host_names == names
    assert read_settings(host_names="[FD00::2],fd00::3").host_names == ("fd00::2", "fd00::3")


@pytest.mark.parametrize(
    "given",
    [
        "http://x",
        "desk.lan:5000",
        "*",
        "*.lan",
        "desk lan",
        "b\u00fccher.example",
        "x,-y",
        "[::1]:5000",
    ],
)
def test_a_host_name_that_nothing_would_match_is_refused(given: str) -> None:
    """Who set it would wonder why the server still answers 403."""
    with pytest.raises(StartRefused, match=r"^PETCORE_HOST_NAMES: must be names like desk\.lan"):
        read_settings(host_names=given)


def test_proxies_are_addresses_networks_or_all() -> None:
    """Each of them may stand beside others."""
    given = "127.0.0.1, 10.0.0.0/8,::1,2001:db8::/32,*"
    assert read_settings(proxies=given).proxies == tuple(given.replace(" ", "").split(","))


@pytest.mark.parametrize("given", ["proxy.lan", "10.0.0.1/8", "127.0.0.1:5000", "10.0.0.0/8,x"])
def test_what_is_no_address_of_a_proxy_is_refused(given: str) -> None:
    """The refusal says which one."""
    with pytest.raises(StartRefused, match=r"^PETCORE_PROXIES: ") as refusal:
        read_settings(proxies=given)
    assert given.rpartition(",")[2] in refusal.value.message


def _flags() -> Mapping[str, tuple[str, ...]]:
    """What ``petcore serve`` can be told, by the setting that it stands for."""
    parser = ArgumentParser()
    serve.add_arguments(parser)
    options = parser._option_string_actions.keys()
    named: dict[str, tuple[str, ...]] = {
        name: (f"--{name.replace('_', '-')}",) for name in Settings.model_fields
    }
    named["door"] = DOORS
    return {name: flags for name, flags in named.items() if set(flags) <= options}


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_refusal_names_the_flags_that_there_are(name: str) -> None:
    """And the variable always."""
    with pytest.raises(StartRefused) as refusal:
        read_settings(**{name: object()})
    head = refusal.value.message.partition(":")[0]
    flags, variable = _flags().get(name), f"PETCORE_{name.upper()}"
    assert head == (f"{', '.join(flags)} ({variable})" if flags else variable)
