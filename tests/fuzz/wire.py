"""Carries schemathesis' requests into the application in this process, as a network would."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter, HTTPAdapter
from urllib3 import HTTPResponse

from tests.support import api

URL = "http://fenxiao.test"


class Wire(HTTPAdapter):
    """A ``requests`` transport whose far end is ``tests.support.api``."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        split = urlsplit(request.url or "")
        path = split.path + (f"?{split.query}" if split.query else "")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        headers = {name: _text(value) for name, value in (request.headers or {}).items()}
        answer = api.call(request.method or "", path, body=body, headers=headers)
        far_end = HTTPResponse(
            BytesIO(answer.body), headers=answer.headers, status=answer.status, preload_content=False
        )
        return self.build_response(request, far_end)


@contextmanager
def laid() -> Iterator[None]:
    """Let every session reach the application at ``URL``: schemathesis makes sessions of its own too."""
    wire, real = Wire(), requests.Session.get_adapter

    def get_adapter(self: requests.Session, url: str) -> BaseAdapter:
        return wire if url.startswith(URL) else real(self, url)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(requests.Session, "get_adapter", get_adapter)
        yield


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
