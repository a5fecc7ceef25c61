"""Metrics through the services: what becomes a sample, whose clock counts, what happens once."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from math import inf, nan
from random import Random

import pytest

from petcore.errors import BadInput, KeyReused, NotFound, StoreUnavailable, WrongState
from petcore.ports.store import Query
from petcore.rules import vitals
from petcore.rules.vitals_terms import TYPICAL_FOCUS, TYPICAL_STRESS
from petcore.services.desktop_pet.collections import FOCUS_SAMPLES, FOCUS_SESSIONS
from petcore.services.desktop_pet.metrics import MetricsSent
from petcore.services.desktop_pet.shapes import FocusSample, FocusSession
from petcore.services.desktop_pet.stress import Reading
from petcore.services.idempotency import Call
from tests.services.desktop_pet.measured import CALM, TENSE, ago, begin, measure, metric, told
from tests.services.desktop_pet.test_breaks import part
from tests.services.interleaved import InterleavedStore
from tests.services.interrupted import InterruptedStore
from tests.services.server import NOON, Server

CALL = Call("metrics")
UNKNOWN = "4fd31b3c-7b3d-4cce-90cf-c7c63e16d9eb"
EARLY = "early: taken before the session began"


async def samples(server: Server) -> list[FocusSample]:
    """All that are stored, by time."""
    found = await server.store.find(Query(FOCUS_SAMPLES))
    return sorted(found, key=lambda sample: sample["captured_at_ms"])


async def session(server: Server, id: str | None = None) -> FocusSession:
    """The one of that id, or the only one."""
    stored = await server.store.find(Query(FOCUS_SESSIONS))
    (found,) = (each for each in stored if id in (None, each["session_id"]))
    return found


def reasons(answer: Mapping[str, object]) -> dict[str, str]:
    """Why metrics were refused, by their names."""
    refused = answer["refused"]
    assert isinstance(refused, list)
    return {each["metric"]: each["reason"] for each in refused}


@pytest.mark.asyncio
async def test_known_scores_make_a_sample() -> None:
    """It says what was estimated, by which formula and of what; the session remembers."""
    server = Server()
    id = await begin(server)
    sent = replace(told(id, ago(server, 5)), raw={"cardio": {"pulse_rate": {"value": 66.0}}})
    answer = await server.services().desktop_pet.metrics.ingest(sent, CALL)
    (stored,) = await samples(server)
    for name in ("sample_id", "captured_at", "focus_score", "stress_score", "confidence"):
        assert answer[name] == dict(stored)[name]
    assert answer["captured_at"] == ago(server, 5)
    assert (answer["estimator"], answer["missing"], answer["refused"]) == (vitals.VERSION, [], [])
    assert 0 < stored["stress_score"] < TYPICAL_STRESS
    assert TYPICAL_FOCUS < stored["focus_score"] < 1
    assert stored["signal_source"] == "watch-7"
    assert stored["raw_metrics"] == {
        "estimator": vitals.VERSION,
        "readings": {"cardio_pulse_rate": 66.0, "face_presence": 1.0, "face_motion": 0.05},
        "metrics": {"cardio": {"pulse_rate": {"value": 66.0}}},
    }
    kept = (await session(server))["vitals"]
    assert vitals.readings(vitals.from_document(kept)) == dict(CALM)


@pytest.mark.asyncio
async def test_a_source_is_told_where_it_is_said() -> None:
    """The sample has the source of the metrics, not of the session."""
    server = Server()
    sent = told(await begin(server), server.clock.now())
    metrics = server.services().desktop_pet.metrics
    await metrics.ingest(replace(sent, signal_source="rppg_local"), CALL)
    assert (await samples(server))[0]["signal_source"] == "rppg_local"


@pytest.mark.asyncio
async def test_an_unknown_score_makes_no_sample() -> None:
    """A pulse alone says nothing of focus; it is remembered until something does."""
    server = Server()
    id = await begin(server)
    pulse, presence = (
        told(id, ago(server, seconds), {name: CALM[name]})
        for name, seconds in (("cardio.pulse_rate", 9), ("face.presence", 3))
    )
    metrics = server.services().desktop_pet.metrics
    first = await metrics.ingest(pulse, CALL)
    assert (first["sample_id"], first["focus_score"], first["confidence"]) == (None, None, 0.0)
    assert (first["missing"], first["captured_at"]) == (["focus_score"], ago(server, 9))
    assert first["stress_score"] is not None
    assert await samples(server) == []
    second = await metrics.ingest(presence, CALL)
    assert (second["missing"], second["stress_score"]) == ([], first["stress_score"])
    assert [sample["sample_id"] for sample in await samples(server)] == [second["sample_id"]]


@pytest.mark.asyncio
async def test_a_session_without_metrics_is_what_it_was() -> None:
    """Nothing of the estimator is stored for who sends scores, or metrics that nobody reads."""
    server = Server()
    id = await begin(server)
    pet = server.services().desktop_pet
    await pet.stress.ingest_sample(Reading(id, 0.5, 0.5, None, 1.0, None, {}), CALL)
    before = await session(server)
    assert {"vitals", "is_watched"}.isdisjoint(before)
    strange = told(id, server.clock.now(), {"eda.trace": 1.0})
    assert (await pet.metrics.ingest(strange, CALL))["refused"] == []
    empty = MetricsSent(id, ())
    answer = await pet.metrics.ingest(empty, CALL)
    assert (answer["sample_id"], answer["captured_at"]) == (None, server.clock.now())
    assert answer["missing"] == ["focus_score", "stress_score"]
    assert await session(server) == before


@pytest.mark.asyncio
async def test_metrics_belong_to_a_running_session_of_the_caller() -> None:
    """Of an unknown one or of somebody else's there is nothing, and an ended one is over."""
    server = Server()
    id = await begin(server)
    pet = server.services().desktop_pet
    sent = told(id, server.clock.now())
    with pytest.raises(NotFound, match="session_id"):
        await pet.metrics.ingest(replace(sent, session_id=UNKNOWN), CALL)
    with pytest.raises(NotFound, match="session_id"):
        await pet.metrics.ingest(sent, replace(CALL, user_id="ben"))
    await pet.stress.end_session(id, CALL)
    with pytest.raises(WrongState, match="session_id"):
        await pet.metrics.ingest(sent, CALL)
    assert await samples(server) == []


