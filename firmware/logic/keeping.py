# Keeping what the pet can do without: a flash that is full or broken is logged, and the pet goes on
# with what it has in memory.


def try_keep(hal, name: str, value: str | None) -> bool:
    try:
        hal.keep(name, value)
    except Exception as failure:
        reason = " ".join([str(part) for part in failure.args])
        hal.log(f"cannot keep {name}: {type(failure).__name__} {reason}")
        return False
    return True
