"""What a trace shows in the place of secrets."""

import pytest

from simulator.kernel.masking import masked, masked_code, masked_credentials, masked_token

TOKEN = f"pet_{'0a' * 16}_{'s' * 43}"
DEVICE_CODE = f"pair_BCDFGHJK_{'s' * 43}"


def test_a_token_becomes_another_of_its_shape() -> None:
    """Always the same for the same token, and for no other."""
    assert masked_token(TOKEN) == masked(TOKEN) != masked_token(TOKEN[:-1] + "t")
    name, secret = masked_token(TOKEN).removeprefix("pet_").split("_")
    assert (len(name), len(secret)) == (32, 43)
    assert secret.startswith("masked-")
    name, secret = masked_token(DEVICE_CODE).removeprefix("pair_").split("_")
    assert (len(name), len(secret)) == (8, 43)


@pytest.mark.parametrize(
    "text",
    [
        f"user_id=audrey&access_token={TOKEN}",
        f'{{"token":"{TOKEN}"}}',
        TOKEN.upper(),
        f'{{"device_code":"{DEVICE_CODE}"}}',
        f"token={DEVICE_CODE}",
    ],
)
def test_secrets_are_masked_wherever_they_stand(text: str) -> None:
    """In a query, a body, a header."""
    assert "ssss" not in masked(text).lower()
    assert "masked-" in masked(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"user_code":"BCDF-GHJK"}',
        '{"user_code": "BCDFGHJK"}',
        '{"_id":"pairing:BCDFGHJK"}',
        '{"device_code":"BCDF-GHJK"}',
    ],
)
def test_codes_are_masked_in_their_fields(text: str) -> None:
    """On its way, in the store, and where it does not belong."""
    assert "BCDF" not in masked(text)


def test_a_code_is_masked_alike_everywhere() -> None:
    """With a hyphen or without; no code stays none."""
    assert masked('{"user_code":"BCDF-GHJK"}') == f'{{"user_code":"{masked_code("BCDF-GHJK")}"}}'
    assert masked_code("BCDF-GHJK").replace("-", "") == masked_code("BCDFGHJK")
    assert masked_code("BCDF-GHJK") != masked_code("BCDF-GHJL")
    assert masked_code("") == ""


@pytest.mark.parametrize(
    "value", [f"Bearer {TOKEN}", TOKEN, "Basic bWFsbG9yeTpwZXQ=", "Bearer s3cret"]
)
def test_credentials_of_any_kind_are_masked(value: str) -> None:
    """But for their scheme."""
    scheme, _, rest = masked_credentials(value).partition(" ")
    assert not rest or scheme == value.partition(" ")[0]
    assert "ssss" not in masked_credentials(value)
    assert "bWFs" not in masked_credentials(value)
    assert "s3cret" not in masked_credentials(value)


@pytest.mark.parametrize(
    "text", ['{"study_label":"ABCD-EFGH"}', "pet-audrey-0012-3", "", '{"token_hash":"ab"}']
)
def test_what_is_no_secret_stays(text: str) -> None:
    """A label may look like a code."""
    assert masked(text) == text
