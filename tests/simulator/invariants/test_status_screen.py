"""The judge of screens reads the status: whether it was asked for, and whether it is true."""

import pytest

from petcore.adapters.zones_tzdata import TzdataZones
from simulator.invariants.screen_tells_truth import ScreenTellsTruth
from tests.simulator.invariants.story import (
    DRINK,
    PET,
    PROMPT,
    REST,
    Story,
    boot,
    cut,
    exchanged,
    press,
    prompt_poll,
    screen,
    sole,
    verdict,
    water_poll,
    world,
)

NOON = 12 * 3_600_000
# An hour east of UTC, and long enough ago for the pet to know the time.
TOLD = [water_poll(at, reminds=False, ahead_min=60) for at in (1_000, 2_000, 3_000)]
ON = [world(), boot(0), screen(0, "IDLE"), *TOLD]
LINES = "wifi -50 dBm\nserver server:5000\ntime 13:00\nversion 1.0.0"


def truth() -> ScreenTellsTruth:
    """A fresh judge."""
    return ScreenTellsTruth(TzdataZones())


def status(at: int, lines: str = LINES) -> Story:
    """The pet shows its status."""
    return screen(at, "STATUS", "Status", lines)


def idle(at: int) -> Story:
    """There is nothing to show."""
    return screen(at, "IDLE")


def look(at: int) -> Story:
    """Something happens at which the judge looks again."""
    return prompt_poll(at, None)


ASKED = [press(NOON, "second"), status(NOON)]


@pytest.mark.parametrize(
    "stories",
    [
        [*ASKED, idle(NOON + 20_000), look(NOON + 30_000)],
        [*ASKED, look(NOON + 20_900), idle(NOON + 20_950)],
        [*ASKED, status(NOON + 9_000, LINES.replace("13:00", "13:01")), idle(NOON + 20_000)],
        [press(NOON, "second"), status(NOON, LINES.replace("13:00", "12:59")), idle(NOON + 20_000)],
        [*ASKED, press(NOON + 5_000), idle(NOON + 5_000), look(NOON + 9_000)],
        [*ASKED, press(NOON + 5_000, "long"), idle(NOON + 5_000), look(NOON + 9_000)],
        [*ASKED, press(NOON + 5_000, "second"), idle(NOON + 5_000), look(NOON + 9_000)],
        # What is urgent goes before it, and it comes back as long as its time is not over.
        [
            *ASKED,
            prompt_poll(NOON + 2_000, PROMPT),
            screen(NOON + 2_000, "BREAK_PROMPT", *REST),
            press(NOON + 4_000, "second"),
            status(NOON + 4_000),
            idle(NOON + 20_000),
        ],
        [
            *ASKED,
            water_poll(NOON + 2_000, reminds=True, ahead_min=60),
            screen(NOON + 2_000, "WATER_DROP", *DRINK),
            look(NOON + 60_000),
        ],
        [
            cut(NOON - 1, NOON + 60_000),
            press(NOON, "second"),
            status(NOON, LINES.replace("-50 dBm", "none")),
            idle(NOON + 20_000),
        ],
        [*ASKED[:1], status(NOON, f"{LINES}\ncamera http://192.168.1.9:81"), idle(NOON + 20_000)],
    ],
)
def test_a_status_that_is_true_is_accepted(stories: list[Story]) -> None:
    """For twenty seconds from a press on, or until the next; a minute more or less is no lie."""
    judge = truth()
    assert verdict(judge, *ON, *stories, until=int(str(stories[-1][-1]["at"]))) == []


