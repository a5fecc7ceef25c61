"""The two ways through a document: an operation is found at once, or by Quart."""

from petcore.api import desktop_pet
from petcore.api.document import Document
from petcore.services import Services
from simulator.network.asgi import Response


def document_of(services: Services, *, is_quart_alone: bool) -> Document:
    """The Desktop Pet's document, as it is or with nothing that is answered at once."""
    document = desktop_pet.create(services.desktop_pet, services.door)
    assert isinstance(document, Document)
    if is_quart_alone:
        document.at_once.clear()
    return document


def said(response: Response) -> tuple[int, dict[bytes, bytes], bytes]:
    """All that a client hears. Raises ``AssertionError`` for a header that comes twice."""
    headers = dict(response.headers)
    assert len(headers) == len(response.headers)
    return response.status, headers, response.body
