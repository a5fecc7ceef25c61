"""One camera and all who look at it: one reader, one look at each picture, nothing left behind."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import replace
from itertools import count, pairwise

import pytest

from petcore.adapters.absent import AbsentSight
from petcore.adapters.camera_scripted import Step, Wait
from petcore.adapters.sight_scripted import at_rest
from petcore.errors import CameraFailed, SightAbsent, SightFailed
from petcore.ports.camera import Frame, Recording, Source, Stream, Webcam
from petcore.ports.sight import Seen
from petcore.rules import vitals
from petcore.services.desktop_pet.broadcast import (
    FIRST_PICTURE_S,
    LINGER_S,
    PATIENCE_S,
)
from petcore.services.desktop_pet.broadcasts import Broadcasts
from petcore.services.desktop_pet.looking import BAD_MAX
from petcore.services.desktop_pet.shot import NEWEST_MS, RECENT_MS
from tests.services.desktop_pet.video import Seeing, Time, Viewer, filming, seen, settle

CAMERA = Webcam(0)
CAMERAS = [Webcam(number) for number in range(4)]


@pytest.mark.asyncio
async def test_many_viewers_share_one_camera_and_one_look_at_each_picture() -> None:
    """All of them see every picture, and it is looked at once."""
    looked = list[bytes]()

    def sees(frame: Frame) -> Seen | None:
        looked.append(frame.jpeg)
        return at_rest(frame)

    seeing = Seeing(sees=sees)
    broadcasts = seeing.broadcasts()
    viewers = [Viewer(broadcasts, CAMERA) for _ in range(20)]
    await seeing.time.go(9.9)
    assert (len(seeing.cameras.watched), seeing.cameras.open, seeing.sight.looking) == (1, 1, 1)
    assert len(looked) == len(set(looked)) == 20
    assert [viewer.numbers for viewer in viewers] == [list(range(1, 21))] * 20
    await broadcasts.close()


@pytest.mark.asyncio
async def test_who_is_slow_gets_the_newest_and_holds_nobody_up() -> None:
    """He misses what was between, and has no backlog to go through."""
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    quick = Viewer(broadcasts, CAMERA)
    async with aclosing(broadcasts.look(CAMERA)) as slow:
        assert (await anext(slow)).number == 1
        await seeing.time.go(10)
        newest = await anext(slow)
        assert (newest.number, newest.seen.picture) == (21, f"{CAMERA} 20".encode())
        following = asyncio.ensure_future(anext(slow))
        await settle()
        assert not following.done()
        await seeing.time.go(0.5)
        assert (await following).number == 22
    assert quick.numbers == list(range(1, 23))
    await broadcasts.close()


@pytest.mark.asyncio
async def test_the_camera_is_let_go_of_some_time_after_the_last_viewer() -> None:
    """Who polls comes again before that, and then nothing was interrupted."""
    before = asyncio.all_tasks()
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    for _ in range(5):
        async with aclosing(broadcasts.look(CAMERA)) as shots:
            await anext(shots)
        await seeing.time.go(LINGER_S - 0.1)
        assert seeing.cameras.open == 1
    assert len(seeing.cameras.watched) == 1
    await seeing.time.go(5)
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)
    assert asyncio.all_tasks() == before
    again = Viewer(broadcasts, CAMERA)
    await seeing.time.go(1)
    assert again.numbers[0] == 1
    assert len(seeing.cameras.watched) == 2
    await broadcasts.close()


@pytest.mark.asyncio
async def test_hundreds_who_come_and_vanish_leave_nothing() -> None:
    """However they go: closed, cancelled while they wait, or stalled and closed later."""
    before = asyncio.all_tasks()
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    faithful = Viewer(broadcasts, CAMERA)
    await seeing.time.go(1)
    alone = asyncio.all_tasks()
    stalled = [broadcasts.look(CAMERA) for _ in range(200)]
    for shots in stalled:
        await anext(shots)
    for _ in range(10):
        waiting = [Viewer(broadcasts, CAMERA) for _ in range(50)]
        await seeing.time.go(0.1)
        await asyncio.gather(*(viewer.leave() for viewer in waiting))
    for shots in stalled:
        await shots.aclose()
    assert asyncio.all_tasks() == alone
    await seeing.time.go(5)
    assert faithful.numbers == list(range(1, len(faithful.numbers) + 1))
    await faithful.leave()
    await seeing.time.go(LINGER_S + 5)
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_a_camera_that_fails_after_it_worked_is_opened_again() -> None:
    """After half a second, then after twice as long each time; the viewers see it go on. When it
    was well for long enough, half a second is enough again.
    """
    seeing, opened = Seeing(), list[float]()

    def films(source: Source) -> Iterator[Step]:
        opened.append(seeing.time.now_s)
        if len(opened) in (1, 6):
            yield from filming(seeing.time, pictures=4 if len(opened) == 1 else 21)(source)
        raise CameraFailed("pulled out")

    seeing.films = films
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(28.5)
    assert opened == [0, 2.5, 3.5, 5.5, 9.5, 17.5, 28.5]
    assert viewer.numbers == list(range(1, 26))
    assert viewer.shots[4].at_ms == 17_500
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_camera_that_flaps_is_left_in_peace(caplog: pytest.LogCaptureFixture) -> None:
    """One good picture says little: the pauses grow all the same, and it is told once."""
    seeing, opened = Seeing(), list[float]()

    def films(_: Source) -> Iterator[Step]:
        opened.append(seeing.time.now_s)
        yield Frame(b"one", seeing.time.ms)
        raise CameraFailed("pulled out")

    seeing.films = films
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    with caplog.at_level(logging.WARNING, logger="petcore.video"):
        await seeing.time.go(60)
    assert opened == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 23.5, 31.5, 39.5, 47.5, 55.5]
    assert len(caplog.records) == 1
    assert viewer.error is None
    assert len(viewer.shots) == len(opened)
    await broadcasts.close()


@pytest.mark.asyncio
async def test_who_measures_leaves_one_camera_to_who_looks() -> None:
    """Several may measure by one; who would take the last one is refused, and may try again."""
    seeing = Seeing(cameras_max=3)
    broadcasts = seeing.broadcasts()
    measuring = [broadcasts.look(camera, measures=True) for camera in CAMERAS[:2] * 2]
    for shots in measuring:
        await anext(shots)
    refused = broadcasts.look(CAMERAS[2], measures=True)
    with pytest.raises(CameraFailed, match="measured by 2 other cameras"):
        await anext(refused)
    viewer = Viewer(broadcasts, CAMERAS[2])
    await seeing.time.go(1)
    assert viewer.error is None
    with pytest.raises(CameraFailed, match="measured by 2 other cameras"):
        await anext(broadcasts.look(CAMERAS[2], measures=True))
    for shots in (measuring[0], measuring[2]):
        await shots.aclose()
    shared = broadcasts.look(CAMERAS[2], measures=True)
    await anext(shared)
    for shots in (measuring[1], measuring[3], shared):
        await shots.aclose()
    await broadcasts.close()


@pytest.mark.asyncio
async def test_the_only_camera_may_be_measured_by() -> None:
    """Else a server with one camera would measure nobody."""
    broadcasts = Seeing(cameras_max=1).broadcasts()
    async with aclosing(broadcasts.look(CAMERA, measures=True)) as shots:
        assert (await anext(shots)).number == 1
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_camera_that_stays_away_ends_it_for_all() -> None:
    """They are told what was tried, and nothing is left; the next viewer begins anew."""
    before = asyncio.all_tasks()
    seeing = Seeing()
    broadcasts = seeing.broadcasts()

    def films(source: Source) -> Iterator[Step]:
        yield from filming(seeing.time, pictures=4)(source) if not gone else ()

    gone = list[bool]()
    seeing.films = films
    viewers = [Viewer(broadcasts, CAMERA) for _ in range(3)]
    await seeing.time.go(1)
    gone.append(True)
    await seeing.time.go(PATIENCE_S)
    assert [viewer.error for viewer in viewers] == [None] * 3
    await seeing.time.go(5)
    for viewer in viewers:
        assert isinstance(viewer.error, CameraFailed)
        assert str(viewer.error) == f"webcam 0: no picture for {PATIENCE_S} s"
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)
    assert asyncio.all_tasks() == before
    with pytest.raises(CameraFailed, match="no more pictures"):
        await anext(broadcasts.look(CAMERA))


@pytest.mark.asyncio
async def test_a_camera_that_says_nothing_is_given_up() -> None:
    """Sooner before its first picture, for a request waits for it."""
    seeing = Seeing(films=lambda _: iter((Wait(10**6),)))
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, Stream("http://ben:secret@camera/stream"))
    await seeing.time.go(FIRST_PICTURE_S - 0.1)
    assert viewer.outcome == ""
    await seeing.time.go(0.2)
    assert viewer.outcome == f"camera_unavailable: the stream: no picture for {FIRST_PICTURE_S} s"
    seeing.films = lambda _: iter((Frame(b"one", 0), Wait(10**6)))
    stalled = Viewer(broadcasts, Recording("secret.avi"))
    await seeing.time.go(PATIENCE_S + 5)
    assert stalled.outcome == f"camera_unavailable: the recording: no picture for {PATIENCE_S} s"
    assert seeing.cameras.open == 0


@pytest.mark.asyncio
async def test_a_camera_that_cannot_be_opened_says_so_at_once() -> None:
    """In its own words, and it is not tried again for the one who came."""
    before = asyncio.all_tasks()
    seeing = Seeing(films=lambda _: iter((CameraFailed("webcam 0 cannot be opened"),)))
    broadcasts = seeing.broadcasts()
    for _ in range(3):
        with pytest.raises(CameraFailed, match="webcam 0 cannot be opened"):
            await anext(broadcasts.look(CAMERA))
    assert len(seeing.cameras.watched) == 3
    await settle()
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_where_nobody_can_see_it_is_said() -> None:
    """And nothing is left running."""
    before = asyncio.all_tasks()
    absent = AbsentSight("this machine cannot see")
    eyes = replace(Seeing().eyes, cameras=absent, sight=absent)
    broadcasts = Broadcasts(eyes, Time())
    with pytest.raises(SightAbsent, match="this machine cannot see"):
        await anext(broadcasts.look(CAMERA))
    await settle()
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_what_is_no_picture_is_passed_over() -> None:
    """A few are nothing; a camera that sends nothing else has failed."""
    seeing = Seeing()

    def films(_: Source) -> Iterator[Step]:
        for number in count():
            is_good = number < 2 or number == BAD_MAX
            yield Frame(b"good" if is_good else b"", seeing.time.ms)
            yield Wait(0.1)

    seeing.films = films
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(0.1 * (BAD_MAX + 2))
    assert (viewer.numbers, len(seeing.cameras.watched)) == ([1, 2, 3], 1)
    await seeing.time.go(0.1 * BAD_MAX + 0.6)
    assert len(seeing.cameras.watched) == 2
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_camera_that_never_sends_a_picture_has_failed() -> None:
    """The viewer hears why."""
    seeing = Seeing(films=lambda _: iter([Frame(b"", number) for number in range(BAD_MAX)]))
    with pytest.raises(CameraFailed, match="webcam 0: what it sends are no pictures"):
        await anext(seeing.broadcasts().look(CAMERA))


@pytest.mark.asyncio
async def test_who_looks_is_replaced_when_he_fails() -> None:
    """The camera goes on; the picture by which he fell is passed over."""
    seeing, falls = Seeing(), {3, 4, 8}

    def sees(frame: Frame) -> Seen | None:
        if int(frame.jpeg.split()[-1]) in falls:
            raise SightFailed("the process died")
        return at_rest(frame)

    seeing.sees = sees
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(4.9)
    assert viewer.numbers == list(range(1, 8))
    assert (len(seeing.cameras.watched), seeing.sight.looking, seeing.sight.gazes) == (1, 1, 4)
    falls |= set(range(1000))
    await seeing.time.go(PATIENCE_S + 5)
    assert isinstance(viewer.error, CameraFailed)
    assert seeing.sight.looking == 0
    await broadcasts.close()


@pytest.mark.asyncio
async def test_if_nobody_can_look_from_the_beginning_it_is_said_soon() -> None:
    """Three were tried; a viewer does not wait for ever."""

    def sees(_: Frame) -> Seen | None:
        raise SightFailed("the process died")

    seeing = Seeing(sees=sees)
    viewer = Viewer(seeing.broadcasts(), CAMERA)
    await seeing.time.go(1.1)
    assert isinstance(viewer.error, SightFailed)
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)


@pytest.mark.asyncio
async def test_only_so_many_cameras_are_watched_at_a_time() -> None:
    """One more is refused, if somebody looks at each; else one at which nobody looks makes room."""
    seeing = Seeing(cameras_max=3)
    broadcasts = seeing.broadcasts()
    viewers = [Viewer(broadcasts, camera) for camera in CAMERAS[:3]]
    await seeing.time.go(1)
    with pytest.raises(CameraFailed, match="3 other cameras are watched"):
        await anext(broadcasts.look(CAMERAS[3]))
    shared = Viewer(broadcasts, CAMERAS[0])
    await viewers[1].leave()
    late = Viewer(broadcasts, CAMERAS[3])
    await seeing.time.go(1)
    assert shared.error is None
    assert len(late.shots) == 3
    assert (seeing.cameras.open, seeing.cameras.most_open) == (3, 3)
    with pytest.raises(CameraFailed):
        await anext(broadcasts.look(CAMERAS[1]))
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_crowd_for_too_many_cameras_never_opens_more() -> None:
    """Who comes while another is let go of waits for that, whatever the order."""
    seeing = Seeing(cameras_max=2)
    broadcasts = seeing.broadcasts()
    for turn in range(12):
        viewers = [Viewer(broadcasts, CAMERAS[(turn + number) % 4]) for number in range(8)]
        await seeing.time.go(0.3)
        errors = [viewer.error for viewer in viewers]
        assert sum(error is None for error in errors) == 4
        await asyncio.gather(*(viewer.leave() for viewer in viewers))
    assert seeing.cameras.most_open == 2
    await broadcasts.close()
    assert seeing.cameras.open == 0


@pytest.mark.asyncio
async def test_closing_ends_all_viewers_and_lets_go_of_all_cameras() -> None:
    """Who sees pictures sees no more; who waits for his first is told; nobody begins again."""
    before = asyncio.all_tasks()
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    viewers = [Viewer(broadcasts, camera) for camera in CAMERAS[:2] * 3]
    await seeing.time.go(1)
    seeing.films = lambda _: iter((Wait(10**6),))
    waiting = Viewer(broadcasts, CAMERAS[2])
    await seeing.time.go(1)
    await broadcasts.close()
    await settle()
    assert all(viewer.has_left for viewer in viewers)
    assert isinstance(waiting.error, CameraFailed)
    assert (seeing.cameras.open, seeing.sight.looking) == (0, 0)
    with pytest.raises(CameraFailed):
        await anext(broadcasts.look(CAMERA))
    await broadcasts.close()
    assert asyncio.all_tasks() == before


@pytest.mark.asyncio
async def test_who_joins_while_the_camera_is_away_waits_for_the_next_picture() -> None:
    """An old one does not pass for news."""
    seeing = Seeing()
    seeing.films = filming(seeing.time, pictures=4)
    broadcasts = seeing.broadcasts()
    Viewer(broadcasts, CAMERA)
    await seeing.time.go(2.2)
    late = Viewer(broadcasts, CAMERA)
    await settle()
    assert late.shots == []
    await seeing.time.go(0.5)
    assert late.numbers == [5]
    await broadcasts.close()


@pytest.mark.asyncio
async def test_what_was_read_is_known_with_every_picture() -> None:
    """The newest of each metric, and one a second of the last minutes, each counted once."""
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(300)
    last = viewer.shots[-1]
    assert last.newest["cardio.pulse_rate"].at_ms == last.at_ms == 300_000
    pulses = [reading for reading in last.recent if reading.name == "cardio.pulse_rate"]
    assert [reading.at_ms for reading in pulses] == list(range(181_000, 301_000, 1_000))
    assert pulses[-1].at_ms - pulses[0].at_ms < RECENT_MS
    assert last.since(last.read - 4) == last.recent[-4:]
    assert last.since(last.read) == ()
    assert last.since(0) == last.recent
    news = [len(shot.since(before.read)) for before, shot in pairwise(viewer.shots)]
    assert news == [0, 4] * 300
    await broadcasts.close()


@pytest.mark.asyncio
async def test_what_is_old_is_not_told_as_the_newest() -> None:
    """The pulse of somebody who left is not that of now."""
    seeing = Seeing()

    def sees(frame: Frame) -> Seen:
        shown = seen(frame)
        return shown if frame.at_ms < 10_000 else replace(shown, readings=(), state="no_face")

    seeing.sees = sees
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(NEWEST_MS / 1000 + 9)
    assert viewer.shots[-1].newest.keys() == viewer.shots[0].newest.keys()
    await seeing.time.go(1)
    assert viewer.shots[-1].newest == {}
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_recording_that_begins_anew_does_not_turn_time_back() -> None:
    """Its own times step back; those of the readings go on."""
    seeing = Seeing()

    def films(_: Source) -> Iterator[Step]:
        for number in count():
            yield Frame(b"picture", number % 10 * 500)
            yield Wait(0.5)

    seeing.films = films
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, Recording("face.avi"))
    await seeing.time.go(60)
    times = [shot.at_ms for shot in viewer.shots]
    assert times == sorted(set(times))
    read = [reading.at_ms for reading in viewer.shots[-1].recent]
    assert read == sorted(read)
    _, refused = vitals.take(vitals.begin(), viewer.shots[-1].recent, times[-1])
    assert refused == ()
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_clock_on_the_wall_that_steps_disturbs_no_reading() -> None:
    """Only the instants that are told step with it; the caption goes on."""
    seeing = Seeing()
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(30)
    caption = seeing.sight.caption
    seeing.time.wrong_s = -7200
    await seeing.time.go(1)
    assert caption is not None
    assert caption.focus_score is not None
    assert caption.stress_score is not None
    assert seeing.sight.caption == caption
    before, after = viewer.shots[-3], viewer.shots[-2]
    assert after.at_ms - before.at_ms == 500
    assert (viewer.shots[0].captured_at - after.captured_at).total_seconds() > 7000
    await broadcasts.close()


@pytest.mark.asyncio
async def test_a_reading_of_a_while_ago_keeps_its_age() -> None:
    """A pulse is told when it was measured, not when its picture came; none is of the future."""
    seeing = Seeing()

    def sees(frame: Frame) -> Seen:
        shown = seen(frame)
        aged = [replace(reading, at_ms=reading.at_ms - 3_000) for reading in shown.readings[:1]]
        late = [replace(reading, at_ms=reading.at_ms + 3_000) for reading in shown.readings[1:]]
        return replace(shown, readings=(*aged, *late))

    seeing.sees = sees
    broadcasts = seeing.broadcasts()
    viewer = Viewer(broadcasts, CAMERA)
    await seeing.time.go(10)
    shot = viewer.shots[-1]
    assert shot.newest["cardio.pulse_rate"].at_ms == shot.at_ms - 3_000
    assert shot.newest["face.motion"].at_ms == shot.at_ms
    await broadcasts.close()


def test_what_ends_with_its_loop_before_it_began_holds_up_nobody() -> None:
    """A loop that ends cancels what it never came to run; the server must close all the same."""
    broadcasts = Seeing().broadcasts()

    async def begin() -> asyncio.Task[object]:
        return asyncio.create_task(anext(broadcasts.look(Webcam(0))))

    asyncio.run(begin())
    with asyncio.Runner() as runner:
        runner.run(broadcasts.close())