@pytest.mark.asyncio
async def test_the_same_metrics_again_change_nothing() -> None:
    """Without a key, too: nothing is newer, so nothing is taken, counted or written."""
    server = Server()
    sent = told(await begin(server), ago(server, 5))
    metrics = server.services().desktop_pet.metrics
    first = await metrics.ingest(sent, CALL)
    before = await server.stored()
    again = await metrics.ingest(sent, CALL)
    assert (again["sample_id"], set(reasons(again))) == (None, set(CALM))
    assert {reason.partition(":")[0] for reason in reasons(again).values()} == {"repeated"}
    assert [again[name] for name in ("focus_score", "stress_score", "confidence")] == [
        first[name] for name in ("focus_score", "stress_score", "confidence")
    ]
    assert await server.stored() == before


@pytest.mark.asyncio
async def test_a_window_that_overlaps_the_last_one_brings_what_is_new() -> None:
    """Who sends the last minute every half minute has half of it refused, said once per metric."""
    server = Server()
    id = await begin(server)
    name, start = "cardio.pulse_rate", server.clock.now()
    pulses = [metric(name, 70.0 + s, start + timedelta(seconds=s)) for s in range(0, 60, 5)]
    server.clock.advance(1)
    metrics = server.services().desktop_pet.metrics
    await metrics.ingest(MetricsSent(id, tuple(pulses[:8])), CALL)
    answer = await metrics.ingest(MetricsSent(id, tuple(pulses[4:])), CALL)
    overlapping = await session(server)
    assert set(reasons(answer)) == {name}
    refused = answer["refused"]
    assert isinstance(refused, list)
    assert len(refused) == 2

    other = Server()
    alone = MetricsSent(await begin(other), tuple(pulses))
    other.clock.advance(1)
    await other.services().desktop_pet.metrics.ingest(alone, CALL)
    assert overlapping["vitals"] == (await session(other))["vitals"]


@pytest.mark.asyncio
async def test_a_key_has_one_answer() -> None:
    """It is the first one, also of metrics without a sample; with other metrics it is refused."""
    server = Server()
    id = await begin(server)
    sent, keyed = told(id, ago(server, 5)), Call("metrics", "key-1", "same")
    metrics = server.services().desktop_pet.metrics
    first = await metrics.ingest(sent, keyed)
    assert await metrics.ingest(sent, keyed) == first
    with pytest.raises(KeyReused):
        await metrics.ingest(sent, replace(keyed, fingerprint="other"))
    again = Call("metrics", "key-2", "same")
    nothing = await metrics.ingest(sent, again)
    server.clock.advance(1)
    assert await metrics.ingest(sent, again) == nothing
    assert len(await samples(server)) == 1


