"""What an orchestrator and a monitoring system ask of an agent, by HTTP."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from percale.agent.metrics import CONTENT_TYPE, metrics_text
from percale.agent.status import Status
from percale.errors import PercaleError

_TIMEOUT_S = 10
_PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class HealthAddress:
    """`host` is empty for every address of the node."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class CannotListen(PercaleError):
    """The address is taken, or is none of this node's."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: HTTPStatus
    body: bytes
    content_type: str = _PLAIN


def answer_to(path: str, status: Status, *, is_alive: bool) -> Answer:
    match path:
        case "/healthz":
            return _of(ok=is_alive, otherwise="the agent's loop stands still")
        case "/readyz":
            return _of(ok=status.in_sync, otherwise="the kernel does not have what the datastore says")
        case "/metrics":
            return Answer(HTTPStatus.OK, metrics_text(status), CONTENT_TYPE)
        case _:
            return Answer(HTTPStatus.NOT_FOUND, b"there are /healthz, /readyz and /metrics\n")


def _of(*, ok: bool, otherwise: str) -> Answer:
    return Answer(HTTPStatus.OK, b"ok\n") if ok else Answer(HTTPStatus.SERVICE_UNAVAILABLE, f"{otherwise}\n".encode())


def serve(address: HealthAddress, status: Callable[[], Status], is_alive: Callable[[], bool]) -> Callable[[], None]:
    """In threads, until the function that it returns is called; raises CannotListen."""

    class Handler(BaseHTTPRequestHandler):
        timeout = _TIMEOUT_S
        server_version, sys_version = "percale", ""

        def do_GET(self) -> None:
            self._send(answer_to(self.path.partition("?")[0], status(), is_alive=is_alive()))

        def _send(self, answer: Answer) -> None:
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None:
            """A scrape every few seconds is not worth a line."""

    try:
        server = _server(address, Handler)
    except OSError as failure:
        raise CannotListen(f"cannot listen on {address}: {failure.strerror}") from failure
    Thread(target=server.serve_forever, name="health", daemon=True).start()

    def close() -> None:
        server.shutdown()
        server.server_close()

    return close


def _server(address: HealthAddress, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    class Server(ThreadingHTTPServer):
        daemon_threads = True
        address_family = socket.AF_INET6 if ":" in address.host or not address.host else socket.AF_INET

    return Server((address.host, address.port), handler)
