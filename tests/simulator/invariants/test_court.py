"""The court is content when every judge has seen something and none objects."""

from simulator.invariants.court import Court
from simulator.invariants.no_server_error import NoServerError
from simulator.invariants.panel import all_judges
from tests.simulator.invariants.story import Story, exchanged


def test_a_judge_who_saw_nothing_has_not_acquitted() -> None:
    """A run whose judges had no case is not good; nor is one with an objection."""
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
        content.append(court.is_content)
    assert content == [False, True, False]


def test_every_judge_of_the_panel_has_a_name_of_its_own() -> None:
    """People tell them apart by it; and each call gives fresh ones."""
    judges = all_judges()
    assert len({judge.name for judge in judges}) == len(judges)
    assert not set(map(id, judges)) & set(map(id, all_judges()))
