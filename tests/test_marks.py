"""Marks are heard by who listens, and by nobody else."""

import asyncio

from petcore.marks import mark, marked


def test_who_listens_is_told() -> None:
    """For as long as he listens."""
    heard: list[str] = []
    mark("overtaken")
    with marked(heard.append):
        mark("overtaken")
    mark("overtaken")
    assert heard == ["overtaken"]


def test_what_begins_within_is_heard_for_ever() -> None:
    """A task inherits who listens, and each listener hears his own."""
    heard: dict[str, list[str]] = {"one": [], "other": []}

    async def reach(name: str) -> None:
        await asyncio.sleep(0)
        mark(name)

    async def both() -> None:
        works = []
        for listener, mine in heard.items():
            with marked(mine.append):
                works.append(asyncio.create_task(reach(listener)))
        await asyncio.gather(*works)

    asyncio.run(both())
    assert heard == {"one": ["one"], "other": ["other"]}
