"""Time zones that can be said: each is one, and no two places are called alike."""

from zoneinfo import available_timezones

import pytest

from petcore.rules.desktop_pet.understanding import Intent, understand
from petcore.rules.desktop_pet.zones import UNIVERSAL, ZONES, city


def test_every_zone_is_known_to_the_iana() -> None:
    """And every place is written as a transcript is."""
    assert set(ZONES.values()) | UNIVERSAL <= available_timezones()
    assert all(place == place.lower() for place in ZONES)


def test_a_zone_is_called_by_its_city() -> None:
    """Without the continent."""
    assert city("America/Argentina/Buenos_Aires") == "Buenos Aires"
    assert city("UTC") == "UTC"


@pytest.mark.parametrize(
    ("transcript", "zone"),
    [
        ("My time zone is Europe/Berlin", "Europe/Berlin"),
        ("my timezone is America/New_York.", "America/New_York"),
        ("I live in New York", "America/New_York"),
        ("I live in Berlin!", "Europe/Berlin"),
        ("please set my time zone to Vancouver", "America/Vancouver"),
        ("change the time zone to UTC", "UTC"),
        *((f"my time zone is {place}", zone) for place, zone in ZONES.items()),
    ],
)
def test_a_zone_is_set(transcript: str, zone: str) -> None:
    """Nothing else of the schedule is."""
    intent = understand(transcript)
    assert intent == Intent("set_water_schedule", "set_water_schedule", {"timezone": zone})


@pytest.mark.parametrize(
    ("transcript", "name"),
    [
        ("I live in Hintertupfing", "unknown_zone"),
        ("set my time zone to Mars/Phobos", "unknown_zone"),
        ("my time zone is ../../etc/passwd", None),
        ("I do not live in Berlin", None),
        ("do I live in Berlin?", None),
        ("I live in Berlin?", None),
        ("set Bob's time zone to Berlin", "somebody_else"),
        ("I am in Berlin", None),
    ],
)
def test_no_zone_is_guessed(transcript: str, name: str | None) -> None:
    """What is no place that it knows, or nothing that was said of oneself, changes nothing."""
    intent = understand(transcript)
    assert (intent.name if intent else None) == name
    assert intent is None or not intent.acts
