"""A day at a locked door: the pet pairs and carries its token, and a stranger gets nothing."""

import io
import json
import re
from functools import cache

import pytest

from simulator.invariants.nothing_for_strangers import NothingForStrangers
from simulator.kernel.trace import Event, words
from simulator.people.habits import Timetable
from simulator.scenarios.reading import find
from simulator.world import Outcome, World, run

MINUTE_MS = 60_000
UNPACKED = 450 * MINUTE_MS
PAIRING = "/api/devices/pairing"


@cache
def locked_day() -> tuple[Outcome, list[Event]]:
    """The day that ``petsim day --scenario locked`` shows, and all that happened."""
    trace = io.BytesIO()
    outcome = run(World(seed=1, scenario=find("locked")), trace)
    return outcome, [json.loads(line) for line in trace.getvalue().splitlines()]


def of(kind: str, who: str = "") -> list[Event]:
    """What happened of this kind to whoever is called so."""
    _, events = locked_day()
    return [e for e in events if e["kind"] == kind and str(e.get("who", "")).startswith(who)]


def test_every_promise_is_kept_and_put_to_the_test() -> None:
    """Also that a stranger gets nothing, whatever he tries."""
    outcome, _ = locked_day()
    assert "nothing for strangers" in {judge.name for judge in outcome.court.judges}
    for judge in outcome.court.judges:
        assert judge.cases, judge.name
        assert judge.objections == [], judge.name
        if isinstance(judge, NothingForStrangers):
            assert judge.untried == ()


def lived(hours: int, pets: int = 1, **changes: object) -> tuple[Outcome, list[Event]]:
    """Live through the first hours of another locked story."""
    story = find("locked").model_copy(update={"hours": hours, **changes})
    trace = io.BytesIO()
    outcome = run(World(seed=1, scenario=story, pets=pets), trace)
    return outcome, [json.loads(line) for line in trace.getvalue().splitlines()]


def objections(outcome: Outcome) -> list[str]:
    """What the judges say."""
    return [each.words for judge in outcome.court.judges for each in judge.objections]


@pytest.mark.parametrize(
    ("request_loss", "answer_loss", "is_late"), [(10, 900, True), (300, 400, False)]
)
def test_a_stranger_who_is_hardly_heard_is_no_offence(
    request_loss: int, answer_loss: int, is_late: bool
) -> None:
    """Answers get lost until a code is worth nothing; he starts anew, and goes on to the rest."""
    faults = {"request_loss": request_loss, "answer_loss": answer_loss}
    outcome, events = lived(6, network=find("locked").network.model_copy(update=faults))
    assert objections(outcome) == []
    asked = {e["id"]: words(e, "who") for e in events if e["kind"] == "request"}
    served = {(asked[e["id"]], e["status"]) for e in events if e["kind"] == "served"}
    assert (("stranger/collects_token", 404) in served) is is_late
    assert ("stranger/uses_token", 200) in served
    assert len(set(asked.values())) > 50


def test_a_story_without_study_is_no_offence() -> None:
    """There is no session that the stranger could name; and nobody is told of "ok" or "error"."""
    story = find("locked")
    person = story.person.model_copy(update={"user_id": "ok"})
    idle = Timetable(wake=story.timetable.wake, bed=story.timetable.bed)
    outcome, _ = lived(9, timetable=idle, person=person)
    assert objections(outcome) == []


def test_a_dozen_pets_behind_one_address_pair_one_after_the_other() -> None:
    """Some are told to wait, and do; in the end each has its token."""
    outcome, events = lived(8, pets=12)
    assert objections(outcome) == []
    who = {e["id"]: words(e, "who") for e in events if e["kind"] == "request"}
    waited = {who[e["id"]] for e in events if e["kind"] == "served" and e["status"] == 429}
    assert any(name.startswith("pet/") for name in waited)
    polled = [e for e in events if e["kind"] == "request" and e["path"] == "/api/water/poll"]
    pets = {words(e, "who") for e in polled if words(e, "who").startswith("pet/")}
    assert len(pets) == 12


