"""API Gateway before the packaged application: gateway.py PACKAGE PORT CLOCK SHARED.

Run by a Python without site packages, so that the application is imported from its package alone. Each
request becomes the event that API Gateway would hand to Lambda, and goes through the handler that Lambda
would call. ``CLOCK`` is the source of the local world's clock, ``SHARED`` the file by which it runs.
"""

import base64
import importlib.util
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

PACKAGE, PORT, CLOCK, SHARED = sys.argv[1:]
sys.path.insert(0, PACKAGE)

import app
from chalicelib.kernel import clock


def shared_clock() -> Any:
    """The world's clock, loaded by its place: nothing but the package is on the path."""
    found = importlib.util.spec_from_file_location("shared_clock", CLOCK)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module.FileClock(Path(SHARED)).now


def routed(path: str, method: str) -> tuple[str, dict[str, str]]:
    """The resource of this path and its parameters; fixed names before parameters, as API Gateway does."""
    for resource in sorted(app.app.routes, key=lambda one: one.count("{")):
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", resource)
        matched = re.fullmatch(pattern, path)
        if matched and method in app.app.routes[resource]:
            return resource, matched.groupdict()
    return path, {}


class Gateway(BaseHTTPRequestHandler):
    """One request, one event, one answer."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Whatever the method."""
        asked = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qs(asked.query, keep_blank_values=True)
        resource, parameters = routed(asked.path, self.command)
        answer = app.app(
            {
                "httpMethod": self.command,
                "path": asked.path,
                "resource": resource,
                "headers": headers,
                "multiValueHeaders": {name: [value] for name, value in headers.items()},
                "queryStringParameters": {name: values[-1] for name, values in query.items()} or None,
                "multiValueQueryStringParameters": query or None,
                "pathParameters": parameters or None,
                "stageVariables": None,
                "body": body.decode() if body else None,
                "isBase64Encoded": False,
                "requestContext": {
                    "resourcePath": resource,
                    "httpMethod": self.command,
                    "identity": {"sourceIp": self.client_address[0]},
                },
            },
            None,
        )
        given = answer.get("body") or ""
        content = base64.b64decode(given) if answer.get("isBase64Encoded") else given.encode()
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """The application logs for itself."""


for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
    setattr(Gateway, f"do_{method}", Gateway.do_GET)
assert Path(app.__file__).parent == Path(PACKAGE), app.__file__
clock.install(shared_clock())
ThreadingHTTPServer(("127.0.0.1", int(PORT)), Gateway).serve_forever()
