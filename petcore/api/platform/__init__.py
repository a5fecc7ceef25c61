"""The platform: what belongs to no document. It words errors as the Desktop Pet does."""

from quart import Quart

from petcore.api.desktop_pet.errors import SHAPE
from petcore.api.document import create_document
from petcore.api.platform.devices import devices
from petcore.api.platform.health import health
from petcore.services.door import Door
from petcore.services.platform import Platform

SECTIONS = (health, devices)
OPERATIONS = tuple(operation for section in SECTIONS for operation in section.operations)


def create(platform: Platform, door: Door) -> Quart:
    """The app of the platform."""
    return create_document("platform", OPERATIONS, SHAPE, platform, door)
