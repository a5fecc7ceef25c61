"""The three polls: what they ask, what they believe, and how long they wait."""

from collections.abc import Callable

import pytest

from firmware.logic.parts import Parts
from firmware.logic.poll import Poll
from firmware.logic.pomodoro import ACTIVE, START, STATUS, STOP, Pomodoro
from firmware.logic.prompt import Prompt
from firmware.logic.water import ACK, Water

CUT = OSError(111, "connection refused")
PAYLOAD = {"title": "Drink water", "message": "Time to hydrate!", "animation": "WATER_DROP"}
QUIET = (200, {"remind_now": False, "payload": None, "next_poll_s": 30})
DUE = (200, {"remind_now": True, "payload": PAYLOAD, "next_poll_s": 30})
NO_PROMPT = (200, {"show_prompt": False, "prompt_id": None, "payload": None})
NOTHING_RUNS = (200, {"active": False, "session_id": None, "phase": None})

MakeParts = Callable[..., Parts]


def asked(poll: Poll, times: int = 1) -> list[int]:
    """Ask so many times and give the pauses that followed."""
    pauses: list[int] = []

    async def ask() -> None:
        pauses.extend([await poll.ask() for _ in range(times)])

    hal = poll.hal
    hal.spawn("ask", ask())
    hal.kernel.run(hal.kernel.now_ms + 10_000)
    return pauses


def prompt_of(prompt_id: str) -> tuple[int, dict[str, object]]:
    """Give an answer with an open prompt."""
    return 200, {"show_prompt": True, "prompt_id": prompt_id, "payload": PAYLOAD}


def session_of(phase: str, seconds: int, session_id: str = "s") -> tuple[int, dict[str, object]]:
    """Give an answer with a session in a phase."""
    return 200, {
        "active": True,
        "session_id": session_id,
        "phase": phase,
        "seconds_remaining": seconds,
        "payload": {"title": "Pomodoro", "message": "Well done!"},
    }


def keys_of(poll: Poll) -> list[str | None]:
    """Give the key of every request."""
    return [key for _, _, _, key in poll.hal.server.requests]


def paths_of(poll: Poll) -> list[str]:
    """Give the path of every request."""
    return [path for _, path, _, _ in poll.hal.server.requests]


def test_a_water_poll_keeps_its_key_until_it_is_answered(parts_with: MakeParts) -> None:
    """Cuts, failures of the server and garbage repeat the key; an answer ends it."""
    garbage = (200, {"remind_now": 1})
    half = (200, {"remind_now": True, "payload": {"title": "Drink water"}})
    water = Water(parts_with(CUT, (503, None), garbage, half, DUE, QUIET))
    asked(water, 6)
    first = "pet-1-3c885e88-1"
    assert keys_of(water) == [first] * 5 + ["pet-1-3c885e88-2"]
    assert water.known.reminder == ("Drink water", "Time to hydrate!")


def test_a_refused_water_poll_has_been_answered(parts_with: MakeParts) -> None:
    """The poll after a refusal is a new one, after the normal period."""
    water = Water(parts_with((404, {"error": "user_unknown"}), QUIET))
    assert asked(water, 2) == [30_000, 30_000]
    assert keys_of(water) == ["pet-1-3c885e88-1", "pet-1-3c885e88-2"]


def test_a_water_reminder_stays_until_it_is_acknowledged(parts_with: MakeParts) -> None:
    """Later polls do not take it away; the acknowledgement goes to the outbox."""
    water = Water(parts_with(DUE, QUIET))
    asked(water, 2)
    assert water.known.reminder is not None
    water.acknowledge()
    assert water.known.reminder is None
    assert water.parts.outbox.holds(ACK)


def test_a_full_outbox_leaves_the_reminder_and_the_prompt(parts_with: MakeParts) -> None:
    """A press that cannot be delivered has no effect."""
    parts = parts_with(DUE, prompt_of("p"), session_of("focus", 60))
    water, prompt, pomodoro = Water(parts), Prompt(parts), Pomodoro(parts)
    for poll in (water, prompt, pomodoro):
        asked(poll)
    while parts.outbox.put("/full", {}):
        pass
    water.acknowledge()
    prompt.accept()
    pomodoro.stop()
    assert parts.known.reminder
    assert parts.known.prompt
    assert parts.known.pomodoro


def test_the_user_is_percent_encoded(parts_with: MakeParts) -> None:
    """Any user_id is one value of the query."""
    parts = parts_with(QUIET)
    parts.token.user_id = "audrey ö&z"
    water = Water(parts)
    asked(water)
    assert paths_of(water) == ["/api/water/poll?user_id=audrey%20%C3%B6%26z"]


