# When the pet reminds by itself, because the server is out of reach: pure, values in and verdict
# out. Belongs here: the rule. Does not: where the schedule comes from, and what happens then
# (schedule.py).
#
# A schedule is (first minute of the day, last minute, minutes between two reminders). None stands
# for the schedule that is disabled or that nobody has set.

from firmware.logic.clock import MINUTE_MS


# Both ends are inside. A start that is not before the end wraps over midnight; so equal ends are a
# whole day.
def is_open(schedule: tuple, minute: int) -> bool:
    start, end = schedule[0], schedule[1]
    if start < end:
        return start <= minute <= end
    return minute >= start or minute <= end


# `minute` is the wall clock's, None when the pet does not know the time: then it does not remind,
# since a pet that wakes people at night is worse than one that is silent. `quiet_ms` have passed
# since the last reminder was acknowledged, None when there is nothing to count from.
def is_due(schedule: tuple | None, minute: int | None, quiet_ms: int | None) -> bool:
    if schedule is None or minute is None or quiet_ms is None:
        return False
    return quiet_ms >= schedule[2] * MINUTE_MS and is_open(schedule, minute)
