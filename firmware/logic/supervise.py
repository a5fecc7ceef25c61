# No task of the pet ends. What goes wrong in a turn is logged, and after a pause comes the next
# turn.

PAUSE_MS = 5_000
FAILURE_LEN_MAX = 200


# The marks are the watch's (watch.py); who is not watched has none.
async def forever(hal, name: str, turn, marks=None) -> None:
    while True:
        try:
            await turn()
            if marks is not None:
                marks.move(name)
        except Exception as failure:
            _tell(hal, name, failure, marks)
            await hal.sleep_ms(PAUSE_MS)


# A heap that is full, or a log that is broken, must not end the task.
def _tell(hal, name: str, failure: Exception, marks) -> None:
    try:
        if marks is not None:
            marks.stumble(name)
        words = f"{type(failure).__name__} {reason_of(failure)}"
        hal.log(f"{name} stumbled: {words}"[:FAILURE_LEN_MAX])
    except Exception:
        return


# What a failure says: as a text of its own it differs from one VM to the next.
def reason_of(failure: Exception) -> str:
    return " ".join([str(part) for part in failure.args])
