"""The Desktop Pet Backend: one module per section of its document."""

from quart import Quart

from petcore.api.desktop_pet.breaks import breaks
from petcore.api.desktop_pet.chat import chat
from petcore.api.desktop_pet.encouragement import encouragement
from petcore.api.desktop_pet.errors import SHAPE
from petcore.api.desktop_pet.metrics import metrics
from petcore.api.desktop_pet.stress import stress
from petcore.api.desktop_pet.video import video
from petcore.api.desktop_pet.water import water
from petcore.api.document import create_document
from petcore.services.desktop_pet import DesktopPet
from petcore.services.door import Door

SECTIONS = (water, stress, metrics, breaks, encouragement, chat, video)
OPERATIONS = tuple(operation for section in SECTIONS for operation in section.operations)


def create(pet: DesktopPet, door: Door) -> Quart:
    """The app of the document."""
    return create_document("desktop_pet", OPERATIONS, SHAPE, pet, door)
