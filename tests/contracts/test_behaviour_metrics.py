"""Metrics of study sessions, over any sequence of requests, and how they may be spelled.

What a score should be is nothing that a contract says; what is taken, what becomes a sample, and
what that leads to, is.
"""

import json
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    initialize,
    multiple,
    precondition,
    rule,
)

from tests.contracts.contract import JSON_TYPE, Json, contract
from tests.contracts.machine import NOBODY, USERS, Machine, keys, run, users
from tests.contracts.model import Sample, Session, shown
from tests.contracts.served import START, Served

METRICS = "/api/stress/metrics"
CALM, TENSE = (66.0, 55.0), (121.0, 8.0)
SLACK_S = 2
"""Within that of the beginning of a session it is nobody's promise which side a reading is on."""


@dataclass
class Sender:
    """Who measures a session, by a clock that is off by ``off``."""

    session: Session
    off: timedelta
    newest: datetime | None = None
    last: Json = field(default_factory=dict)


def stamp(at: datetime) -> str:
    """Microseconds, as protobuf writes them."""
    return str(int(at.timestamp() * 1_000) * 1_000)


def message(at: datetime, pulse: float, rmssd: float) -> Json:
    """What a camera says of both scores: ``TOLD`` metrics."""
    sure = {"stable": True, "confidence": 95, "timestamp": stamp(at)}
    return {
        "cardio": {"pulse_rate": [{"value": pulse, **sure}], "hrv": {"rmssd": rmssd, **sure}},
        "face": {"presence": {"value": 0.9, **sure}, "motion": {"value": 0.1, **sure}},
    }


TOLD = 4
ENOUGH = 9
"""Samples of a session that could have led to a prompt."""


