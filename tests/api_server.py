"""An API server for tests: real HTTP on the loopback, with the oddities of a real one and faults on request."""

import base64
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from api_objects import CORE, DEFINITIONS, Object, Objects, Refusal, Served, calico_kinds

METADATA_ONLY = "application/json;as=PartialObjectMetadata"


@dataclass(frozen=True, slots=True)
class Request:
    """What a client asked for, in the words of its rights."""

    verb: str
    #: `tiers.projectcalico.org`, or a path that is no resource.
    resource: str
    namespace: str
    name: str
    query: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """Instead of what the server would say. `pieces` are written one by one, and then the connection is cut."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    pieces: tuple[bytes, ...] | None = None


def status(code: int, reason: str, message: str, **details: Any) -> Answer:
    """As the real server writes it: over many lines."""
    refusal = Refusal(code, reason, message, details or None)
    retry = (("Retry-After", str(details["retryAfterSeconds"])),) if "retryAfterSeconds" in details else ()
    return Answer(code, json.dumps(refusal.status, indent=2).encode(), retry)


@dataclass(slots=True)
class ApiServer:
    served: Iterable[Served] = (*CORE, *calico_kinds("projectcalico.org/v3"))
    tls: ssl.SSLContext | None = None
    #: Who may come in: the value of `Authorization`, and what the user is called; everybody if there is none.
    users: dict[str, str] = field(default_factory=dict)
    #: What a user may not do, by verb and resource.
    forbidden: Callable[[Request], bool] = lambda _: False
    bookmarks: bool = True
    requests: list[Request] = field(default_factory=list)
    #: Asked before each request; the first that gives an answer is taken.
    faults: list[Callable[[Request], Answer | None]] = field(default_factory=list)
    objects: Objects = field(init=False)
    stopped: bool = False
    _http: "_Http" = field(init=False)
    _connections: set[socket.socket] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.objects = Objects({one.collection: one for one in self.served})
        self._http = _Http(("127.0.0.1", 0), _handler_of(self))
        self._http.tls = self.tls
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def kind(self, plural: str, group: str = "") -> Served:
        """The one of that name, of a group if there are several."""
        (found, *_) = [
            one for one in self.objects.served.values() if one.plural == plural and group in one.group_version
        ]
        return found

    def put(self, plural: str, manifest: Object, group: str = "") -> None:
        self.objects.put(self.kind(plural, group), manifest)

    def remove(self, plural: str, manifest: Object, group: str = "") -> None:
        self.objects.put(self.kind(plural, group), manifest, type_="DELETED")

    def install(self, *kinds: Served) -> None:
        """As `kubectl apply` of their CustomResourceDefinitions does it."""
        definitions = self.objects.served[DEFINITIONS]
        with self.objects.changed:
            for one in kinds:
                self.objects.served[one.collection] = one
                name = f"{one.plural}.{one.group_version.partition('/')[0]}"
                self.objects.create(definitions, "", {"metadata": {"name": name}, "spec": {}})

    def uninstall(self, *kinds: Served) -> None:
        definitions = self.objects.served[DEFINITIONS]
        with self.objects.changed:
            for one in kinds:
                self.objects.drop(one)
                del self.objects.served[one.collection]
                name = f"{one.plural}.{one.group_version.partition('/')[0]}"
                self.objects.delete(definitions, "", name, {})

    def once(self, answer: Answer, *, verb: str = "", resource: str = "", times: int = 1) -> None:
        """The next requests of that kind are answered so."""
        left = [times]

        def fault(request: Request) -> Answer | None:
            if not left[0] or verb not in ("", request.verb) or resource not in ("", request.resource):
                return None
            left[0] -= 1
            return answer

        self.faults.append(fault)

    def cut(self) -> None:
        """Every connection, in the middle of whatever is said."""
        for one in list(self._connections):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with self.objects.changed:
            self.stopped = True
            self.objects.changed.notify_all()
        self._http.shutdown()
        self._http.server_close()
        self.cut()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def connected(self, connection: socket.socket) -> Iterator[None]:
        self._connections.add(connection)
        try:
            yield
        finally:
            self._connections.discard(connection)


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    tls: ssl.SSLContext | None = None

    def get_request(self) -> tuple[socket.socket, Any]:
        """The handshake is made by the thread that reads."""
        connection, address = super().get_request()
        if self.tls:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients come and go."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    api: ApiServer

    def handle(self) -> None:
        with self.api.connected(self.connection):
            super().handle()

    def log_message(self, *_: object) -> None:
        """Nothing is written."""

    def do_GET(self) -> None:
        self._serve("get")

    def do_POST(self) -> None:
        self._serve("create")

    def do_PUT(self) -> None:
        self._serve("update")

    def do_DELETE(self) -> None:
        self._serve("delete")

    def _serve(self, verb: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        path = urlsplit(self.path)
        served, namespace, name = self._place(path.path)
        query = dict(parse_qsl(path.query))
        if served and verb == "get" and not name:
            verb = "watch" if query.get("watch") == "true" else "list"
        resource = _resource_name(served) if served else path.path
        request = Request(verb, resource, namespace, name, query)
        self.api.requests.append(request)
        try:
            if answer := self._fault(request):
                self._write(answer)
            elif verb == "watch" and served:
                self._watch(served, request)
            else:
                self._json(self._answer(request, served, body), 201 if verb == "create" else 200)
        except Refusal as refusal:
            self._json(refusal.status, refusal.code)

    def _fault(self, request: Request) -> Answer | None:
        return next((answer for fault in list(self.api.faults) if (answer := fault(request))), None)

    def _place(self, path: str) -> tuple[Served | None, str, str]:
        """Which resource a path means, if any."""
        parts = [unquote(one) for one in path.strip("/").split("/")]
        if parts[0] == "api" and len(parts) > 2:
            group_version, rest = parts[1], parts[2:]
        elif parts[0] == "apis" and len(parts) > 3:
            group_version, rest = "/".join(parts[1:3]), parts[3:]
        else:
            return None, "", ""
        namespace = ""
        if rest[0] == "namespaces" and len(rest) > 2:
            namespace, rest = rest[1], rest[2:]
        found = self.api.objects.served.get((group_version, rest[0]))
        return found, namespace, rest[1] if len(rest) > 1 else ""

    def _answer(self, request: Request, served: Served | None, body: Object) -> Object:
        self._admit(request)
        objects = self.api.objects
        with objects.changed:
            if served is None:
                return self._discovered(request.resource)
            match request.verb:
                case "list":
                    return self._page(served, request)
                case "get":
                    return objects.get(served, request.namespace, request.name)
                case "create":
                    return objects.create(served, request.namespace, body)
                case "update":
                    return objects.update(served, request.namespace, request.name, body)
                case _:
                    return objects.delete(served, request.namespace, request.name, body)

    def _admit(self, request: Request) -> None:
        user = "system:anonymous"
        if self.api.users:
            user = self.api.users.get(self.headers.get("Authorization", ""), "")
            if not user:
                raise Refusal(401, "Unauthorized", "Unauthorized")
        if self.api.forbidden(request):
            plural, _, group = request.resource.partition(".")
            says = f'User "{user}" cannot {request.verb} resource "{plural}" in API group "{group}"'
            raise Refusal(403, "Forbidden", f"{request.resource} is forbidden: {says} at the cluster scope")

    def _discovered(self, path: str) -> Object:
        objects = self.api.objects
        if path == "/apis":
            groups: dict[str, list[Object]] = {}
            for one in objects.groups():
                group, _, version = one.partition("/")
                groups.setdefault(group, []).append({"groupVersion": one, "version": version})
            return {"kind": "APIGroupList", "groups": [{"name": one, "versions": groups[one]} for one in groups]}
        group_version = path.removeprefix("/apis/").removeprefix("/api/")
        found = [one for one in objects.served.values() if one.group_version == group_version]
        if not found:
            raise Refusal(404, "NotFound", "the server could not find the requested resource")
        resources = [{"name": one.plural, "namespaced": one.namespaced, "kind": one.kind} for one in found]
        return {"kind": "APIResourceList", "groupVersion": group_version, "resources": resources}

    def _page(self, served: Served, request: Request) -> Object:
        objects = self.api.objects
        limit = int(request.query.get("limit") or 0)
        version, start = objects.version, 0
        if token := request.query.get("continue"):
            version, start = json.loads(base64.b64decode(token))
            if version < objects.compacted:
                raise Refusal(410, "Expired", "The provided continue parameter is too old to display a consistent list")
        found = objects.all(served, request.namespace)
        page = found[start : start + limit] if limit else found
        metadata: Object = {"resourceVersion": str(version)}
        if limit and start + limit < len(found):
            metadata["continue"] = base64.b64encode(json.dumps([version, start + limit]).encode()).decode()
            metadata["remainingItemCount"] = len(found) - start - limit
        # Items of Kubernetes' own kinds do not say what they are.
        items = [{name: one[name] for name in one if name not in ("kind", "apiVersion")} for one in page]
        return {"kind": f"{served.kind}List", "apiVersion": served.group_version, "metadata": metadata, "items": items}

    def _watch(self, served: Served, request: Request) -> None:
        self._admit(request)
        objects = self.api.objects
        version = int(request.query.get("resourceVersion") or 0)
        with objects.changed:
            if version > objects.version:
                raise Refusal(504, "Timeout", f"Too large resource version: {version}, current: {objects.version}")
            begun = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            if version < objects.compacted:
                says = f"too old resource version: {version} ({objects.compacted})"
                line = json.dumps({"type": "ERROR", "object": Refusal(410, "Expired", says).status}) + "\n"
                self.wfile.write(begun + _chunk(line.encode()) + b"0\r\n\r\n")
                return
        self._tell(served, request, version, begun)

    def _tell(self, served: Served, request: Request, version: int, begun: bytes) -> None:
        objects = self.api.objects
        first = True
        while not self.api.stopped and objects.served.get(served.collection) is served:
            with objects.changed:
                happened = objects.after(served, request.namespace, version)
                lines = [{"type": one.type, "object": self._seen(served, one.object)} for one in happened]
                now = objects.version
                if not lines and not first and now > version and self.api.bookmarks:
                    about = {"resourceVersion": str(now)}
                    lines = [{"type": "BOOKMARK", "object": {"kind": served.kind, "metadata": about}}]
                version = now
            told = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
            if told or first:
                self.wfile.write((begun if first else b"") + (_chunk(told) if told else b""))
            first = False
            with objects.changed:
                objects.changed.wait_for(
                    lambda: (
                        objects.version > version  # noqa: B023
                        or self.api.stopped
                        or served.collection not in objects.served
                    )
                )
        self.wfile.write(b"0\r\n\r\n")

    def _seen(self, served: Served, told: Object) -> Object:
        return {"apiVersion": served.group_version, "kind": served.kind, **told}

    def _json(self, body: Object, code: int = 200) -> None:
        self._write(Answer(code, json.dumps(body).encode()))

    def _write(self, answer: Answer) -> None:
        if answer.pieces is not None:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            for piece in answer.pieces:
                self.wfile.write(_chunk(piece))
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)


def _handler_of(server: ApiServer) -> type[_Handler]:
    return type("Handler", (_Handler,), {"api": server})


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _resource_name(served: Served) -> str:
    group = served.group_version.rpartition("/")[0]
    return f"{served.plural}.{group}" if group else served.plural
