"""Services of the Desktop Pet Backend, one module per section of its document."""

from dataclasses import dataclass

from petcore.rules.desktop_pet.stress import HighStressPolicy
from petcore.services.desktop_pet.breaks import Breaks
from petcore.services.desktop_pet.chat import Chat
from petcore.services.desktop_pet.encouragement import Encouragement
from petcore.services.desktop_pet.metrics import Metrics
from petcore.services.desktop_pet.stress import Stress
from petcore.services.desktop_pet.video import Video
from petcore.services.desktop_pet.watching import Watching
from petcore.services.desktop_pet.water import Water

__all__ = [
    "Breaks",
    "Chat",
    "DesktopPet",
    "Encouragement",
    "HighStressPolicy",
    "Metrics",
    "Stress",
    "Video",
    "Watching",
    "Water",
]


@dataclass(frozen=True, slots=True)
class DesktopPet:
    """All operations of the document, by section, and what goes on without being asked."""

    water: Water
    stress: Stress
    metrics: Metrics
    breaks: Breaks
    encouragement: Encouragement
    chat: Chat
    video: Video
    watching: Watching