class Metrics(Machine):
    """Sessions of several users that are measured."""

    senders: Bundle[Sender] = Bundle("senders")

    @initialize(target=senders)
    def start_first_session(self) -> Sender | MultipleResults[Sender]:
        """There is a session from the beginning, measured by a clock that is right."""
        return self._start(USERS[0], timedelta(0))

    @rule(target=senders, user=users, off_s=st.sampled_from([0, 0, -86_400, -7, 299]))
    def start_session(self, user: str, off_s: int) -> Sender | MultipleResults[Sender]:
        """A session starts, and somebody begins to measure."""
        return self._start(user, timedelta(seconds=off_s))

    def _start(self, user: str, off: timedelta) -> Sender | MultipleResults[Sender]:
        wish = {"user_id": user, "allow_prompted_breaks": True}
        reply = self.post(user, "/api/stress/session/start", wish, None)
        if reply is None:
            return multiple()
        started = reply.json["session"]
        session = Session(started["session_id"], user, True, self.now)
        self.model.sessions[session.id] = session
        return Sender(session, off)

    @rule(
        sender=senders,
        level=st.sampled_from([CALM, TENSE]),
        old_s=st.sampled_from([0, 0, 0, 20, 119, 121, 3_600]),
        says=st.booleans(),
        key=keys,
    )
    def ingest_metrics(
        self, sender: Sender, level: tuple[float, float], old_s: int, says: bool, key: str | None
    ) -> None:
        """What is new is taken and becomes a sample, while the session runs."""
        now = self.now + sender.off
        at = now - timedelta(seconds=old_s)
        self._send(sender, at, now if says else None, level, key)

    def _send(
        self,
        sender: Sender,
        at: datetime,
        now: datetime | None,
        level: tuple[float, float],
        key: str | None,
    ) -> None:
        session = sender.session
        sent: Json = {"session_id": session.id, "metrics": message(at, *level)}
        if now is not None:
            sent["captured_at"] = now.isoformat()
        reply = self.post(session.user, METRICS, sent, key)
        if reply is None:
            return
        if session.ended is not None:
            self.meet("metrics after the end")
            assert (reply.status, reply.json["code"]) == (409, "wrong_state")
            return
        assert reply.status == 200
        answer = reply.json
        assert answer["captured_at"] == shown(now or at)
        assert (answer["sample_id"] is None) == (not self._is_taken(sender, at, now, answer))
        if answer["sample_id"] is not None:
            sender.newest, sender.last = at, sent
            self._know(session, answer)
        unknown = [name for name in ("focus_score", "stress_score") if answer[name] is None]
        assert answer["missing"] == unknown

    def _is_taken(self, sender: Sender, at: datetime, now: datetime | None, answer: Json) -> bool:
        """Whether the contract says so; all metrics of a message are of one instant."""
        words = {each["reason"].partition(":")[0] for each in answer["refused"]}
        taken = {each["metric"] for each in answer["refused"]} == set()
        assert taken or len(answer["refused"]) == TOLD
        began = sender.session.started + ((now or at) - self.now)
        if abs(at - began) <= timedelta(seconds=SLACK_S):
            return taken
        newest = sender.newest
        if newest is not None and newest - (now or at) > timedelta(minutes=5):
            newest = None  # the clock was set back
        expected = ""
        if at < began:
            expected = "early"
        elif now is not None and now - at > timedelta(minutes=2):
            expected = "stale"
        elif newest is not None and at <= newest:
            expected = "repeated" if at == newest else "late"
        self.meet(expected or "taken")
        assert words == ({expected} if expected else set())
        return not expected

    def _know(self, session: Session, answer: Json) -> None:
        """The sample is stored as it was answered, and may ask for a break."""
        stored = {each["sample_id"]: each for each in self.served.dump()["focus_samples"]}
        sample = stored[answer["sample_id"]]
        names = ("focus_score", "stress_score", "confidence")
        assert {name: sample[name] for name in names} == {name: answer[name] for name in names}
        assert shown(sample["captured_at"]) == answer["captured_at"]
        assert sample["raw_metrics"]["estimator"] == answer["estimator"]
        sent = {name: sample[name] for name in ("session_id", *names, "raw_metrics")}
        _SENDABLE.validate(sent)
        captured_at = datetime.fromisoformat(answer["captured_at"])
        session.samples.append(
            Sample(captured_at, answer["stress_score"], answer["focus_score"], answer["confidence"])
        )
        self.expect_prompt(session)

    @precondition(lambda self: self.measured())
    @rule(number=st.integers(0, 9))
    def send_again(self, number: int) -> None:
        """Without a key, the same metrics change nothing; there is no sample of them twice."""
        sender = self.measured()[number % len(self.measured())]
        before = self.served.dump()
        self.meet("again")
        answer = self.served.post(METRICS, sender.last).json
        assert answer["sample_id"] is None
        assert len(answer["refused"]) == TOLD
        assert self.served.dump() == before

    @precondition(lambda self: self.measured())
    @rule(number=st.integers(0, 9), ahead_s=st.sampled_from([301, 100_000]), says=st.booleans())
    def be_ahead(self, number: int, ahead_s: int, says: bool) -> None:
        """A clock that is more than five minutes ahead of the server's is refused by name."""
        sender = self.measured()[number % len(self.measured())]
        before, at = self.served.dump(), self.now + timedelta(seconds=ahead_s)
        sent = deepcopy(sender.last)
        if says:
            sent["captured_at"] = at.isoformat()
        else:
            sent["metrics"]["face"]["presence"]["timestamp"] = stamp(at)
        reply = self.served.post(METRICS, sent)
        assert (reply.status, reply.json["code"]) == (400, "validation_failed")
        place = ["captured_at"] if says else ["metrics", "face", "presence"]
        assert [detail["loc"] for detail in reply.json["details"]] == [place]
        assert self.served.dump() == before

    def measured(self) -> list[Sender]:
        """The senders whose sessions run, and of whom something was taken."""
        return [each for each in self._senders() if each.last and each.session.ended is None]

    def _senders(self) -> Iterator[Sender]:
        for name in self.bundles["senders"]:
            yield self.names_to_values[name.name]

    @precondition(lambda self: self.measured())
    @rule(number=st.integers(0, 9), level=st.sampled_from([TENSE, TENSE, CALM]))
    def be_measured(self, number: int, level: tuple[float, float]) -> None:
        """A quarter of an hour of it, every three minutes."""
        sender = self.measured()[number % len(self.measured())]
        for _ in range(4 if len(sender.session.samples) < ENOUGH else 1):
            self.served.clock.move(timedelta(minutes=3.5))
            now = self.now + sender.off
            self._send(sender, now, now, level, None)
        for old_s in (1, 121):
            self._send(sender, now - timedelta(seconds=old_s), now, level, None)

    @precondition(lambda self: len(self.measured()) > 1)
    @rule(sender=senders, key=keys)
    def end_session(self, sender: Sender, key: str | None) -> None:
        """The report counts what became a sample, and then there is nothing more to measure."""
        session = sender.session
        reply = self.post(session.user, "/api/stress/session/end", {"session_id": session.id}, key)
        if reply is not None and session.ended is None:
            session.ended = reply.json
            assert reply.json["report"]["sample_count"] == len(session.samples)
            for prompt in (self.model.prompts[each] for each in session.prompts):
                prompt.resolved = prompt.resolved or self.now
        if session.ended is not None:
            now = self.now + sender.off
            self._send(sender, now, now, CALM, None)

    @precondition(lambda self: not self.has_mistaken)
    @rule()
    def mistake_an_id(self) -> None:
        """Of nobody's session there is nothing to measure."""
        self.has_mistaken = True
        sent = {"session_id": NOBODY, "metrics": message(self.now, *CALM)}
        reply = self.served.post(METRICS, sent, "k")
        assert (reply.status, reply.json["code"]) == (404, "not_found")


