"""How a pet is set up, and when it loses its power."""

from typing import Annotated, Literal

from pydantic import Field

from simulator.kernel.values import Minutes, Several, Value, WallTime

PollSeconds = Annotated[int, Field(ge=1, le=3600)]


class Unplugged(Value):
    """Somebody needs the socket, every day at the same time."""

    at: WallTime
    """When the power goes, on the clock at home."""
    minutes: Minutes
    """How long it is gone."""


class DeviceOptions(Value):
    """One pet."""

    polling: Literal["fixed", "next"] = "fixed"
    """Whether it polls at fixed periods, or when the server's ``next_poll_s`` says."""
    water_poll_s: PollSeconds = 30
    """Seconds from one poll for a reminder to the next, if they are fixed."""
    prompt_poll_s: PollSeconds = 20
    """The same for break prompts."""
    pomodoro_poll_s: PollSeconds = 10
    """The same for the Pomodoro."""
    unplugged: Several[Unplugged] = ()
    """When it stands on the desk without power; it forgets all but its settings, its token and
    what it has yet to deliver."""
