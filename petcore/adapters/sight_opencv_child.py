"""The process in which pictures are looked at: a stranger's bytes that crash C take only it along.

It follows one face. A question is a frame and a caption, the answer what the frame shows.
"""

from petcore.adapters.child_serving import Answering, serve
from petcore.adapters.sight_opencv_looking import Looker
from petcore.adapters.sight_opencv_wire import answer, asked


def looking(_: bytes) -> Answering:
    """Whoever looks. It needs to know nothing before."""
    looker = Looker()
    return lambda question: answer(looker.look(*asked(question)))


def main() -> None:
    """Look for whoever started the process."""
    serve(looking)
