# One frame: what the panel shows of a scene at one moment. Pure: it draws and changes nothing else.
# Belongs here: which file draws which scene, and what is on all of them. Does not: how one looks.

from firmware.drawing import (
    idle,
    message,
    pairing,
    panel,
    pomodoro,
    prompt,
    status,
    water,
)
from firmware.logic import scene as scenes

WIDTH = panel.WIDTH
HEIGHT = panel.HEIGHT
# No frame stands for less, so that nobody draws all the time, nor for more.
STAND_MIN_MS = 20
STAND_MAX_MS = 60_000

DRAWN_BY = {
    scenes.PAIRING: pairing.draw,
    scenes.BREAK_PROMPT: prompt.draw,
    scenes.WATER_DROP: water.draw,
    scenes.STATUS: status.draw,
    scenes.MESSAGE: message.draw,
    scenes.POMODORO_TIMER: pomodoro.draw,
    scenes.IDLE: idle.draw,
}
# And TALK by talk.py, on a board that can.


# Draws a scene (see logic/scene.py) that has been shown for age_ms on `canvas`, a MONO_VLSB
# FrameBuffer. `known` tells the seconds of the count, `now` are the ticks. The answer is how many
# milliseconds the frame stands, None when it stands until the scene changes. Depends on the scene,
# on what is left of the count and on the age, and on nothing else.
def draw(canvas, scene: tuple, known, now: int, age_ms: int) -> int | None:
    canvas.fill(0)
    draw_scene = DRAWN_BY.get(scene[0]) or _drawn_where_it_talks()
    stand = draw_scene(canvas, scene, known.left_ms(now), age_ms)
    if scene[3]:
        panel.draw_offline(canvas)
    return None if stand is None else min(max(stand, STAND_MIN_MS), STAND_MAX_MS)


# Loaded only where it is needed, since it takes its memory.
def _drawn_where_it_talks():
    from firmware.drawing.talk import draw as draw_talk  # noqa: PLC0415

    return draw_talk