def test_three_failures_in_a_row_are_offline_and_one_good_poll_is_not(
    parts_with: MakeParts,
) -> None:
    """Two failures are bad luck."""
    prompt = Prompt(parts_with(CUT, CUT, NO_PROMPT, CUT, CUT, (500, None), NO_PROMPT))
    flags = []
    for _ in range(7):
        asked(prompt)
        flags.append(prompt.known.offline)
    assert flags == [False, False, False, False, False, True, False]


def test_one_path_that_goes_on_failing_does_not_flicker(parts_with: MakeParts) -> None:
    """Another poll's good answer clears the flag; a fourth failure does not raise it."""
    prompt = Prompt(parts_with(CUT))
    asked(prompt, 3)
    prompt.known.mark_offline(False)
    asked(prompt)
    assert prompt.known.offline is False


def test_failures_back_off_and_refusals_keep_the_period(parts_with: MakeParts) -> None:
    """Waits grow with failures and start again after a good answer."""
    prompt = Prompt(
        parts_with(CUT, (429, None), (408, None), (403, {"error": "no"}), NO_PROMPT, CUT)
    )
    first, second, third, refused, good, again = asked(prompt, 6)
    assert 1_000 <= first <= 2_000 <= second <= 4_000 <= third <= 8_000
    assert (refused, good) == (20_000, 20_000)
    assert 1_000 <= again <= 2_000


@pytest.mark.parametrize(("next_poll_s", "pause_ms"), [(7, 7_000), (0, 1_000), (999, 300_000)])
def test_the_server_may_set_the_pace(
    parts_with: MakeParts, next_poll_s: int, pause_ms: int
) -> None:
    """With use_next_poll the pause is the answer's, within bounds."""
    answer = (200, {"show_prompt": False, "next_poll_s": next_poll_s})
    assert asked(Prompt(parts_with(answer, use_next_poll=True))) == [pause_ms]


def test_a_pace_of_the_wrong_type_is_garbage(parts_with: MakeParts) -> None:
    """Nothing of such an answer is believed."""
    answer = (200, {"remind_now": True, "payload": PAYLOAD, "next_poll_s": "soon"})
    water = Water(parts_with(answer, use_next_poll=True))
    asked(water)
    assert water.known.reminder is None
    assert water.failures == 1


def test_an_answered_prompt_does_not_come_back(parts_with: MakeParts) -> None:
    """The server goes on showing it until the answer has arrived; the pet does not."""
    prompt = Prompt(parts_with(prompt_of("p"), prompt_of("p"), prompt_of("q"), NO_PROMPT))
    seen = []
    asked(prompt)
    prompt.dismiss()
    seen.append(prompt.known.prompt)
    asked(prompt)
    seen.append(prompt.known.prompt)
    asked(prompt)
    seen.append(prompt.known.prompt)
    prompt.accept()
    assert seen == [None, None, ("q", PAYLOAD["title"], PAYLOAD["message"])]
    bodies = [message[1] for message in prompt.parts.outbox.messages]
    assert bodies == [
        {"prompt_id": "p", "acknowledged": False},
        {"prompt_id": "q", "acknowledged": True},
    ]


def test_a_prompt_sounds_once_and_closes_with_the_server(parts_with: MakeParts) -> None:
    """Polling the same prompt again is silent; one answered elsewhere leaves the screen."""
    prompt = Prompt(parts_with(prompt_of("p"), prompt_of("p"), NO_PROMPT))
    asked(prompt, 2)
    assert len([line for line in prompt.hal.lines if " tone " in line]) == 1
    asked(prompt)
    assert prompt.known.prompt is None


def test_a_press_answers_the_prompt_that_is_open_now(parts_with: MakeParts) -> None:
    """One that the server put in the place of another is the one on the screen."""
    prompt = Prompt(parts_with(prompt_of("p"), prompt_of("q")))
    asked(prompt, 2)
    prompt.accept()
    bodies = [message[1] for message in prompt.parts.outbox.messages]
    assert bodies == [{"prompt_id": "q", "acknowledged": True}]


def test_garbage_does_not_close_an_open_prompt(parts_with: MakeParts) -> None:
    """What is on the screen was well formed and stays."""
    prompt = Prompt(parts_with(prompt_of("p"), (200, []), (200, {"show_prompt": True})))
    asked(prompt, 3)
    assert prompt.known.prompt[0] == "p"


def test_pomodoro_looks_for_a_session_and_follows_it(parts_with: MakeParts) -> None:
    """Nothing runs: /active. Something runs: /status of it, until it is completed."""
    pomodoro = Pomodoro(
        parts_with(NOTHING_RUNS, session_of("focus", 60), session_of("completed", 0), NOTHING_RUNS)
    )
    asked(pomodoro, 4)
    active, status = f"{ACTIVE}?user_id=audrey", f"{STATUS}?session_id=s"
    assert paths_of(pomodoro) == [active, active, status, active]
    assert pomodoro.known.pomodoro is None
    assert pomodoro.known.message[0] == "Well done!"


