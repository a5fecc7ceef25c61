"""What proves who somebody is."""

import hmac
import re
from base64 import urlsafe_b64decode
from functools import reduce
from operator import and_, or_
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from petcore.services.platform import tokens

secrets = st.binary(min_size=32, max_size=32)
codes = st.text("BCDFGHJKLMNPQRSTVWXZ", min_size=8, max_size=8)
ids = st.uuids().map(str)

ID = "0f8fad5b-d9cb-469f-a165-70867728950e"
SECRET = tokens.secret_text(bytes(range(32)))
TOKEN = tokens.token(ID, SECRET)


@given(secrets)
def test_a_secret_is_written_whole(secret: bytes) -> None:
    """Nothing of its 256 bits is lost, and no letter needs an escape."""
    text = tokens.secret_text(secret)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", text)
    assert urlsafe_b64decode(text + "=") == secret


@given(ids, secrets)
def test_a_token_says_whose_it_is(device_id: str, secret: bytes) -> None:
    """And it proves it to who kept the hash only."""
    text = tokens.secret_text(secret)
    proof = tokens.read_token(tokens.token(device_id, text))
    assert proof is not None
    assert (proof.name, proof.secret) == (device_id, text)
    assert UUID(proof.name)
    assert text not in proof.hash
    assert proof.proves(tokens.Proof("", text).hash)


@given(codes, secrets)
def test_a_device_code_says_what_it_is_about(code: str, secret: bytes) -> None:
    """And is no token, as no token is a device code."""
    text = tokens.device_code(code, tokens.secret_text(secret))
    assert tokens.read_device_code(text) == tokens.Proof(code, tokens.secret_text(secret))
    assert tokens.read_token(text) is None
    assert tokens.read_device_code(TOKEN) is None


@given(secrets, secrets)
def test_another_secret_proves_nothing(one: bytes, other: bytes) -> None:
    """Neither for the token nor for the code it was got with."""
    first, second = tokens.secret_text(one), tokens.secret_text(other)
    is_same = one == other
    assert tokens.Proof("", first).proves(tokens.Proof("", second).hash) is is_same
    assert (tokens.token_secret(first) == tokens.token_secret(second)) is is_same
    assert tokens.token_secret(first) not in (first, second)
    assert not tokens.Proof("", tokens.token_secret(first)).proves(tokens.Proof("", first).hash)


def test_the_secret_of_a_token_is_as_hard_to_guess_as_that_of_its_code() -> None:
    """No bit of it is the same for all."""
    many = [tokens.token_secret(tokens.secret_text(number.to_bytes(32))) for number in range(1000)]
    numbers = [int.from_bytes(urlsafe_b64decode(text + "=")) for text in many]
    assert len(set(numbers)) == 1000
    assert reduce(or_, numbers) == 2**256 - 1
    assert reduce(and_, numbers) == 0


hexes = st.text("0123456789abcdefF", min_size=31, max_size=33)
ends = st.text("abcXYZ019_-=", min_size=42, max_size=44) | st.text(max_size=8)


@given(
    st.text() | st.builds("{}_{}_{}".format, st.sampled_from(["pet", "pt", "pair"]), hexes, ends)
)
def test_what_is_no_token_is_read_as_none(text: str) -> None:
    """Whatever somebody sends."""
    proof = tokens.read_token(text)
    assert proof is None or tokens.token(proof.name, proof.secret) == text
    code = tokens.read_device_code(text)
    assert code is None or tokens.device_code(code.name, code.secret) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "pet_",
        TOKEN + "\n",
        TOKEN + "A",
        TOKEN[:-1],
        " " + TOKEN,
        TOKEN.upper(),
        TOKEN.replace("pet_", "pair_"),
        TOKEN.replace("0f8f", "0F8F"),
        TOKEN.replace("0f8f", "\u0660f8f"),
        TOKEN[:-1] + "=",
        TOKEN[:-1] + "\x00",
        TOKEN[:-1] + "é",
        f"pet_{ID}_{SECRET}",
    ],
)
def test_almost_a_token(text: str) -> None:
    """Each by one character, or one too many."""
    assert tokens.read_token(text) is None


def test_secrets_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only ``hmac.compare_digest`` decides."""
    asked: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        asked.append((one, other))
        return False

    monkeypatch.setattr(hmac, "compare_digest", compare)
    proof = tokens.Proof("", SECRET)
    assert not proof.proves(proof.hash)
    assert asked == [(proof.hash, proof.hash)]
