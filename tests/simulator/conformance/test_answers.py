"""What the kit's server answers is what the contract promises; a liar could judge nobody."""

from collections.abc import Callable

import pytest

from simulator.conformance import record as of
from simulator.conformance.answers import ANSWERS, PUBLIC, answer, headers_of, refusal
from simulator.conformance.script import STEPS_S, Script
from simulator.invariants.contract import operation
from simulator.invariants.exchanges import Exchange
from simulator.kernel.trace import Json

USER = {"user_id": "audrey"}


def script_with(*changes: Callable[[Script], None]) -> Script:
    """Give a script that has been changed so, one minute after the start."""
    script = Script(lambda: 60_000)
    for change in changes:
        change(script)
    return script


def asked(script: Script, name: str) -> Json:
    """Give what a device that knows all ids would ask."""
    prompt = script.prompt.id if script.prompt else script.new_id()
    session = script.pomodoro.id if script.pomodoro else script.new_id()
    return {
        **USER,
        "prompt_id": prompt,
        "acknowledged": True,
        "session_id": session,
        "device_code": script.code or "pair_unknown",
    }


def fault(name: str, status: int, given: Json) -> str:
    """Give what the contract says against an answer, those that refuse included."""
    promised = operation(name)
    assert promised is not None
    headers = {"content-type": "application/json"}
    headers |= {key.lower(): value for key, value in headers_of(status, name).items()}
    row = promised.answers[status]
    return row.fault(Exchange(0, "kit", 0, name, {}, {}, status, given, headers, 0))


@pytest.mark.parametrize("name", sorted(ANSWERS))
@pytest.mark.parametrize(
    "changes",
    [
        (),
        (Script.remind, Script.open_prompt, Script.start_pomodoro),
        (Script.open_prompt, Script.withdraw_prompt, Script.start_pomodoro, Script.stop_pomodoro),
        (lambda script: ANSWERS[of.PAIRING](script, {}),),
    ],
)
def test_every_answer_conforms(name: str, changes: tuple[Callable[[Script], None], ...]) -> None:
    """In every state, and when it is asked again."""
    script = script_with(*changes)
    for _ in range(3):
        status, given = answer(script, name, asked(script, name), None)
        assert fault(name, status, given) == ""


@pytest.mark.parametrize("status", [401, 429, 503])
@pytest.mark.parametrize("name", sorted(of.POLLS))
def test_every_refusal_conforms(name: str, status: int) -> None:
    """With the headers that belong to it."""
    assert fault(name, *refusal(status)) == ""


def test_the_check_itself_finds_fault() -> None:
    """An answer without a field, or without its header, is seen."""
    status, given = answer(script_with(), of.WATER_POLL, USER, None)
    assert "remind_now" in fault(of.WATER_POLL, status, {**given, "remind_now": "no"})
    assert fault("GET /api/water/schedule", 200, {}) != ""


def test_a_reminder_is_given_once_and_again_under_its_key() -> None:
    """As the API promises."""
    script = script_with(Script.remind)
    first = answer(script, of.WATER_POLL, USER, "a")
    assert first[1]["remind_now"] is True
    assert answer(script, of.WATER_POLL, USER, "b")[1]["remind_now"] is False
    assert answer(script, of.WATER_POLL, USER, "a") == first


def test_a_prompt_is_open_until_it_is_answered() -> None:
    """And no other one is answered."""
    script = script_with(Script.open_prompt)
    told = answer(script, of.PROMPT_POLL, USER, None)[1]
    wrong = {"prompt_id": script.new_id(), "acknowledged": True}
    assert answer(script, of.PROMPT_ACK, wrong, None)[0] == 404
    right = {"prompt_id": told["prompt_id"], "acknowledged": False}
    assert answer(script, of.PROMPT_ACK, right, None)[1]["acknowledged"] is False
    assert answer(script, of.PROMPT_ACK, {**right, "acknowledged": True}, None)[1] == {
        "ok": True,
        "prompt_id": told["prompt_id"],
        "acknowledged": False,
    }
    assert answer(script, of.PROMPT_POLL, USER, None)[1]["show_prompt"] is False


@pytest.mark.parametrize(
    ("at_ms", "phase", "left_s"),
    [(0, "focus", 120), (119_001, "focus", 1), (120_000, "break", 60), (180_000, "completed", 0)],
)
def test_the_apps_pomodoro_has_two_minutes_and_one(at_ms: int, phase: str, left_s: int) -> None:
    """Whole seconds, begun ones counted."""
    now_ms = [0]
    script = Script(lambda: now_ms[0])
    script.start_pomodoro()
    now_ms[0] = at_ms
    told = answer(script, of.STATUS, asked(script, of.STATUS), None)[1]
    assert (told["phase"], told["seconds_remaining"]) == (phase, left_s)


def test_clocks_change_with_every_answer_about_a_pomodoro() -> None:
    """The first is right, so that who trusts it has something to go wrong from."""
    script = script_with(Script.start_pomodoro)
    script.change_clocks(True)
    told = [answer(script, of.ACTIVE, USER, None)[1]["server_time_utc"] for _ in STEPS_S]
    assert told[0] == "2026-02-28T18:01:00+00:00"
    assert told[1] == "2026-02-28T16:01:00+00:00"
    assert len(set(told)) == len(STEPS_S)


def test_what_is_public_is_answered() -> None:
    """No more and no less than the platform's contract says."""
    assert set(PUBLIC) <= set(ANSWERS)
    for name in ANSWERS:
        promised = operation(name)
        assert promised is not None
        assert (promised.described.get("security") == []) is (name in PUBLIC)


def test_answers_are_kept_for_a_thousand_keys() -> None:
    """The oldest is forgotten; one that is kept is given again."""
    script = script_with()
    first = answer(script, of.START, USER, "key 0")
    second = answer(script, of.START, USER, "key 1")
    for number in range(2, 1_001):
        answer(script, of.START, USER, f"key {number}")
    assert len(script.kept) == 1_000
    assert answer(script, of.START, USER, "key 1") == second
    assert answer(script, of.START, USER, "key 0") != first


@pytest.mark.parametrize("minutes", [0, -1, 10**4_000, 25.5, None])
def test_a_session_has_lengths_that_may_be(minutes: object) -> None:
    """Whatever was asked for, what runs can be told."""
    script = script_with()
    asked_for: Json = {**USER, "focus_minutes": minutes, "break_minutes": minutes}
    status, given = answer(script, of.START, asked_for, None)
    assert fault(of.START, status, given) == ""
    status, given = answer(script, of.ACTIVE, USER, None)
    assert fault(of.ACTIVE, status, given) == ""
    assert given["seconds_remaining"] == 25 * 60
