"""Fields that documents of several rooms have, as ``petcore store check`` holds them."""

from typing import Annotated

from pydantic import Field

from petcore.rules.pairing import USER_ID_MAX

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"

UserId = Annotated[str, Field(min_length=1, max_length=USER_ID_MAX)]
Uuid = Annotated[str, Field(pattern=f"^{_UUID}$")]
UuidOrNothing = Annotated[str, Field(pattern=f"^({_UUID})?$")]