def test_pomodoro_sounds_when_the_phase_changes(parts_with: MakeParts) -> None:
    """Three times focus, then break: two tones."""
    focus = [session_of("focus", seconds) for seconds in (60, 50, 40)]
    pomodoro = Pomodoro(parts_with(*focus, session_of("break", 60)))
    asked(pomodoro, 4)
    assert len([line for line in pomodoro.hal.lines if " tone " in line]) == 2
    assert pomodoro.known.pomodoro[:3] == ("s", "break", 60_000)


def test_a_completed_session_is_celebrated_once(parts_with: MakeParts) -> None:
    """A server that goes on naming it active does not make the pet say it again."""
    pomodoro = Pomodoro(parts_with(session_of("completed", 0)))
    asked(pomodoro, 2)
    assert len([line for line in pomodoro.hal.lines if " tone " in line]) == 1


def test_a_negative_count_is_none_left(parts_with: MakeParts) -> None:
    """A server a moment late does not count below zero."""
    pomodoro = Pomodoro(parts_with(session_of("focus", -3)))
    asked(pomodoro)
    assert pomodoro.known.pomodoro[2] == 0


@pytest.mark.parametrize(("status", "follows"), [(404, False), (410, False), (403, True)])
def test_an_unknown_session_is_let_go(parts_with: MakeParts, status: int, follows: bool) -> None:
    """Only when the server says that it is gone."""
    pomodoro = Pomodoro(parts_with(session_of("focus", 60), (status, {"error": "no"})))
    asked(pomodoro, 2)
    assert (pomodoro.known.pomodoro is not None) is follows
    assert pomodoro.hal.lines[-1].endswith(f"log pomodoro poll refused: {status}")


def test_a_proxy_ends_no_session(parts_with: MakeParts) -> None:
    """Its 404 is not the server's."""
    pomodoro = Pomodoro(parts_with(session_of("focus", 60), (404, None)))
    asked(pomodoro, 2)
    assert pomodoro.known.pomodoro is not None


def test_a_stopped_session_does_not_come_back(parts_with: MakeParts) -> None:
    """Neither running nor completed, while the stop is on its way."""
    pomodoro = Pomodoro(
        parts_with(session_of("focus", 60), session_of("focus", 50), session_of("completed", 0))
    )
    asked(pomodoro)
    pomodoro.stop()
    asked(pomodoro, 2)
    assert pomodoro.known.pomodoro is None
    assert pomodoro.known.message is None
    assert pomodoro.parts.outbox.messages[0][:2] == (STOP, {"session_id": "s"})


def test_two_presses_start_one_session(parts_with: MakeParts) -> None:
    """The second press waits for the first to arrive."""
    pomodoro = Pomodoro(parts_with(NOTHING_RUNS))
    pomodoro.start()
    pomodoro.start()
    assert [message[0] for message in pomodoro.parts.outbox.messages] == [START]


def test_a_delivered_start_wakes_the_poll(parts_with: MakeParts) -> None:
    """The session is on the screen at once, not a period later."""
    pomodoro = Pomodoro(parts_with(NOTHING_RUNS, (201, {"ok": True}), session_of("focus", 60)))
    hal = pomodoro.hal

    async def turns() -> None:
        while True:
            await pomodoro.turn()

    hal.spawn("pomodoro", turns())
    hal.kernel.run(1_000)
    pomodoro.start()
    hal.spawn("outbox", pomodoro.parts.outbox.turn())
    hal.kernel.run(2_000)
    assert pomodoro.known.pomodoro[:2] == ("s", "focus")


def test_the_end_of_a_phase_shortens_the_pause(parts_with: MakeParts) -> None:
    """The poll comes a second after the count has run out, or at its period."""
    pomodoro = Pomodoro(parts_with(session_of("focus", 4)))
    assert pomodoro.shorten(10_000) == 10_000
    asked(pomodoro)
    assert pomodoro.known.left_ms(pomodoro.hal.ticks_ms()) == 0
    now = pomodoro.hal.ticks_ms()
    pomodoro.known.count_down("s", "break", 4_000, now)
    assert pomodoro.shorten(10_000) == 5_000
    assert pomodoro.shorten(2_000) == 2_000


def test_a_poll_without_a_role_refuses(parts_with: MakeParts) -> None:
    """What is asked, and what is taken from an answer, only a role can say."""
    poll = Poll(parts_with(), "poll", 10)
    with pytest.raises(NotImplementedError):
        poll.path()
    with pytest.raises(NotImplementedError):
        poll.take({})
    assert poll.key() is None
    assert poll.shorten(10) == 10