def test_a_token_ends_that_was_good_a_moment_before() -> None:
    """Used by the pet that had it, taken back, and tried by the stranger as soon as it is over."""
    (last,) = [e for e in of("request", "old pet/audrey") if "copy_of" not in e][-1:]
    tried = of("request", "stranger/token_revoked")[0]
    headers = [e["headers"] for e in (last, tried)]
    assert len({isinstance(each, dict) and each["authorization"] for each in headers}) == 1
    assert 5_000 <= int(str(tried["at"])) - int(str(last["at"])) < 20_000


def test_the_pet_pairs_with_the_code_it_had_before_its_power_went() -> None:
    """Asked for once; confirmed while nobody sees it; collected, and never asked for again."""
    asked = [e for e in of("request", "pet/audrey") if "copy_of" not in e]
    starts = [e for e in asked if e["path"] == PAIRING]
    assert len({json.dumps(e["body"]) for e in starts}) == 1
    codes = [e["scene"] for e in of("screen", "pet/audrey") if "PAIRING" in str(e["scene"])]
    shown = [str(scene[1]) for scene in codes if isinstance(scene, list)]
    assert len({code for code in shown if code}) == 1
    assert len([code for code in shown if code]) == 2
    (confirmed,) = [e for e in of("student") if e["does"] == "confirms the code"]
    dark = [e["at"] for e in of("unplugged", "pet/audrey")]
    assert UNPACKED < int(str(dark[1])) < int(str(confirmed["at"]))


def test_the_pet_asks_nothing_before_it_is_paired_and_all_with_its_token() -> None:
    """One token for a whole day, through another loss of power; and its firmware's version."""
    asked = of("request", "pet/audrey")
    pairing = [e for e in asked if str(e["path"]).startswith(PAIRING)]
    rest = [e for e in asked if not str(e["path"]).startswith(PAIRING)]
    assert max(int(str(e["at"])) for e in pairing if "copy_of" not in e) <= int(str(rest[0]["at"]))
    headers = [e["headers"] for e in rest]
    assert len({isinstance(each, dict) and each.get("authorization") for each in headers}) == 1
    assert {isinstance(each, dict) and each.get("firmware-version") for each in headers} == {
        "1.0.0"
    }
    assert len(rest) > 300


def test_everybody_at_home_says_a_token() -> None:
    """Phone and edge agent, each its own."""
    tokens = {
        who: {
            headers.get("authorization") if isinstance(headers := e["headers"], dict) else None
            for e in of("request", who)
        }
        for who in ("phone/audrey", "edge/audrey")
    }
    assert all(len(each) == 1 and None not in each for each in tokens.values())
    assert tokens["phone/audrey"] != tokens["edge/audrey"]


def test_no_secret_is_written_down() -> None:
    """Every token and device code in the trace is a stand-in; a code on a screen is none."""
    _, events = locked_day()
    text = json.dumps(events)
    secrets = re.findall(r"(?:pet|pair)_[0-9a-zA-Z]{8,32}_([A-Za-z0-9_-]{43})", text)
    assert len(secrets) > 300
    assert [secret for secret in secrets if not secret.startswith("masked-")] == []
    stored = [words(e, "document") for e in of("stored") if e["collection"] == "pairings"]
    answered = [words(e, "body") for e in of("served") if '"user_code":' in words(e, "body")]
    assert stored
    codes = {re.findall(r'"user_code":"([A-Z-]+)"', body)[0].replace("-", "") for body in answered}
    assert {re.findall(r'"user_code":"([A-Z]+)"', text)[0] for text in stored} <= codes


def test_the_stranger_has_an_address_of_his_own_and_floods_hurt_nobody_else() -> None:
    """He is refused for asking too often, everybody else never."""
    asked = {e["id"]: words(e, "who") for e in of("request")}
    flooded = {asked[e["id"]].partition("/")[0] for e in of("served") if e["status"] == 429}
    assert flooded == {"stranger"}