@pytest.mark.asyncio
async def test_what_cannot_be_is_refused_and_the_rest_is_taken() -> None:
    """Numbers that are none, and a pulse that nobody has; said, and nothing of it stored."""
    server = Server()
    id, now = await begin(server), server.clock.now()
    wrong = {"cardio.pulse_rate": nan, "cardio.hrv.rmssd": inf, "breathing.rate": 500.0}
    readings = (*told(id, now, wrong).readings, *told(id, now, {"face.presence": 1.0}).readings)
    answer = await server.services().desktop_pet.metrics.ingest(MetricsSent(id, readings), CALL)
    assert set(reasons(answer)) == set(wrong)
    assert answer["missing"] == ["stress_score"]
    assert not [reason for reason in reasons(answer).values() if "nan" in reason or "500" in reason]


@pytest.mark.asyncio
async def test_long_stress_asks_for_a_break() -> None:
    """As samples do: after ten minutes, once, and not where the session does not allow it."""
    for allows in (True, False):
        server = Server()
        id = await begin(server, allows=allows)
        breaks = server.services().desktop_pet.breaks
        answer = await measure(server, id, 8, TENSE)
        assert isinstance(answer["stress_score"], float)
        assert answer["stress_score"] >= 0.75
        assert (await breaks.poll_prompt("audrey"))["show_prompt"] is False
        await measure(server, id, 12, TENSE)
        assert (await breaks.poll_prompt("audrey"))["show_prompt"] is allows
        prompts = (await server.stored())["break_prompts"]
        assert len(prompts) == int(allows)
        counted = [sample["is_counted"] for sample in await samples(server)]
        assert len(counted) == 20
        assert all(counted)


@pytest.mark.asyncio
async def test_metrics_and_samples_are_one_run() -> None:
    """Who sends both is asked for a break as if all were samples, and the report has all."""
    server = Server()
    id = await begin(server)
    pet = server.services().desktop_pet
    for _ in range(6):
        await measure(server, id, 1, TENSE)
        await pet.stress.ingest_sample(Reading(id, 0.5, 0.9, None, 1.0, None, {}), CALL)
        server.clock.advance(1)
    assert (await pet.breaks.poll_prompt("audrey"))["show_prompt"] is True
    report = part(await pet.stress.end_session(id, CALL), "report")
    assert report["sample_count"] == 12


@pytest.mark.asyncio
async def test_a_slow_clock_loses_nothing() -> None:
    """A day behind: the same scores as of the right clock, in the sender's own time."""
    answers = []
    for behind in (timedelta(0), timedelta(days=1)):
        server = Server()
        id = await begin(server)
        metrics, at = server.services().desktop_pet.metrics, server.clock.now() - behind
        sent = told(id, at - timedelta(seconds=5), captured_at=at)
        answer = await metrics.ingest(sent, CALL)
        assert answer["captured_at"] == at
        answers.append({**answer, "captured_at": None, "sample_id": None})
    assert answers[0] == answers[1]
    assert answers[0]["focus_score"] is not None


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("reading_s", "captured_s", "names"),
    [
        (301, None, ("metrics", "face", "presence")),
        (301, 0, ("metrics", "face", "presence")),
        (0, 301, ("captured_at",)),
        (86_400 * 365 * 200, None, ("metrics", "face", "presence")),
    ],
)
async def test_a_clock_that_is_far_ahead_is_refused(
    reading_s: float, captured_s: float | None, names: tuple[str, ...]
) -> None:
    """What is wrong is named, and nothing is stored; five minutes are believed."""
    server = Server()
    id, now = await begin(server), server.clock.now()
    before = await server.stored()
    at = None if captured_s is None else now + timedelta(seconds=captured_s)
    readings = (
        metric("cardio.pulse_rate", 66.0, now),
        metric("face.presence", 1.0, now + timedelta(seconds=reading_s)),
    )
    metrics = server.services().desktop_pet.metrics
    with pytest.raises(BadInput) as refused:
        await metrics.ingest(MetricsSent(id, readings, at), CALL)
    (detail,) = refused.value.details
    assert detail.loc == names
    assert refused.value.message == f"{'.'.join(names)}: {detail.msg}"
    assert await server.stored() == before
    believed = told(id, now + timedelta(seconds=300))
    assert (await metrics.ingest(believed, CALL))["sample_id"]


@pytest.mark.asyncio
@pytest.mark.parametrize("behind_s", [0, 7_200])
async def test_what_is_older_than_the_session_is_refused(behind_s: float) -> None:
    """On the sender's own clock, which the server's tells to be slow; two seconds do not matter."""
    server = Server()
    id = await begin(server)
    now = ago(server, behind_s)
    readings = tuple(
        metric(name, 66.0 if "pulse" in name else 1.0, now - timedelta(seconds=old))
        for name, old in (("cardio.pulse_rate", 63), ("face.presence", 61))
    )
    sent = MetricsSent(id, readings, now)
    answer = await server.services().desktop_pet.metrics.ingest(sent, CALL)
    assert reasons(answer) == {"cardio.pulse_rate": EARLY}
    assert answer["missing"] == ["stress_score"]


