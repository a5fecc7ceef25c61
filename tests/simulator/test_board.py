"""A simulated board has power or not, and feels a press at once."""

import json
from functools import partial

from hypercorn.typing import ASGIReceiveCallable, ASGISendCallable, Scope

from firmware.logic.config import Config
from simulator.device.board import DARK, Scene, VirtualBoard
from simulator.kernel.masking import masked_code
from simulator.network.link import Network
from simulator.network.weather import Weather
from tests.simulator.stages import Echo, scene

CALM = Weather(delay_ms=(10, 10), request_loss=0, answer_loss=0, duplication=0)
MINUTE_MS = 60_000


def test_without_power_nothing_happens_and_nothing_is_remembered() -> None:
    """Unplugged, it asks nothing, its screen is dark, presses are in vain; then it boots anew."""
    with scene() as empty:
        stage, echo = empty.stage, Echo()
        shown: list[Scene] = []
        config = Config("audrey", "pet-audrey")
        board = VirtualBoard(Network(echo, stage, CALM), "pet/audrey", config, shown.append)
        board.plug_in()
        stage.loop.run_for(5 * MINUTE_MS + 5)
        assert shown[-1][0] == "IDLE"
        # In the middle of an exchange.
        asked = len(echo.served)
        board.press("long")
        board.unplug()
        board.press("short")
        stage.loop.run_for(5 * MINUTE_MS)
        assert len(echo.served) - asked <= 3
        assert shown[-1] == DARK
        assert not board.has_power
        board.plug_in()
        stage.loop.run_for(MINUTE_MS)
        assert len(echo.served) > asked + 3
        assert shown[-1][0] == "IDLE"
        boots = empty.events("boot")
        assert len({event["boot_id"] for event in boots}) == len(boots) == 2
        assert [event["press"] for event in empty.events("press")] == ["long"]
        assert not [event for event in empty.events("log") if "stumbled" in str(event["line"])]
        board.close()


def test_the_last_who_unplugged_it_gives_it_power_again() -> None:
    """In the bag of a traveller it does not boot because somebody needed its socket meanwhile."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), lambda _: None)
        board.plug_in()
        board.unplug()
        board.unplug()
        power = []
        for _ in range(2):
            board.plug_in()
            power.append(board.has_power)
        assert power == [False, True]
        assert len(empty.events("boot")) == 2
        assert len(empty.events("unplugged")) == 1
        board.close()


def test_ticks_begin_anywhere_and_wrap() -> None:
    """Each boot starts its own count; differences are right over the wrap."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), lambda _: None)
        board.plug_in()
        first = board.ticks_ms()
        empty.stage.loop.run_for(MINUTE_MS)
        assert board.ticks_diff(board.ticks_ms(), first) == MINUTE_MS
        assert board.ticks_diff(5, 2**30 - 5) == 10
        board.close()


def test_what_is_kept_outlasts_the_power_and_a_code_is_not_written_down() -> None:
    """The one who looks at the screen sees it; who reads the trace does not."""
    with scene() as empty:
        shown: list[Scene] = []
        network = Network(Echo(), empty.stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), shown.append)
        board.plug_in()
        board.keep("token", "pet_1 a")
        board.unplug()
        board.plug_in()
        assert board.kept("token") == "pet_1 a"
        board.keep("token", None)
        assert board.kept("token") is None
        board.show(("PAIRING", "BCDF-GHJK", "", False), None)
        assert shown[-1] == ("PAIRING", "BCDF-GHJK", "", False)
        written = empty.events("screen")[-1]["scene"]
        assert written == ["PAIRING", masked_code("BCDF-GHJK"), "", False]
        board.close()


def test_the_status_is_written_down_without_the_code() -> None:
    """It stands there as it does on the screen of a pet that pairs; other lines are as they are."""
    with scene() as empty:
        shown: list[Scene] = []
        network = Network(Echo(), empty.stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), shown.append)
        board.plug_in()
        lines = "wifi -50 dBm\ncode BCDF-GHJK\nversion 1.0.0"
        board.show(("STATUS", "Status", lines, False), None)
        assert shown[-1][2] == lines
        (*_, written) = empty.events("screen")
        masked = lines.replace("BCDF-GHJK", masked_code("BCDF-GHJK"))
        assert written["scene"] == ["STATUS", "Status", masked, False]
        assert "BCDF-GHJK" not in masked
        board.close()


def test_there_is_no_link_while_the_network_is_cut() -> None:
    """The status of the pet tells so."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), lambda _: None)
        assert board.link() == "-50 dBm"
        network.cut(1)
        assert board.link() == ""
        empty.stage.loop.run_for(MINUTE_MS)
        assert board.link() == "-50 dBm"


def test_a_second_press_shows_how_the_pet_fares() -> None:
    """What the boot told of it, and for twenty seconds."""
    with scene() as empty:
        network = Network(Echo(), empty.stage, CALM)
        shown: list[Scene] = []
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), shown.append)
        board.plug_in()
        empty.stage.loop.run_for(1_000)
        board.press("second")
        empty.stage.loop.run_for(19_000)
        (booted,) = empty.events("boot")
        screen, _, lines, _ = shown[-1]
        assert screen == "STATUS"
        assert f"server {booted['address']}\n" in str(lines)
        assert f"version {booted['version']}" in str(lines)
        empty.stage.loop.run_for(1_001)
        assert shown[-1][0] == "IDLE"
        board.close()


class Kind(Echo):
    """A server that has the same kind word for everybody, and nothing else to say."""

    async def __call__(
        self, scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable
    ) -> None:
        """Answer one request."""
        assert scope["type"] == "http"
        self.served.append(scope["path"])
        await receive()
        body = json.dumps({"ok": True, "message": "Well done"}).encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body, "more_body": False})


def moment_of_an_answer(turns: int) -> list[str]:
    """What happens, and on which screen the pet says it was pressed, in the very millisecond in
    which a kind word comes and somebody presses: as soon as others have had so many turns.
    """
    with scene() as empty:
        stage = empty.stage
        network = Network(Kind(), stage, CALM)
        board = VirtualBoard(network, "pet", Config("a", "pet-a"), lambda _: None)

        def press(turns: int) -> None:
            if turns:
                stage.after(0, partial(press, turns - 1))
            else:
                board.press("short")

        board.plug_in()
        stage.loop.run_for(1_000)
        stage.after(20, partial(press, turns))
        board.press("long")
        stage.loop.run_for(1_000)
        board.close()
        events = [event for event in empty.events() if event["at"] == 1_020]
        shown = {"screen": "scene", "log": "line"}
        words = [str(event.get(shown.get(str(event["kind"]), "kind"))) for event in events]
        return [each for each in words if each != "request"]


def test_a_press_in_the_moment_of_an_answer_is_for_what_is_shown() -> None:
    """Whoever comes first, and for nothing of which the screen has not told yet."""
    on_idle, word = ["press", "short press on IDLE"], "['MESSAGE', '', 'Well done', False]"
    orders = [moment_of_an_answer(turns) for turns in range(6)]
    assert [*on_idle, "answer", word] in orders
    assert ["answer", *on_idle, word] in orders
    assert ["answer", word, "press", "short press on MESSAGE", "['IDLE', '', '', False]"] in orders
    assert all(order[order.index("press") + 1].startswith("short press on") for order in orders)
