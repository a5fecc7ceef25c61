"""Strict reading of what a client sent. Whatever could be meant in two ways is refused.

Every refusal is a ``BadInput`` that names the field, or an HTTP error of werkzeug's; nothing that
was sent is ever repeated in a message.
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NoReturn, TypeVar, cast
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from werkzeug.exceptions import UnsupportedMediaType

from petcore.api.connection import Header
from petcore.api.wire import MEANINGS
from petcore.errors import BadInput, Detail

M = TypeVar("M", bound=BaseModel)

KEY_HEADER = "Idempotency-Key"
_KEY_NAME = KEY_HEADER.lower().encode()

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_KEY = re.compile(rb"[\x21-\x7e]{1,128}\Z")
_QUERY_FIELDS_MAX = 100

# Longer queries than this are no device's, and would fill the memory.
_KEPT_MAX = 512

PARTS_MAX = 100_000
"""Commas of a body: as many as any request has, and no more than can be read in a moment."""


def require_json(headers: Iterable[Header]) -> None:
    """Raise 415 unless the body is declared as JSON in UTF-8."""
    declared = [*values(headers, b"content-type"), b""][0].decode("latin-1")
    media_type, _, parameters = declared.partition(";")
    charset = parameters.strip().lower().replace('"', "")
    if media_type.strip().lower() != "application/json" or charset not in ("", "charset=utf-8"):
        raise UnsupportedMediaType("Content-Type: must be application/json in UTF-8")


def parse_body(model: type[M], raw: bytes) -> M:
    """The JSON object in ``raw`` as ``model``; null counts as absent."""
    if raw.count(b",") > PARTS_MAX:
        raise BadInput("the body has too many parts", (Detail((), "has too many parts"),))
    try:
        sent = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise BadInput(*_not_json(error)) from None
    if not isinstance(sent, dict):
        raise BadInput("the body must be a JSON object", (Detail((), "must be a JSON object"),))
    if None in sent.values():
        present = {name: value for name, value in sent.items() if value is not None}
        raw = json.dumps(present, ensure_ascii=False).encode("utf-8", "surrogatepass")
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise _bad_input(error) from None


def parse_query(model: type[M], raw: bytes, path: Mapping[str, str]) -> M:
    """The query string, and the parameters that stood in the path, as ``model``."""
    if path or len(raw) > _KEPT_MAX:
        return _read(model, _pairs(raw), path)
    # What was read is frozen, so all who ask the same may have the same.
    return cast("M", _known_query(model, raw))


def _read(model: type[M], pairs: Iterable[tuple[str, str]], path: Mapping[str, str]) -> M:
    sent = dict(path)
    for name, value in pairs:
        if name in sent and name in model.model_fields:
            raise BadInput.at(name, "must be given once")
        sent[name] = value
    try:
        return model.model_validate_strings(sent)
    except ValidationError as error:
        raise _bad_input(error) from None


def _pairs(query: bytes) -> tuple[tuple[str, str], ...]:
    if _BROKEN_ESCAPE.search(query):
        raise BadInput.at("query", "has a broken percent escape")
    try:
        pairs = parse_qsl(
            query.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_QUERY_FIELDS_MAX,
        )
    except ValueError:
        raise BadInput.at("query", "must be percent-encoded UTF-8 with few fields") from None
    return tuple(pairs)


@lru_cache(maxsize=1024)
def _known_query(model: type[BaseModel], query: bytes) -> BaseModel:
    """Devices ask the same again and again. What is refused is not kept."""
    return _read(model, _pairs(query), {})


def parse_key(headers: Iterable[Header]) -> str | None:
    """The idempotency key, if one was sent."""
    keys = values(headers, _KEY_NAME)
    if not keys:
        return None
    if len(keys) > 1 or any(not _KEY.match(key) for key in keys):
        raise BadInput.at(KEY_HEADER, "must be given once, as 1 to 128 visible ASCII characters")
    return keys[0].decode("ascii")


def values(headers: Iterable[Header], wanted: bytes) -> list[bytes]:
    """What the header ``wanted``, in lower case, says; each time it was sent."""
    return [value for name, value in headers if name == wanted]


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("an object has the same name twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _not_json(error: Exception) -> tuple[str, tuple[Detail, ...]]:
    if isinstance(error, UnicodeDecodeError):
        reason = "must be UTF-8"
    elif isinstance(error, RecursionError):
        reason = "is nested too deeply"
    elif isinstance(error, json.JSONDecodeError):
        reason = f"is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
    else:
        reason = f"is not acceptable JSON: {str(error).partition(';')[0]}"
    return f"the body {reason}", (Detail((), reason),)


def _bad_input(error: ValidationError) -> BadInput:
    details = tuple(
        Detail(_known(complaint["loc"]), _meaning(complaint))
        for complaint in error.errors(include_url=False, include_input=False)
    )
    first = details[0]
    place = ".".join(str(step) for step in first.loc) or "the body"
    return BadInput(f"{place}: {first.msg}", details)


def _known(loc: tuple[int | str, ...]) -> tuple[int | str, ...]:
    """The place without a name that the client made up."""
    return loc[:-2] if loc[-1:] == ("[key]",) else loc


def _meaning(complaint: ErrorDetails) -> str:
    pattern = complaint.get("ctx", {}).get("pattern", "")
    return MEANINGS.get(pattern, complaint["msg"].removeprefix("Value error, "))
