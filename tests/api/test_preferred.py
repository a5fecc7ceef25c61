"""Which form of an answer a client would rather have."""

import pytest

from petcore.api.preferred import is_preferred

JSON, JPEG = "application/json", "image/jpeg"
CHROME_PAGE = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
)
CHROME_IMAGE = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8"
FIREFOX_IMAGE = "image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5"


@pytest.mark.parametrize(
    "accept",
    [
        "image/jpeg",
        "image/*",
        "IMAGE/JPEG",
        "image/jpeg;q=0.5",
        "image/jpeg ; q=1.000",
        "image/jpeg, application/json;q=0.9",
        "application/json;q=0.999,\timage/*",
        "application/json;q=0, */*",
        "*/*;q=0.1, image/jpeg;q=0.2",
        "image/*;q=0.1, image/jpeg;q=0.9, application/json;q=0.5",
        "image/jpeg;level=1;q=0.5, */*;q=0.4",
        "nonsense, image/jpeg, ;;, =",
        "application/json;q=2, image/*;q=0.1",
        CHROME_IMAGE,
        FIREFOX_IMAGE,
    ],
)
def test_who_would_rather_have_the_other_form(accept: str) -> None:
    """It is named, or all of its kind are, with more weight than the usual one."""
    assert is_preferred([(b"accept", accept.encode())], JPEG, JSON)


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "*/*",
        "application/json",
        "application/*",
        "application/json, image/jpeg",
        "image/jpeg, application/json",
        "image/jpeg;q=0.5, application/json;q=0.5",
        "image/jpeg;q=0",
        "image/jpeg;q=0.000, */*",
        "image/*, image/jpeg;q=0",
        "image/jpeg;q=0.8, */*",
        "image/png",
        "text/html",
        "image/jpeg;q=high",
        "image/jpeg;q=1.1",
        "image/jpeg;q=-1",
        "image",
        "*/jpeg",
        "image/jpegs",
        "\xff/\xfe",
        CHROME_PAGE,
    ],
)
def test_who_gets_the_usual_form(accept: str) -> None:
    """Nothing is said, or it is not clear, or neither can be had."""
    assert not is_preferred([(b"accept", accept.encode("latin-1"))], JPEG, JSON)


def test_a_wish_may_come_in_several_headers() -> None:
    """They are one list, in whatever header they stand; other headers say nothing."""
    assert not is_preferred([], JPEG, JSON)
    assert not is_preferred([(b"accept-encoding", b"image/jpeg")], JPEG, JSON)
    both = [(b"accept", b"image/jpeg"), (b"accept", b"application/json;q=0.5")]
    assert is_preferred(both, JPEG, JSON)
    assert not is_preferred([*both, (b"accept", b"application/json")], JPEG, JSON)
