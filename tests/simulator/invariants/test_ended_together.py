"""A pet that is told to end the session ends all that run, says how many, and tells of one."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.acknowledged_writes import AcknowledgedWrites
from simulator.invariants.reports import Reports
from tests.simulator.invariants.story import (
    NO_SAMPLES,
    SESSION,
    Object,
    Story,
    exchanged,
    late,
    minute,
    session_end,
    sole,
    stored,
    study,
    unheard,
    utc,
    verdict,
)
from tests.simulator.invariants.talk_story import answer, talk

NOON = minute(720)
OTHER, THIRD = (f"{digit * 8}-9999-4999-8999-999999999999" for digit in "98")
MANY = 16
"""So many it ends at once."""


def ends(count: int, key: str = "end") -> Story:
    """The pet ends so many sessions and tells of one."""
    result = {"ok": True, "session_id": SESSION, "ended_at": utc(NOON), "ended": count}
    deed: tuple[str, Object, Object] = ("end_study_session", {}, {**result, "report": NO_SAMPLES})
    return talk(NOON, "Do it.", answer("Do it.", "Done."), key=key, deeds=(deed,))


def over(id: str) -> Story:
    """The server holds that session as ended, and a report of it."""
    ended = {**begun(id), "ended_at": utc(NOON), "status": "completed"}
    report: Object = {"session_id": id, "user_id": "audrey", "report": {}}
    return stored("focus_sessions", ended) + stored("focus_reports", report)


def bobs(story: Story) -> Story:
    """The same of another user."""
    texts = ("body", "document")
    return [
        {
            **event,
            **{name: str(event[name]).replace("audrey", "bob") for name in texts if name in event},
        }
        for event in story
    ]


def begun(id: str) -> Object:
    """A session as the server keeps it."""
    at = 0 if id == SESSION else 1
    return {
        "session_id": id,
        "user_id": "audrey",
        "started_at": utc(at),
        "study_label": "Study Session",
        "allow_prompted_breaks": True,
        "signal_source": "presage",
    }


@pytest.mark.parametrize(("count", "kept"), [(2, True), (1, False)])
def test_a_pet_ends_all_sessions_and_tells_of_one(count: int, kept: bool) -> None:
    """It says how many; no other one is over."""
    story = [study(0), study(1, OTHER), ends(count), over(SESSION), over(OTHER)]
    assert (verdict(AcknowledgedWrites(), *story) == []) is kept


@pytest.mark.parametrize(("count", "kept"), [(2, True), (1, False)])
def test_a_pet_ends_also_sessions_of_which_nobody_has_heard(count: int, kept: bool) -> None:
    """One that was asked for, and whose answer nobody got, or only after the end."""
    for doubt in ([unheard(study(1, OTHER, key="k"))], late(study(1, OTHER, key="k"), 1)):
        story = [study(0), *doubt, ends(count), over(SESSION), over(OTHER)]
        found = verdict(AcknowledgedWrites(), *story)
        assert (found == []) is kept
    told: Story = [{**event, "at": NOON + 1} for event in study(1, OTHER, key="k")]
    asked, again = late(told, 1)
    story = [study(0), asked, ends(count), again, over(SESSION), over(OTHER)]
    assert (verdict(AcknowledgedWrites(), *story) == []) is kept


def test_a_pet_ends_no_session_that_began_later_or_is_another_users() -> None:
    """Nor one that there is not."""
    began = study(1, OTHER, key="k")
    later: Story = [{**event, "at": NOON + 1} for event in began]
    story = [study(0), ends(2), later, over(SESSION), over(OTHER)]
    assert "was acknowledged with ended_at None" in verdict(AcknowledgedWrites(), *story)[0]
    report, unknown = over(OTHER)[1:], f"focus_reports {OTHER} is stored and was never acknowledged"
    story = [study(0), unheard(began), ends(2), over(SESSION)]
    assert sole(verdict(AcknowledgedWrites(), *story, report)) == unknown
    story = [study(0), unheard(bobs(began)), ends(2), over(SESSION), bobs(over(OTHER))]
    assert sole(verdict(AcknowledgedWrites(), *story)) == unknown


def reads(id: str, at: int = NOON + 9, **wrong: object) -> Story:
    """The report of a session without samples, or one that says otherwise."""
    report = {**NO_SAMPLES, "graph_points": [], **wrong}
    return exchanged(at, f"GET /api/stress/report/{id}", {}, {"ok": True, "report": report})


def finds_none(id: str) -> Story:
    """There is no report of a session."""
    refusal = {"ok": False, "code": "not_found", "error": "", "details": []}
    return exchanged(NOON + 9, f"GET /api/stress/report/{id}", {}, refusal, status=404)


def reported(*story: Story) -> list[str]:
    """What the judge of reports says."""
    return verdict(Reports(TzdataZones()), *story)


def test_what_the_others_came_to_is_heard_when_somebody_reads_it() -> None:
    """From then on their reports are there, too."""
    story = [study(0), study(1, OTHER), ends(2)]
    assert reported(*story, reads(OTHER)) == []
    assert "sample_count is 1" in sole(reported(*story, reads(OTHER, sample_count=1)))
    assert "there is no report of session" in sole(reported(*story, finds_none(OTHER)))


def test_one_that_begins_while_the_pet_ends_all_may_be_among_them() -> None:
    """The pet looks again and again for another one; what begins when it has found no more goes on,
    also if the pet is told the same again.
    """
    asked, *rest = ends(2)
    begun = study(NOON + 1, OTHER)
    ending: Story = [{**event, "at": NOON + 2} for event in rest]
    during = [study(0), [asked], begun, ending]
    for told_of in (reads(OTHER), finds_none(OTHER)):
        assert reported(*during, told_of) == []
    later: Story = [{**event, "at": NOON + 3} for event in begun]
    again: Story = [{**event, "at": NOON + 4} for event in ends(2)]
    after: list[Story]
    for after in ([later], [later, again]):
        found = reported(study(0), [asked], ending, *after, reads(OTHER))
        assert "before its end" in sole(found)


def test_one_that_began_while_nobody_knew_may_be_among_them() -> None:
    """Its worker died, and what it had begun is heard of after the end."""
    told: Story = [{**event, "at": NOON + 1} for event in study(1, OTHER, key="k")]
    asked, again = late(told, 1)
    assert reported(study(0), asked, ends(2), again, reads(OTHER)) == []
    assert "before its end" in sole(reported(study(0), ends(2), again, reads(OTHER)))


def test_one_that_words_had_begun_in_vain_may_be_among_them() -> None:
    """The server lost its store after it had done it, and says so when it is told again."""
    session: Object = {**begun(OTHER), "ended_at": None, "status": "active"}
    start: tuple[str, Object, Object] = (
        "start_study_session",
        {},
        {"ok": True, "session": session},
    )
    failed: Object = {"ok": False, "code": "store_unavailable", "error": "", "details": []}
    in_vain = talk(NOON - 5, "Study.", failed, key="study", status=503)
    again = talk(NOON + 5, "Study.", answer("Study.", "Yes."), key="study", deeds=(start,))
    other = talk(NOON - 5, "Study.", failed, key="study", status=400)
    assert reported(study(0), in_vain, ends(2), again, reads(OTHER)) == []
    assert "before its end" in sole(reported(study(0), other, ends(2), again, reads(OTHER)))


def test_of_very_many_some_go_on() -> None:
    """Nobody is told which."""
    story = [study(0), study(1, OTHER)]
    for told_of in (reads(OTHER), finds_none(OTHER)):
        assert reported(*story, ends(MANY), told_of) == []
    assert "there is no report" in sole(reported(*story, ends(MANY - 1), finds_none(OTHER)))


def test_what_ended_otherwise_is_not_one_of_them() -> None:
    """It was asked for, and nobody heard of it: so the pet may have ended another one as well."""
    begun = [study(0), study(1, OTHER), study(1, THIRD)]
    held = [over(SESSION), over(OTHER), over(THIRD)]
    for id in (OTHER, THIRD):  # whichever is looked at first
        end = unheard(session_end(NOON - 1, NO_SAMPLES, session_id=id))
        assert verdict(AcknowledgedWrites(), *begun, end, ends(2), *held) == []
        assert len(verdict(AcknowledgedWrites(), *begun, end, ends(1), *held)) == 2
    assert len(verdict(AcknowledgedWrites(), *begun, ends(2), *held)) == 2


def test_words_that_nobody_heard_the_end_of_may_have_ended_all() -> None:
    """Of the user who said them."""
    begun = [study(0), study(1, OTHER)]
    held = [over(SESSION), over(OTHER)]
    words = talk(NOON, "Do it.", answer("Do it.", "Done."))
    assert verdict(AcknowledgedWrites(), *begun, unheard(words), *held) == []
    assert len(verdict(AcknowledgedWrites(), *begun, words, *held)) == 4
    assert len(verdict(AcknowledgedWrites(), *begun, unheard(bobs(words)), *held)) == 4