@pytest.mark.parametrize(
    ("stories", "complaint"),
    [
        ([status(NOON)], "nothing to show"),
        ([press(NOON), look(NOON + 10), status(NOON + 20)], "nothing to show"),
        ([press(NOON, "second"), look(NOON + 1_001)], "its status was asked for"),
        ([*ASKED, look(NOON + 21_001)], "nothing to show"),
        ([*ASKED, idle(NOON + 5_000)], "its status was asked for 5000 ms ago"),
        ([*ASKED, press(NOON + 5_000), look(NOON + 6_001)], "nothing to show"),
        (
            [*ASKED, prompt_poll(NOON + 2_000, PROMPT), prompt_poll(NOON + 3_001, PROMPT)],
            "break prompt",
        ),
        (
            [*ASKED[:1], status(NOON, LINES.replace("server:5000", "elsewhere:5000"))],
            "server elsewhere:5000, not server:5000",
        ),
        ([*ASKED[:1], status(NOON, LINES.replace("1.0.0", "9.9.9"))], "version 9.9.9, not 1.0.0"),
        ([*ASKED[:1], status(NOON, LINES.replace("-50 dBm", "none"))], "wifi none"),
        ([*ASKED[:1], status(NOON, LINES.replace("-50 dBm", ""))], "wifi"),
        ([cut(NOON - 1, NOON + 9), *ASKED], "wifi -50 dBm"),
        ([*ASKED[:1], status(NOON, LINES.replace("13:00", "12:00"))], "time 12:00, not 13:00"),
        ([*ASKED[:1], status(NOON, LINES.replace("13:00", "13:02"))], "time 13:02, not 13:00"),
        ([*ASKED[:1], status(NOON, LINES.replace("13:00", "--:--"))], "time --:--, not 13:00"),
        ([*ASKED[:1], status(NOON, LINES.replace("13:00", "noon"))], "time noon, not 13:00"),
        ([*ASKED[:1], status(NOON, f"{LINES}\ncode BCDF-GHJK")], "code BCDF-GHJK, not None"),
    ],
)
def test_a_status_that_lies_is_noticed(stories: list[Story], complaint: str) -> None:
    """Not asked for, too long, or one line that is not true."""
    end = int(str(stories[-1][-1]["at"]))
    assert complaint in sole(verdict(truth(), *ON, *stories, until=end))


def test_before_it_was_told_the_time_it_shows_none() -> None:
    """After that it must; and without an offset the time is that of UTC."""
    unknown = status(500, LINES.replace("13:00", "--:--"))
    early = [world(), boot(0), idle(0), press(500, "second"), unknown]
    assert verdict(truth(), *early, until=900) == []
    utc = [water_poll(at, reminds=False, ahead_min=None) for at in (1_000, 2_000, 3_000)]
    asked = [world(), boot(0), idle(0), *utc, press(NOON, "second")]
    shown = status(NOON, LINES.replace("13:00", "12:00"))
    assert verdict(truth(), *asked, shown, until=NOON) == []


def test_a_pet_that_pairs_tells_its_code() -> None:
    """The same as on its other screen, and none before it has one."""
    locked: Story = [{**world()[0], "scenario": {"door": "locked", "zone": "UTC"}}]
    answer = {"ok": True, "user_code": "BCDF-GHJK", "next_poll_s": 5}
    code = exchanged(2_000, "POST /api/devices/pairing", {}, answer, status=201, who=PET)
    begun = [locked, boot(0), screen(100, "PAIRING"), press(500, "second")]
    without = LINES.replace("13:00", "--:--")
    early, late = status(500, without), status(2_000, f"{without}\ncode BCDF-GHJK")
    back = screen(20_500, "PAIRING", "BCDF-GHJK")
    assert verdict(truth(), *begun, early, code, late, back, until=30_000) == []
    wrong = status(2_000, f"{without}\ncode BCDF-GHJL")
    assert "code" in sole(verdict(truth(), *begun, early, code, wrong, back, until=30_000))


def stale(waited_ms: int, shown: str) -> list[Story]:
    """A pet asks again under its first key, so much later, and hears what was said at half past
    eleven; then somebody asks it how it fares.
    """
    lost = water_poll(
        NOON - 90_000,
        reminds=False,
        ahead_min=60,
        key="old",
        arrives=False,
        said_at=NOON - 1_800_000,
    )
    asked_at = NOON - 90_000 + waited_ms
    again = water_poll(asked_at, reminds=False, ahead_min=60, key="old", said_at=NOON - 1_800_000)
    return [*ON, lost, again, press(NOON, "second"), status(NOON, LINES.replace("13:00", shown))]


@pytest.mark.parametrize(
    ("waited_ms", "shown", "complaints"),
    [
        (28_000, "12:31", 0),
        (30_000, "12:31", 0),
        (30_000, "13:00", 0),
        (31_000, "13:00", 0),
        (31_000, "12:31", 1),
    ],
)
def test_the_time_of_an_answer_of_long_ago_is_not_believed(
    waited_ms: int, shown: str, complaints: int
) -> None:
    """It may have been given long ago, if the pet has asked for it for half a minute."""
    assert len(verdict(truth(), *stale(waited_ms, shown), until=NOON + 1)) == complaints
