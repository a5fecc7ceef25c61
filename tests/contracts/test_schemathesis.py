"""Another judge reads the contracts, makes up requests, and finds the answers as promised.

Schemathesis runs on the committed files, in this process, with all of its checks. The same files
give the same requests. Not here: sequences of requests; see ``test_behaviour_*.py``.
"""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from typing import Any

import pytest
import schemathesis
from hypothesis import strategies as st
from schemathesis.core.parameters import ParameterLocation
from schemathesis.engine import events, from_schema

from petcore.rules.desktop_pet.video import refused_url
from simulator.kernel.outside import outside
from tests.contracts.contract import CONTRACTS, NAMES, Json, Promise, contract
from tests.contracts.real import METRICS, RealCodes, RealIds, RealSound, RealSources, RealTimes
from tests.contracts.served import KIND, Served
from tests.stores import fresh_store

FUZZED = 50
PROMISES = [(name, promise) for name in NAMES for promise in contract(name).promises]
Case = schemathesis.Case[Any]
URL_MAX = 2048
ZONES = sorted(files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())
STEADY: Json = {"operation-ordering": "none", "extra-data-sources": {"responses": False}}
SETTINGS: Json = {
    "seed": 1,
    "continue-on-failure": True,
    "cache": {"enabled": False},
    "output": {"sanitization": {"enabled": False}},
    "generation": {
        "mode": "all",
        "max-examples": FUZZED,
        "deterministic": True,
        "database": "none",
    },
    "analysis": {"constants": {"enabled": False}},
    # An unknown id is no refusal of a malformed body.
    "checks": {"negative_data_rejection": {"expected-statuses": ["400", "415"]}},
    "phases": {
        "examples": STEADY,
        "coverage": STEADY,
        "fuzzing": {**STEADY, "error-feedback": {"enabled": False}},
        "stateful": {"enabled": False},
    },
}


@st.composite
def _instants(draw: st.DrawFn) -> str:
    """Date-times with any offset whose year is 2000 to 2100, here and in UTC."""
    local = draw(st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30)))
    offset = timedelta(minutes=draw(st.integers(-23 * 60 - 59, 23 * 60 + 59)))
    shown = local.replace(tzinfo=timezone(offset)).isoformat()
    return draw(st.sampled_from([shown, local.replace(tzinfo=UTC).isoformat()[:-6] + "Z"]))


@st.composite
def _cameras(draw: st.DrawFn) -> str:
    """Addresses of cameras in private networks, which alone are asked without being set up."""
    scheme, path = draw(st.sampled_from(["http", "https"])), draw(st.from_regex(r"[!-~]{0,40}\Z"))
    host = draw(
        st.ip_addresses(network="192.168.0.0/16").map(str)
        | st.ip_addresses(network="fd00::/17").map("[{}]".format)
        | st.from_regex(r"[a-z]([a-z0-9-]{0,20}\.)?lan\Z")
    )
    port = draw(st.just("") | st.integers(1, 65_535).map(":{}".format))
    return f"{scheme}://{host}{port}/{path}"


@dataclass
class Verdict:
    """What a run over one contract found, by operation: requests, statuses, complaints."""

    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)
    complaints: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)


def _known_zone_or_no_zone(case: Case) -> bool:
    """A zone that looks like one and is unknown is refused by a rule that no schema shows."""
    zone = case.body.get("timezone") if isinstance(case.body, dict) else None
    looks_like_one = isinstance(zone, str) and re.fullmatch(r"[A-Za-z0-9_+\-/]{1,64}", zone)
    return not looks_like_one or zone in ZONES


def _camera_or_no_camera(case: Case) -> bool:
    """An address that looks like a camera's and cannot be one is refused by such a rule, too."""
    url = case.body.get("esp32_stream_url") if isinstance(case.body, dict) else None
    looks_like_one = isinstance(url, str) and re.fullmatch(r"https?://[^\s\x00-\x1f\x7f]+", url)
    return not looks_like_one or len(str(url)) > URL_MAX or refused_url(str(url), ()) is None


def _wrong_or_right(case: Case) -> bool:
    """What the judge spoils deep inside of metrics may stand in a branch that allows it; then it
    is no wrong body, as the contract itself says.
    """
    part = case.meta.components.get(ParameterLocation.BODY) if case.meta else None
    is_spoilt = part is not None and part.mode.is_negative and isinstance(case.body, dict)
    if not is_spoilt or case.operation.path != METRICS:
        return True
    schema = {"$ref": "#/components/schemas/IngestMetricsRequest"}
    return not contract("desktop_pet").validator(schema).is_valid(case.body)


_PATIENCE_S = 20
"""So long its server waits for what is under way when it is closed."""


