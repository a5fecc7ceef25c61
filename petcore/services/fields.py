"""Fields that documents of several rooms have, as ``petcore store check`` holds them; and what
documents and the arguments of the pet's tools have in common.
"""

from typing import Annotated

from pydantic import Field

from petcore.rules.pairing import USER_ID_MAX

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

UserId = Annotated[str, Field(min_length=1, max_length=USER_ID_MAX)]
Uuid = Annotated[str, Field(pattern=f"^{_UUID}$")]
UuidOrNothing = Annotated[str, Field(pattern=f"^({_UUID})?$")]

ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
IntervalMin = Annotated[int, Field(ge=1, le=1440)]
FocusMinutes = Annotated[int, Field(ge=1, le=240)]
BreakMinutes = Annotated[int, Field(ge=1, le=120)]
Cycles = Annotated[int, Field(ge=1, le=24)]
StudyLabel = Annotated[str, Field(max_length=200)]
