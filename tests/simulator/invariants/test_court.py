"""The court is content when no judge objects, and knows who saw nothing."""

from simulator.invariants.court import Court
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.panel import judges_of
from tests.simulator.invariants.story import Story, exchanged


def test_a_judge_who_saw_nothing_has_not_acquitted() -> None:
    """It is named apart from those who object and those who are content."""
    seen: tuple[Story, ...] = (
        [],
        exchanged(1, "GET /x", {}, {}),
        exchanged(2, "GET /x", {}, {}, status=500),
    )
    court = Court((NoServerError(),))
    content = []
    for story in seen:
        for event in story:
            court.see(event)
        content.append((court.is_content, court.idle))
    name = NoServerError.name
    assert content == [(True, (name,)), (True, ()), (False, ())]


def test_every_judge_of_the_panel_has_a_name_of_its_own() -> None:
    """People tell them apart by it; and each call gives fresh ones."""
    judges = judges_of("locked")
    assert len({judge.name for judge in judges}) == len(judges)
    assert not set(map(id, judges)) & set(map(id, judges_of("locked")))
