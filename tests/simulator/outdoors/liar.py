"""Stands before a server and changes what it answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Lie = Callable[[str, bytes], bytes]
"""Makes another answer of the path that was asked for and of the true one."""

_DEADLINE_S = 120.0


@contextmanager
def liar(url: str, lie: Lie) -> Iterator[str]:
    """The URL at which somebody answers what the server at ``url`` answers, or lies."""
    with httpx.Client(base_url=url, timeout=_DEADLINE_S, trust_env=False) as client:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(client, lie))
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def _handler(client: httpx.Client, lie: Lie) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            """Ask the server, and answer."""
            self._hand_on()

        def do_POST(self) -> None:
            """Ask the server, and answer."""
            self._hand_on()

        def _hand_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {
                name: value for name, value in self.headers.items() if name.lower() != "host"
            }
            response = client.request(self.command, self.path, content=body, headers=headers)
            told = lie(self.path.partition("?")[0], response.content)
            self.send_response_only(response.status_code)
            for name, value in response.headers.items():
                if name not in ("content-length", "transfer-encoding", "connection"):
                    self.send_header(name, value)
            self.send_header("content-length", str(len(told)))
            # Who asked may have gone, as a stream's listener does.
            with suppress(ConnectionError):
                self.end_headers()
                self.wfile.write(told)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    return Handler
