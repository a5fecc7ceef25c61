"""Video over HTTP: in which form a picture is answered, and what is heard where nobody can see.

Here: what the form adds to what the service does. Not here: how pictures are sent one after the
other (``test_parts.py``), and what a service sees (``tests/services``). The watch of the contracts
looks on.
"""

import json
from base64 import b64decode

import pytest

from petcore.adapters.absent import AbsentSight
from petcore.adapters.clock_system import pause
from petcore.errors import CameraFailed
from petcore.ports.eyes import Eyes
from simulator.network.asgi import Request, Response, exchange
from tests.api.ways import document_of
from tests.contracts.contract import JSON_TYPE
from tests.contracts.parts import read_parts
from tests.contracts.served import Reply, Served
from tests.contracts.sight import PICTURES, eyes

SOURCE, LATEST = "/api/video/source", "/api/video/latest?user_id=audrey"
STREAM, TEST = "/api/video/stream?user_id=audrey", "/api/video/presage-test"
JSON = ("content-type", JSON_TYPE)
CAMERA = "http://192.168.1.20:81/stream"
WITHIN = "swordfish at 192.0.2.7"
ONE = PICTURES[:1]


def _latest(accept: str | None, method: str = "GET") -> list[Response]:
    """The answer on both ways, which are one."""
    headers = [] if accept is None else [(b"accept", accept.encode())]
    request = Request(method, "/api/video/latest", "user_id=audrey", headers)
    found = []
    for alone in (False, True):
        with Served(eyes=eyes(ONE)) as served:
            document = document_of(served.services, is_quart_alone=alone)
            found.append(served.run(exchange(document, request)))
    assert sorted(found[0].headers) == sorted(found[1].headers)
    assert (found[0].status, found[0].body) == (found[1].status, found[1].body)
    return found


@pytest.mark.parametrize("accept", ["image/jpeg", "image/*", "image/jpeg, application/json;q=0.9"])
def test_who_prefers_a_picture_gets_it_alone(accept: str) -> None:
    """As it was taken, and with its length; a cache is told on what it depends."""
    for response in _latest(accept):
        headers = dict(response.headers)
        assert (response.status, response.body) == (200, PICTURES[0])
        assert headers[b"content-type"] == b"image/jpeg"
        assert headers[b"content-length"] == b"%d" % len(PICTURES[0])
        assert headers[b"vary"] == b"Accept"


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html", "image/png"])
def test_all_others_get_json(accept: str | None) -> None:
    """Also who wants neither; and the picture is in it."""
    with Served(eyes=eyes(ONE)) as served:
        reply = served.ask("GET", LATEST, headers=[("accept", accept)] if accept else [])
    assert (reply.status, reply.headers["vary"]) == (200, "Accept")
    assert reply.headers["content-type"] == "application/json"
    assert b64decode(reply.json["image_base64"], validate=True) == PICTURES[0]
    assert _latest(accept)[0].status == 200


def test_an_error_is_never_a_picture() -> None:
    """Whatever is preferred."""
    with Served(eyes=eyes(())) as served:
        reply = served.ask("GET", LATEST, headers=[("accept", "image/jpeg")])
    assert (reply.status, reply.json["code"]) == (503, "camera_unavailable")


def test_a_head_of_a_picture_says_which_form_it_has() -> None:
    """And how long it is."""
    for accept, kind in (("image/jpeg", b"image/jpeg"), ("*/*", b"application/json")):
        for response in _latest(accept, "HEAD"):
            assert response.status == 200
            assert dict(response.headers)[b"content-type"] == kind


def test_the_stream_is_what_the_camera_shows() -> None:
    """From the first picture to the end, which comes when the camera stays away; another viewer
    has it opened anew.
    """
    with Served() as served:
        for _ in range(2):
            reply = served.get(STREAM)
            assert reply.status == 200
            assert read_parts(reply.body) == list(PICTURES)


def test_a_camera_without_pictures_is_told_of() -> None:
    """Before anything else was sent, in all three places, with what was tried."""
    with Served(eyes=eyes(())) as served:
        for reply in (
            served.get(STREAM),
            served.get(LATEST),
            served.post(TEST, {"user_id": "audrey", "webcam_index": 7}),
        ):
            assert (reply.status, reply.json["code"]) == (503, "camera_unavailable")
            assert "webcam" in reply.json["error"]
        assert "webcam 7" in reply.json["error"]


