"""Which language, voice and hearing the settings give."""

import logging
import sys
from collections.abc import Callable
from importlib.machinery import ModuleSpec

import pytest
from pydantic import SecretStr

from petcore.adapters.absent import NAME as ABSENT
from petcore.errors import HearingAbsent, StartRefused, VoiceFailed
from petcore.ports.faculties import Faculties
from petcore.settings import Settings, default_settings
from petcore.talking import create_faculties
from tests.adapters.sound import spoken

GEMINI_KEY = "gemini-key-0123456789"
ELEVENLABS_KEY = "xi-key-0123456789"
OFFLINE = {
    "language": "offline",
    "voice": "espeak",
    "hearing": "pocketsphinx",
}
ONLINE = {
    "language": "gemini",
    "voice": "elevenlabs",
    "hearing": "elevenlabs",
}
KEY_OF = {
    "gemini": "PETCORE_GEMINI_API_KEY",
    "elevenlabs": "PETCORE_ELEVENLABS_API_KEY",
}


@pytest.fixture(autouse=True)
def _all_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever this machine has wheels of: importing an adapter loads nothing."""
    pretend(monkeypatch, bool)


def pretend(monkeypatch: pytest.MonkeyPatch, is_here: Callable[[str], bool]) -> None:
    """Only these modules are installed."""

    def find(name: str) -> ModuleSpec | None:
        return ModuleSpec(name, None) if is_here(name) else None

    monkeypatch.setattr("petcore.talking.find_spec", find)


def settings(*keys: str, **given: object) -> Settings:
    """Some, with the keys of these services."""
    return default_settings(
        gemini_api_key=SecretStr(GEMINI_KEY if "gemini" in keys else ""),
        elevenlabs_api_key=SecretStr(ELEVENLABS_KEY if "elevenlabs" in keys else ""),
        **given,
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("gemini", [True, False])
@pytest.mark.parametrize("elevenlabs", [True, False])
async def test_by_default_the_keys_decide(gemini: bool, elevenlabs: bool) -> None:
    """A service whose key is set is used; the rest needs none."""
    keys = [*["gemini"] * gemini, *["elevenlabs"] * elevenlabs]
    faculties = create_faculties(settings(*keys))
    chosen = (ONLINE if gemini else OFFLINE, ONLINE if elevenlabs else OFFLINE)
    assert faculties.names == {
        "language": chosen[0]["language"],
        "voice": chosen[1]["voice"],
        "hearing": chosen[1]["hearing"],
    }
    await closed(faculties)


@pytest.mark.asyncio
@pytest.mark.parametrize("asked", [*OFFLINE.items(), *ONLINE.items()], ids="=".join)
async def test_what_is_named_is_used(asked: tuple[str, str]) -> None:
    """Whatever keys there are; the others are chosen as before."""
    faculty, name = asked
    faculties = create_faculties(settings("gemini", "elevenlabs", **{faculty: name}))
    assert faculties.names == ONLINE | {faculty: name}
    await closed(faculties)


@pytest.mark.parametrize("asked", ONLINE.items(), ids="=".join)
def test_a_named_service_needs_its_key(asked: tuple[str, str]) -> None:
    """The server does not start, and says what to set, even if it has the key of the other."""
    faculty, service = asked
    others = KEY_OF.keys() - {service}
    with pytest.raises(StartRefused) as refusal:
        create_faculties(settings(*others, **{faculty: service}))
    assert refusal.value.message == (
        f"PETCORE_{faculty.upper()}: {service} needs a key; set {KEY_OF[service]}"
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", ["espeakng_loader", "lameenc"])
async def test_where_the_voice_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The pet answers in text, and says why; with a key it speaks all the same."""
    pretend(monkeypatch, lambda name: name != missing)
    faculties = create_faculties(settings())
    assert faculties.names == OFFLINE | {"voice": ABSENT}
    with pytest.raises(VoiceFailed, match=r"no offline voice: .* not installed"):
        await faculties.voice.speak("Good morning.", None, "mp3")
    await closed(faculties)
    assert create_faculties(settings("elevenlabs")).names["voice"] == "elevenlabs"
    with pytest.raises(StartRefused, match=r"^PETCORE_VOICE: espeak: .* not installed$"):
        create_faculties(settings(voice="espeak"))


@pytest.mark.asyncio
@pytest.mark.parametrize("missing", ["pocketsphinx", "soxr"])
async def test_where_the_hearing_is_not_installed(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """The pet says that it cannot hear; with a key it hears all the same."""
    pretend(monkeypatch, lambda name: name != missing)
    faculties = create_faculties(settings())
    assert faculties.names == OFFLINE | {"hearing": ABSENT}
    with pytest.raises(HearingAbsent, match=r"no offline hearing: .* not installed"):
        await faculties.hearing.hear(spoken("Good morning."))
    await closed(faculties)
    assert create_faculties(settings("elevenlabs")).names["hearing"] == "elevenlabs"
    with pytest.raises(StartRefused, match=r"^PETCORE_HEARING: pocketsphinx: .* not installed$"):
        create_faculties(settings(hearing="pocketsphinx"))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("missing", "reader"),
    [("", "SoundfileAudio"), ("soundfile", "WaveAudio"), ("soxr", "WaveAudio")],
)
async def test_recordings_are_always_read(
    monkeypatch: pytest.MonkeyPatch, missing: str, reader: str
) -> None:
    """By the standard library alone if there is nothing else."""
    pretend(monkeypatch, lambda name: name != missing)
    faculties = create_faculties(settings())
    assert type(faculties.audio).__name__ == reader
    await closed(faculties)


def test_only_what_is_used_is_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDKs take a second: who has no key does not wait for them."""
    online = {
        f"petcore.adapters.{name}"
        for name in ("language_gemini", "voice_elevenlabs", "hearing_elevenlabs")
    }
    for module in online:
        monkeypatch.delitem(sys.modules, module, raising=False)
    create_faculties(settings())
    assert not online & sys.modules.keys()


@pytest.mark.asyncio
async def test_no_key_is_told(caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log nor by what holds it."""
    caplog.set_level(logging.DEBUG)
    chosen = settings("gemini", "elevenlabs")
    faculties = create_faculties(chosen)
    told = [repr(chosen), repr(faculties), str(faculties.names), caplog.text]
    assert not any(key in each for key in (GEMINI_KEY, ELEVENLABS_KEY) for each in told)
    await closed(faculties)


async def closed(faculties: Faculties) -> None:
    """Twice, as may happen when a server stops that has hardly started."""
    await faculties.close()
    await faculties.close()
