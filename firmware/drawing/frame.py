# One frame: what the panel shows of a scene at one moment. Pure: it draws and changes nothing else.

WIDTH = 128
HEIGHT = 64


# Draws a scene (see logic/scene.py) that has been shown for age_ms on `canvas`, a MONO_VLSB
# FrameBuffer. `known` tells the seconds of the count, `now` are the ticks. The answer is how many
# milliseconds the frame stands, None when it stands until the scene changes.
def draw(canvas, scene: tuple, known, now: int, age_ms: int) -> int | None:
    raise NotImplementedError
