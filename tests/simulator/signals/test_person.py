"""Who sits there."""

from random import Random

import pytest
from pydantic import ValidationError

from simulator.signals.person import Camera, Person


def test_the_first_of_a_family_is_the_person() -> None:
    """A world of one is as it was before there were families."""
    chance = Random(1)
    person = Person(user_id="maya", resting_pulse_bpm=58.0)
    assert person.sibling(1, chance) is person
    assert chance.random() == Random(1).random()


def test_siblings_differ_in_all_that_is_drawn() -> None:
    """Forty siblings of a person are valid, named by number, and no two have a value in common
    throughout.
    """
    family = [Person().sibling(number, Random(number)) for number in range(1, 41)]
    assert [one.user_id for one in family[:3]] == ["audrey", "audrey-2", "audrey-3"]
    bodies = [one.model_dump(exclude={"user_id"}) for one in family]
    unlike = {field for field in bodies[0] if len({body[field] for body in bodies}) > 5}
    assert unlike == set(bodies[0]) - {"rmssd_fall", "breaths_rise"}


def test_a_sibling_depends_on_its_stream_alone() -> None:
    """The same stream draws the same body."""
    assert Person().sibling(7, Random(3)) == Person().sibling(7, Random(3))
    assert Person().sibling(7, Random(3)) != Person().sibling(7, Random(4))


def test_every_field_explains_itself() -> None:
    """A page is made of these; a number without a source says so."""
    for value in (Person, Camera):
        assert all(field.description for field in value.model_fields.values())


@pytest.mark.parametrize("user_id", ["", "a" * 129])
def test_an_impossible_name_is_refused(user_id: str) -> None:
    """The document's user ids have 1 to 128 characters."""
    with pytest.raises(ValidationError):
        Person(user_id=user_id)


def test_a_sibling_of_a_long_name_is_refused() -> None:
    """Rather than sending what the server refuses."""
    with pytest.raises(ValidationError):
        Person(user_id="a" * 127).sibling(2, Random(1))