def _run(name: str) -> Verdict:
    schemathesis.openapi.format("iana-tz", st.sampled_from(ZONES))
    schemathesis.openapi.format("date-time", _instants())
    schemathesis.openapi.format("camera-url", _cameras())
    schema: schemathesis.BaseSchema = schemathesis.openapi.from_path(
        CONTRACTS / f"{name}.openapi.yaml", config=schemathesis.Config.from_dict(SETTINGS)
    )
    for planned in sorted(contract(name).planned):
        schema = schema.exclude(operation_id=planned)

    @schema.hook
    def filter_case(context: schemathesis.HookContext, case: Case) -> bool:
        return all(
            fits(case) for fits in (_known_zone_or_no_zone, _camera_or_no_camera, _wrong_or_right)
        )

    verdict = Verdict()
    # Each request comes in an event loop of its own, which a store that waits would not survive.
    # What was begun by a request that the fuzzer gave up stays in such a loop, and never ends.
    with (
        fresh_store(KIND) as store,
        outside(store) as kept,
        Served(store=kept, patience_s=_PATIENCE_S) as served,
    ):
        timed = RealTimes(RealIds(served.app), served)
        schema.app = RealSources(RealSound(RealCodes(timed, served)))
        for event in from_schema(schema).execute():
            _note(verdict, event)
        verdict.broken = served.app.broken
    return verdict


def _note(verdict: Verdict, event: events.EngineEvent) -> None:
    if isinstance(event, events.NonFatalError):
        verdict.complaints.append((event.label, event.info.format()))
    elif isinstance(event, events.FatalError):
        raise event.exception
    elif isinstance(event, events.ScenarioFinished) and event.label:
        verdict.asked[event.label, event.phase.value] += len(event.recorder.interactions)
        for interaction in event.recorder.interactions.values():
            assert interaction.response is not None
            verdict.answered[event.label, interaction.response.status_code] += 1
        for checks in event.recorder.checks.values():
            for check in checks:
                if check.failure_info is not None:
                    told = f"{check.name}: {check.failure_info.failure}"
                    text = f"{told}\n{check.failure_info.code_sample}"
                    verdict.complaints.append((event.label, text))


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """A run over each contract."""
    return {name: _run(name) for name in NAMES}


def _name(pair: tuple[str, Promise]) -> str:
    return pair[1].id


@pytest.mark.parametrize("pair", PROMISES, ids=_name)
def test_answers_are_as_promised(pair: tuple[str, Promise], verdicts: dict[str, Verdict]) -> None:
    """No check has anything to say about this operation."""
    name, promise = pair
    label = f"{promise.method} {promise.path}"
    found = [text for place, text in verdicts[name].complaints if place == label]
    if found:
        pytest.fail(f"{len(found)} complaints, of which these:\n\n" + "\n\n".join(found[:5]), False)


@pytest.mark.parametrize("pair", PROMISES, ids=_name)
def test_the_operation_was_really_exercised(
    pair: tuple[str, Promise], verdicts: dict[str, Verdict]
) -> None:
    """Each phase asked often enough, and requests were accepted as well as refused."""
    name, promise = pair
    verdict, label = verdicts[name], f"{promise.method} {promise.path}"
    if promise.request is None and not promise.parameters:
        assert verdict.answered[label, promise.success] >= 3
        return
    assert verdict.asked[label, "fuzzing"] >= FUZZED
    assert verdict.asked[label, "coverage"] >= 10
    assert verdict.answered[label, promise.success] >= 10
    assert verdict.answered[label, 400] >= 4
    assert (verdict.answered[label, 415] >= 3) == (promise.request is not None)


def _silent(name: str, verdict: Verdict) -> set[str]:
    sent = {label for label, phase in verdict.asked if phase == "examples"}
    assert len(sent) == len(contract(name).promises)
    return {label for label in sent if not verdict.asked[label, "examples"]}


def test_documented_examples_were_sent(verdicts: dict[str, Verdict]) -> None:
    """Each operation whose contract shows an example had it sent, and only those did."""
    silent = {name: _silent(name, verdict) for name, verdict in verdicts.items()}
    assert silent == {
        "desktop_pet": {"POST /api/breaks/pomodoro/stop"},
        "platform": {"GET /healthz", "GET /readyz"},
    }


@pytest.mark.parametrize("name", NAMES)
def test_nothing_else_went_wrong(name: str, verdicts: dict[str, Verdict]) -> None:
    """No complaint lies outside of the operations, and the watch saw nothing either."""
    labels = {f"{promise.method} {promise.path}" for promise in contract(name).promises}
    assert [pair for pair in verdicts[name].complaints if pair[0] not in labels] == []
    assert verdicts[name].broken == []
    refused = sum(count for (_, status), count in verdicts[name].answered.items() if status == 405)
    assert refused >= len(contract(name).promises)
