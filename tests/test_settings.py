"""What can be set, and what cannot."""

import pickle
from argparse import ArgumentParser
from collections.abc import Mapping

import pytest

from petcore.commands import serve
from petcore.errors import StartRefused
from petcore.settings import Settings, default_settings, read_settings

KEYS = ("gemini_api_key", "elevenlabs_api_key")
SECRET = "xi-0123456789abcdef"  # noqa: S105  it opens nothing
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


@pytest.mark.parametrize(
    ("given", "meant"), [("", ()), (" audrey, user 2,", ("audrey", "user 2")), ("*", ("*",))]
)
def test_users_of_the_webcams_are_named_as_they_are(
    monkeypatch: pytest.MonkeyPatch, given: str, meant: tuple[str, ...]
) -> None:
    """Words between commas, which may have blanks within; * is a word as well."""
    monkeypatch.setenv("PETCORE_WEBCAM_USERS", given)
    assert read_settings().webcam_users == meant


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("given", [SECRET, f"  {SECRET}\r\n", "x" * 512, ""])
def test_a_key_is_one_word(monkeypatch: pytest.MonkeyPatch, name: str, given: str) -> None:
    """Blanks around it, which come with files, are no part of it; none is the same as no key."""
    monkeypatch.setenv(f"PETCORE_{name.upper()}", given)
    assert getattr(read_settings(), name).get_secret_value() == given.strip()


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize(
    "given",
    [
        f"'{SECRET}'",
        f'"{SECRET}"',
        f"Bearer {SECRET}",
        f"{SECRET}\n{SECRET}",
        f"{SECRET}\u00e4",
        f"{SECRET}\0",
        SECRET * 50,
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(name: str, given: str) -> None:
    """Not a part of it, for it may be a key nearly."""
    with pytest.raises(StartRefused, match=f"^PETCORE_{name.upper()}: must be one word") as refusal:
        read_settings(**{name: given})
    assert SECRET not in refusal.value.message
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_no_setting_shows_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """However the settings are written down; workers, to whom they are handed on, have it."""
    for name in KEYS:
        monkeypatch.setenv(f"PETCORE_{name.upper()}", SECRET)
    settings = read_settings()
    written = (
        repr(settings),
        str(settings),
        settings.model_dump_json(),
        f"{settings.model_dump()}",
    )
    assert not any(SECRET in each for each in written)
    handed_on = pickle.loads(pickle.dumps(settings))  # noqa: S301  it was written here
    assert all(getattr(handed_on, name).get_secret_value() == SECRET for name in KEYS)


@pytest.mark.parametrize("name", ["gemini_url", "elevenlabs_url"])
def test_an_address_is_one_that_paths_can_follow(name: str) -> None:
    """It may have a path itself; "" is where the service really is."""
    for given in ("", "https://eu.service.example", "http://[::1]:8080/base/v0", "http://desk"):
        assert getattr(read_settings(**{name: given}), name) == given
    assert getattr(read_settings(**{name: "http://desk/base/"}), name) == "http://desk/base"


@pytest.mark.parametrize("name", ["gemini_url", "elevenlabs_url"])
@pytest.mark.parametrize(
    "given",
    [
        "service.example",
        "ftp://x",
        "https://",
        "https://:80",
        "http://x:99999",
        "http://x:0",
        "http://[::1",
        "http://x/?a=b",
        "http://x#y",
        "http://x y",
        "http://x\n",
        "http://\u00e4.example",
        f"https://user:{SECRET}@service.example",
    ],
)
def test_what_no_path_can_follow_is_refused(name: str, given: str) -> None:
    """Nor may it hold a password, which a log could tell."""
    with pytest.raises(StartRefused, match=f"^PETCORE_{name.upper()}: must be an add") as refusal:
        read_settings(**{name: given})
    assert SECRET not in refusal.value.message


@pytest.mark.parametrize("given", ["", "a/b", "..", "a b", "a?b", "\u00e4", "x" * 129, "a\n"])
def test_a_voice_is_a_part_of_an_address(given: str) -> None:
    """Nothing in its name may lead to another one."""
    with pytest.raises(StartRefused, match=r"^PETCORE_ELEVENLABS_VOICE_ID: "):
        read_settings(elevenlabs_voice_id=given)


def test_the_defaults_stand_the_test() -> None:
    """Nobody reads them otherwise."""
    defaults = default_settings()
    given = {name: getattr(defaults, name) for name in Settings.model_fields}
    assert read_settings(**given) == defaults


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