_SENDABLE = contract("desktop_pet").validator({"$ref": "#/components/schemas/IngestSampleRequest"})


def test_metrics_behave() -> None:
    """The machine finds no difference to the model."""
    run(
        Metrics,
        ("startSession", "ingestMetrics", "endSession"),
        ("metrics after the end", "a prompt", "taken", "early", "stale", "late", "again"),
    )


@dataclass(frozen=True)
class Way:
    """Something that stands in a message, and whether it is told by its name."""

    id: str
    metrics: Json
    missing: tuple[str, ...] = ()


AT = stamp(START)
SURE: Json = {"stable": True, "confidence": 95, "timestamp": AT}
PULSE, PRESENCE = {"value": 66, **SURE}, {"value": 1, **SURE}
WAYS = (
    Way("lists", {"cardio": {"pulse_rate": [PULSE]}, "face": {"presence": [PRESENCE]}}),
    Way("single objects", {"cardio": {"pulse_rate": PULSE}, "face": {"presence": PRESENCE}}),
    Way("camel case", {"cardio": {"pulseRate": [PULSE]}, "face": {"presence": [PRESENCE]}}),
    Way(
        "integers",
        {
            "cardio": {"pulse_rate": {**PULSE, "timestamp": int(AT)}},
            "face": {"presence": {**PRESENCE, "timestamp": float(AT)}},
        },
    ),
    Way(
        "what nobody reads",
        {
            "cardio": {"pulse_rate": PULSE, "arterial_pressure_trace": "whatever"},
            "face": {"presence": PRESENCE, "landmarks": [{"value": [{"x": 1}]}], "expression": 7},
            "eda": {"trace": [{"value": 0.1}]},
            "micromotion": None,
        },
    ),
    Way(
        "a heart by its variability",
        {
            "cardio": {"hrv": {"rmssd": 40.0, "meanNn": 900.0, "confidence": 80, "timestamp": AT}},
            "face": {"talking": {"stable": True, "timestamp": AT}},
        },
    ),
    Way("nothing", {}, ("focus_score", "stress_score")),
    Way(
        "empty parts",
        {"cardio": {}, "face": None, "breathing": {"rate": []}},
        ("focus_score", "stress_score"),
    ),
    Way(
        "what is not stable",
        {"cardio": {"pulse_rate": {**PULSE, "stable": False}}},
        ("focus_score", "stress_score"),
    ),
    Way(
        "what is left out is false",
        {"cardio": {"pulse_rate": {"value": 66, "confidence": 95, "timestamp": AT}}},
        ("focus_score", "stress_score"),
    ),
    Way(
        "a variability that is not sure",
        {"cardio": {"hrv": {"rmssd": 40.0, "confidence": 49, "timestamp": AT}}},
        ("focus_score", "stress_score"),
    ),
)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """One server for all ways."""
    with Served() as served:
        yield served


def _session(served: Served) -> str:
    started = served.post("/api/stress/session/start", {"user_id": "audrey"}).json
    return str(started["session"]["session_id"])


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.id)
def test_metrics_may_be_spelled_so(way: Way, served: Served) -> None:
    """The contract allows it, and it means what it says."""
    sent = {"session_id": _session(served), "metrics": way.metrics}
    owner = contract("desktop_pet")
    owner.validator({"$ref": "#/components/schemas/IngestMetricsRequest"}).validate(sent)
    reply = served.post(METRICS, sent)
    assert (reply.status, reply.json["refused"]) == (200, [])
    assert reply.json["missing"] == list(way.missing)
    assert (reply.json["sample_id"] is None) == bool(way.missing)


@dataclass(frozen=True)
class Wrong:
    """Something that stands in a message and cannot be meant, and where."""

    id: str
    metrics: object
    loc: tuple[str | int, ...]


def _pulse(**changed: object) -> Json:
    return {"cardio": {"pulse_rate": [PULSE, {**PULSE, **changed}]}}