@pytest.mark.asyncio
async def test_the_present_is_that_of_the_newest_reading_if_that_is_later() -> None:
    """Who says the present before he looks is not punished for it."""
    server = Server()
    id = await begin(server)
    sent = told(id, server.clock.now(), captured_at=ago(server, 30))
    answer = await server.services().desktop_pet.metrics.ingest(sent, CALL)
    assert (answer["captured_at"], answer["refused"]) == (NOON + timedelta(minutes=1), [])


@pytest.mark.asyncio
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize("writes", range(7))
async def test_what_was_cut_off_is_finished_or_never_was(writes: int, is_stored: bool) -> None:
    """Wherever a process was killed: asked again with the key, there is one sample, of what the
    session remembers, and one prompt.
    """
    server = Server()
    id = await begin(server)
    await measure(server, id, 10, TENSE)
    assert not (await server.stored())["break_prompts"]
    sent, keyed = told(id, server.clock.now(), TENSE), Call("metrics", "key-1", "same")
    cut = server.services(InterruptedStore(server.store, writes, is_stored=is_stored))
    try:
        await cut.desktop_pet.metrics.ingest(sent, keyed)
    except StoreUnavailable:
        assert writes < 6
    answer = await server.services().desktop_pet.metrics.ingest(sent, keyed)
    assert answer["sample_id"] == (await samples(server))[-1]["sample_id"]
    assert len(await samples(server)) == 11
    assert len((await server.stored())["break_prompts"]) == 1
    stored = await session(server)
    remembered = vitals.readings(vitals.from_document(stored["vitals"]))
    assert (await samples(server))[-1]["raw_metrics"]["readings"] == {
        name.replace(".", "_"): value for name, value in remembered.items()
    }
    assert not [
        document
        for documents in (await server.stored()).values()
        for document in documents
        if document.get("outbox_len")
    ]


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(12))
async def test_of_two_senders_none_is_lost(seed: int) -> None:
    """Two of them measure one session at once: what either has found is remembered, once."""
    server = Server()
    id = await begin(server)
    one, other = (
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))).desktop_pet.metrics
        for n in range(2)
    )
    at = ago(server, 5)
    pulse, presence = (told(id, at, {name: CALM[name]}) for name in list(CALM)[:2])
    answers = await asyncio.gather(
        one.ingest(pulse, CALL),
        other.ingest(presence, CALL),
        one.ingest(presence, CALL),
        other.ingest(pulse, CALL),
    )
    remembered = vitals.from_document((await session(server))["vitals"])
    assert vitals.readings(remembered) == {name: CALM[name] for name in list(CALM)[:2]}
    stored = [sample["sample_id"] for sample in await samples(server)]
    assert [answer["sample_id"] for answer in answers if answer["sample_id"]] == stored
    assert len(stored) == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", range(12))
async def test_twins_get_one_answer(seed: int) -> None:
    """The same keyed metrics at five workers at once: one sample, and all hear of it."""
    server = Server()
    sent = told(await begin(server), ago(server, 5))
    workers = [
        server.services(InterleavedStore(server.store, Random(f"{seed}/{n}"))) for n in range(5)
    ]
    keyed = Call("metrics", "key-1", "same")
    answers = await asyncio.gather(*(w.desktop_pet.metrics.ingest(sent, keyed) for w in workers))
    assert all(answer == answers[0] for answer in answers)
    assert len(await samples(server)) == 1


@pytest.mark.asyncio
async def test_another_formula_is_not_continued() -> None:
    """What an older version remembers is not understood; the session is measured anew, by what is
    known of the person.
    """
    server = Server()
    await measure(server, await begin(server), 3)
    server.clock.advance(1)
    id = await begin(server)
    await measure(server, id, 3)
    stored = await session(server, id)
    old: FocusSession = {**stored, "vitals": {**stored["vitals"], "formula": "petcore-vitals-0"}}
    assert await server.store.replace(FOCUS_SESSIONS, {**old, "version": 99}, stored["version"])
    answer = await measure(server, id, 1, {"face.presence": 1.0})
    assert answer["missing"] == ["stress_score"]
    kept = (await session(server, id))["vitals"]
    assert kept["formula"] == vitals.VERSION
    assert vitals.from_document(kept).usual["face.presence"].familiarity > 0
