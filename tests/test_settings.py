"""What can be set, and what cannot."""

import pytest

from petcore.errors import StartRefused
from petcore.settings import read_settings


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
    with pytest.raises(StartRefused, match=r"PETCORE_CORS_ORIGINS\): must be origins"):
        read_settings(cors_origins=(given,) if given.endswith("\n") else given)