_AT = ("metrics", "cardio", "pulse_rate", 1)
WRONGS = (
    Wrong("a text for all", "x", ("metrics",)),
    Wrong("a list for all", [], ("metrics",)),
    Wrong("a text for a part", {"cardio": "x"}, ("metrics", "cardio")),
    Wrong("a text for a measurement", {"cardio": {"pulse_rate": ["x"]}}, (*_AT[:3], 0)),
    Wrong("a number for a list", {"face": {"blinking": 1}}, ("metrics", "face", "blinking", 0)),
    Wrong("null in a list", {"cardio": {"pulse_rate": [None]}}, (*_AT[:3], 0)),
    Wrong("a text as value", _pulse(value="66"), (*_AT, "value")),
    Wrong("true as value", _pulse(value=True), (*_AT, "value")),
    Wrong("another word as value", _pulse(value="nan"), (*_AT, "value")),
    Wrong("a number as stable", _pulse(stable=1), (*_AT, "stable")),
    Wrong("a text as stable", _pulse(stable="true"), (*_AT, "stable")),
    Wrong("a text as confidence", _pulse(confidence="high"), (*_AT, "confidence")),
    Wrong("milliseconds", _pulse(timestamp=AT[:-3]), (*_AT, "timestamp")),
    Wrong("nanoseconds", _pulse(timestamp=int(AT) * 1000), (*_AT, "timestamp")),
    Wrong("other digits", _pulse(timestamp="\N{ARABIC-INDIC DIGIT ONE}" * 16), (*_AT, "timestamp")),
    Wrong("half a microsecond", _pulse(timestamp=100_000_000_000_000.5), (*_AT, "timestamp")),
    Wrong("no instant", {"cardio": {"pulse_rate": [PULSE, {"value": 1}]}}, (*_AT, "timestamp")),
    Wrong("null as instant", _pulse(timestamp=None), (*_AT, "timestamp")),
    Wrong(
        "camel case",
        {"cardio": {"pulseRate": [{}]}},
        ("metrics", "cardio", "pulseRate", 0, "timestamp"),
    ),
    Wrong(
        "a text as detected",
        {"face": {"talking": {"detected": "x", "timestamp": AT}}},
        ("metrics", "face", "talking", 0, "detected"),
    ),
    Wrong(
        "a list as rmssd",
        {"cardio": {"hrv": [{"rmssd": [], "timestamp": AT}]}},
        ("metrics", "cardio", "hrv", 0, "rmssd"),
    ),
    Wrong(
        "too many",
        {"face": {"blinking": [{"timestamp": AT}] * 4_097}},
        ("metrics", "face", "blinking"),
    ),
)


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.id)
def test_what_cannot_be_meant_is_named(wrong: Wrong, served: Served) -> None:
    """By its path; the contract does not allow it, nothing is stored, nothing sent is repeated."""
    sent = {"session_id": _session(served), "metrics": wrong.metrics}
    owner, before = contract("desktop_pet"), served.dump()
    schema = {"$ref": "#/components/schemas/IngestMetricsRequest"}
    assert not owner.validator(schema).is_valid(sent)
    reply = served.post(METRICS, sent)
    assert (reply.status, reply.json["code"]) == (400, "validation_failed")
    assert [tuple(detail["loc"]) for detail in reply.json["details"]] == [wrong.loc]
    assert reply.json["error"].startswith(".".join(map(str, wrong.loc)) + ": ")
    assert served.dump() == before


def test_a_minute_of_all_that_is_read_fits(served: Served) -> None:
    """Thirty looks a second, as the SDK has them, with spaces as some writers put them."""
    looks = [
        {"detected": number % 90 == 0, "stable": True, "timestamp": str(int(AT) + 33_333 * number)}
        for number in range(-1_800, 0)
    ]
    sent = {
        "session_id": _session(served),
        "metrics": {
            "cardio": {"pulse_rate": [PULSE] * 60},
            "face": {"blinking": looks, "talking": looks},
        },
    }
    served.clock.move(timedelta(minutes=1))
    assert served.post(METRICS, sent).status == 200


def test_no_number_is_refused_and_not_malformed(served: Served) -> None:
    """Protobuf has words for what JSON cannot write; the metric is named, the rest is taken."""
    sent = {
        "session_id": _session(served),
        "metrics": {
            "cardio": {"pulse_rate": {**PULSE, "value": "NaN"}},
            "face": {"presence": PRESENCE, "motion": {**PRESENCE, "confidence": "Infinity"}},
        },
    }
    body = served.post(METRICS, sent).json
    assert [each["metric"] for each in body["refused"]] == ["cardio.pulse_rate"]
    assert body["missing"] == ["stress_score"]


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "1e999"])
def test_a_number_that_is_too_large_is_one(number: str, served: Served) -> None:
    """JSON has no largest one. As a value it is refused like any that nobody has."""
    sent = {"session_id": _session(served), "metrics": {"cardio": {"pulse_rate": PULSE}}}
    for name, status in (("value", 200), ("confidence", 200), ("timestamp", 400)):
        sent["metrics"] = _pulse(**{name: "HERE"})
        body = json.dumps(sent).replace('"HERE"', number).encode()
        reply = served.ask("POST", METRICS, body, [("content-type", JSON_TYPE)])
        assert reply.status == status, name
