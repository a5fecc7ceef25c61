# Nothing is to be done: the pet looks about, blinks, and takes a step now and then, so that no
# point of the panel burns in. While the server is not heard it sleeps.

from firmware.drawing import pet, text

# What it does from a moment of the round on: eyes, mouth, look.
ROUND = (
    (0, pet.OPEN, pet.CAT, 0),
    (4_500, pet.SHUT, pet.CAT, 0),
    (4_640, pet.OPEN, pet.CAT, 0),
    (9_000, pet.OPEN, pet.CAT, -5),
    (12_000, pet.SHUT, pet.CAT, 0),
    (12_140, pet.OPEN, pet.CAT, 5),
    (15_000, pet.SHUT, pet.CAT, 0),
    (15_140, pet.OPEN, pet.CAT, 0),
    (21_000, pet.HAPPY, pet.TALK, 0),
    (24_000, pet.OPEN, pet.SMILE, 0),
    (28_500, pet.SHUT, pet.SMILE, 0),
    (28_640, pet.OPEN, pet.SMILE, 0),
)
HOP_FROM_MS = 29_600
HOP_STEP_MS = 100
ROUND_MS = 30_000
PLACES = (64, 76, 86, 74, 64, 52, 42, 54)

# Where it sleeps: further to the left, there must be room for what it dreams.
BEDS = (56, 50, 44, 38, 44, 50)
BREATHS_IN_BED = 16
BREATH_MS = 2_000
AWAKE_FOR_MS = 60_000
DEEP_BREATH_MS = 8_000


def draw(canvas, scene: tuple, left_ms: int, age_ms: int) -> int | None:
    return _asleep(canvas, age_ms) if scene[3] else _awake(canvas, age_ms)


def _awake(canvas, age_ms: int) -> int:
    moment = age_ms % ROUND_MS
    here = age_ms // ROUND_MS % len(PLACES)
    x = PLACES[here]
    if moment >= HOP_FROM_MS:
        return _hop(canvas, x, PLACES[(here + 1) % len(PLACES)], moment)
    until = HOP_FROM_MS
    pose = ROUND[0]
    for entry in ROUND:
        if entry[0] > moment:
            until = entry[0]
            break
        pose = entry
    pet.draw_big(canvas, x, 39, pose[1], pose[2], pose[3])
    return until - moment


# To the next place in four steps, in an arc.
def _hop(canvas, x: int, next_x: int, moment: int) -> int:
    step = (moment - HOP_FROM_MS) // HOP_STEP_MS
    height = (0, 4, 5, 3)[step]
    pet.draw_big(canvas, x + (next_x - x) * step // 4, 39 - height, pet.OPEN, pet.SMALL)
    return HOP_STEP_MS - (moment - HOP_FROM_MS) % HOP_STEP_MS


# One breath is four frames: one more letter each, and then none. After a while it sleeps deeper.
def _asleep(canvas, age_ms: int) -> int:
    stand = BREATH_MS if age_ms < AWAKE_FOR_MS else DEEP_BREATH_MS
    breath = age_ms // stand
    x = BEDS[breath // BREATHS_IN_BED % len(BEDS)]
    pet.draw_big(canvas, x, 40 + breath % 2, pet.ASLEEP, pet.SMALL)
    for letter in range(breath % 4):
        text.write(canvas, "zzZ"[letter], x + 22 + 8 * letter, 14 - 6 * letter)
    return stand - age_ms % stand