def test_a_server_that_cannot_see_says_so() -> None:
    """Why is for its owner's log, not for who asks. Which camera is preferred it can still keep."""
    absent = AbsentSight(WITHIN)
    with Served(eyes=Eyes(absent, absent, pause)) as served:
        wish = {"user_id": "audrey", "source_type": "webcam"}
        assert served.post(SOURCE, wish).status == 200
        assert served.get(f"{SOURCE}?user_id=audrey").json["webcam_index"] == 0
        replies = [served.get(STREAM), served.get(LATEST), served.post(TEST, {"user_id": "audrey"})]
        for reply in replies:
            assert (reply.status, reply.json["code"]) == (503, "sight_absent")
            assert WITHIN not in reply.json["error"]
        assert served.ask("HEAD", STREAM).status == 200
        assert served.get("/readyz").json["sight"] == "absent"


OWN_CAMERAS = {
    "locked, nobody named": ("locked", (), False),
    "locked, another named": ("locked", ("eddie", "audreyy"), False),
    "locked, her among those": ("locked", ("eddie", "audrey"), True),
    "locked, everybody": ("locked", ("*",), True),
    "open, nobody named": ("open", (), True),
    "open, another named": ("open", ("eddie",), False),
    "on this machine, nobody named": ("by_address", (), True),
    "on this machine, another named": ("by_address", ("eddie",), False),
}


@pytest.mark.parametrize("name", OWN_CAMERAS)
@pytest.mark.parametrize("source_type", ["webcam", "recording", "esp32"])
def test_the_servers_own_cameras_are_for_whom_it_names(name: str, source_type: str) -> None:
    """In all places, whether they are stored or asked for, and also for the server itself when it
    measures for her. A camera of the network is hers; and to save what she may not see is allowed.
    """
    door, named, is_hers = OWN_CAMERAS[name]
    wish = {"user_id": "audrey", "source_type": source_type, "recording": "desk.avi"}
    with Served(door=door, webcam_users=named) as served:
        asking = [("authorization", f"Bearer {served.token_of('audrey')}"), JSON]

        def ask(method: str, target: str, sent: object = None) -> Reply:
            body = None if sent is None else json.dumps(sent).encode()
            return served.ask(method, target, body, asking)

        assert ask("POST", SOURCE, {**wish, "esp32_stream_url": CAMERA}).status == 200
        chosen = {"user_id": "audrey", "source_type": source_type}
        replies = [
            *(ask("GET", target) for target in (STREAM, f"{STREAM}&source_type={source_type}")),
            ask("GET", LATEST),
            *(ask("POST", TEST, sent) for sent in (chosen, {**chosen, "webcam_index": 1})),
        ]
        pet = served.services.desktop_pet
        if is_hers or source_type == "esp32":
            assert [reply.status for reply in replies] == [200] * 5
            served.run(pet.video.preferred("audrey"))
        else:
            codes = {(reply.status, reply.json["code"]) for reply in replies}
            assert codes == {(503, "camera_unavailable")}
            assert all("PETCORE_WEBCAM_USERS" in reply.json["error"] for reply in replies)
            with pytest.raises(CameraFailed, match="PETCORE_WEBCAM_USERS"):
                served.run(pet.video.preferred("audrey"))


def test_a_name_that_means_everybody_is_nobodys_key() -> None:
    """Who calls himself * is one user like all others."""
    with Served(door="open", webcam_users=("audrey",)) as served:
        assert served.get("/api/video/latest?user_id=*").json["code"] == "camera_unavailable"
        assert served.get(LATEST).status == 200


def test_a_source_is_replaced_as_a_whole() -> None:
    """What the second call leaves out is gone; a twin with the same key is answered alike."""
    camera = {"user_id": "audrey", "source_type": "esp32", "webcam_index": 2}
    camera |= {"esp32_stream_url": "http://192.168.1.20:81/stream", "recording": "desk.avi"}
    with Served() as served:
        first = served.post(SOURCE, camera, "k")
        assert first.json == {"ok": True, "source": camera}
        webcam = {"user_id": "audrey", "source_type": "webcam"}
        second = served.post(SOURCE, webcam).json["source"]
        assert second == {
            **webcam,
            "esp32_stream_url": None,
            "webcam_index": 0,
            "recording": None,
        }
        assert served.post(SOURCE, camera, "k").body == first.body
        assert served.get(f"{SOURCE}?user_id=audrey").json == second
        assert served.get(f"{SOURCE}?user_id=eddie").status == 404


@pytest.mark.parametrize("source_type", ["esp32", "recording"])
def test_a_stream_can_be_of_another_camera(source_type: str) -> None:
    """What is stored says where it is; without it, that is what is wrong."""
    target = f"{STREAM}&source_type={source_type}"
    with Served() as served:
        refused = served.get(target)
        assert (refused.status, refused.json["details"][0]["loc"]) == (400, ["source_type"])
        wish = {"user_id": "audrey", "source_type": "webcam", "recording": "desk.avi"}
        served.post(SOURCE, {**wish, "esp32_stream_url": "http://192.168.1.20:81/stream"})
        assert served.get(target).status == 200
