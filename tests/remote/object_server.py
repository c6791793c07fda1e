"""An S3 server on loopback for tests, with faults on demand.

Prints its port. Requests are served one at a time, so that a conditional put is atomic, as S3's is. The path
`/-/rule` takes rules, `/-/log` gives the requests since it was last asked, one a line.

A rule {"match", "skip", "count", "do"} is for requests whose "METHOD /path" its pattern finds: after `skip`
of them, `count` are refused (`do` "busy"), cut off ("reset"), forbidden ("forbid"), not there
("missing"), done without an answer
("lost"; "gone" if the server does not come back), or served without their condition ("careless").
"""

from __future__ import annotations

import json
import re
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server

_FORBIDDEN = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"


class _Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        pass


class Server:
    """The application; `moto` in a cage."""

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self._rules: list[dict[str, Any]] = []
        self._log: list[str] = []
        self._gone = False

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with self._lock:
            path = environ["PATH_INFO"]
            if path.startswith("/-/"):
                return self._control(path, environ, start)
            said = f"{environ['REQUEST_METHOD']} {path}"
            self._log.append(said)
            match self._fault(said):
                case "busy":
                    start("503 Service Unavailable", [("Content-Length", "0")])
                    return []
                case "missing":
                    start("404 Not Found", [("Content-Length", "0")])
                    return []
                case "forbid":
                    start("403 Forbidden", [("Content-Length", str(len(_FORBIDDEN)))])
                    return [_FORBIDDEN]
                case "reset":
                    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                    raise ConnectionResetError
                case "lost" | "gone" as fault:
                    self._gone = fault == "gone"
                    list(self._moto(environ, lambda *_: None))
                    start("503 Service Unavailable", [("Content-Length", "0")])
                    return []
                case "careless":
                    environ.pop("HTTP_IF_NONE_MATCH", None)
            return list(self._moto(environ, start))

    def _fault(self, said: str) -> str:
        if self._gone:
            return "reset"
        for rule in self._rules:
            if re.search(rule["match"], said):
                rule["skip"] -= 1
                if -rule["count"] <= rule["skip"] < 0:
                    return str(rule["do"])
        return ""

    def _control(self, path: str, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        answer = b""
        if path == "/-/rule":
            self._rules = json.loads(body)
            self._gone = False
        else:
            answer = "\n".join(self._log).encode()
            self._log = []
        start("200 OK", [("Content-Length", str(len(answer)))])
        return [answer]


if __name__ == "__main__":
    server = make_server("127.0.0.1", 0, Server(), threaded=True, request_handler=_Quiet)
    print(server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()  # the tests have ended
