"""Serve the API on loopback: Chalice's own local gateway, threaded, without Nagle's delay.

``chalice local`` answers every keep-alive request 44 ms late (aws.md §1.4); this is the same handler
with buffered writes. Also serves the built front ends, when they are there.
"""

import argparse
import mimetypes
from pathlib import Path
from typing import Any

from chalice.config import Config
from chalice.local import (
    ChaliceRequestHandler,
    CustomLocalChalice,
    LocalChalice,
    LocalDevServer,
    ThreadedHTTPServer,
)

from chalicelib.kernel import aws, clock
from chalicelib.kernel.config import config
from scripts.local.clock import FileClock

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"/h5/": ROOT / "mini-program" / "dist" / "build" / "h5", "/admin/": ROOT / "console" / "dist"}


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--clock", type=Path, required=True)
    options = parser.parse_args()
    clock.install(FileClock(options.clock).now)
    server(options.port).serve_forever()


def server(port: int) -> LocalDevServer:
    """The server, bound and ready."""
    import app

    CustomLocalChalice.__bases__ = (LocalChalice, app.app.__class__)
    app.app.__class__ = CustomLocalChalice
    chalice_config = Config.create(lambda_timeout=25)
    return LocalDevServer(
        app.app, chalice_config, "127.0.0.1", port, handler_cls=_Handler, server_cls=_Server
    )


class _Server(ThreadedHTTPServer):
    request_queue_size = 128
    """Five is the default; sixteen clients that come at once would find the door shut."""


class _Handler(ChaliceRequestHandler):
    disable_nagle_algorithm = True
    wbufsize = 65536

    def log_message(self, *_: Any) -> None:
        """Chalice's own lines add nothing to ours."""

    def do_GET(self) -> None:
        """A page of a front end, or the API."""
        for prefix, folder in PAGES.items():
            if self.path.startswith(prefix):
                self._page(folder, self.path[len(prefix) :].partition("?")[0])
                return
        if self.path.startswith("/media/"):
            self._picture(self.path[1:].partition("?")[0])
            return
        super().do_GET()

    do_HEAD = do_GET

    def _picture(self, key: str) -> None:
        """What the content network does in the cloud: pictures straight from the bucket."""
        storage = aws.client("s3")
        try:
            found = storage.get_object(Bucket=config().media_bucket, Key=key)
        except storage.exceptions.NoSuchKey:
            self.send_error(404)
            return
        self._send(found["Body"].read(), found["ContentType"], "max-age=31536000, immutable")

    def _page(self, folder: Path, name: str) -> None:
        file = (folder / (name or "index.html")).resolve()
        if not file.is_file() or not file.is_relative_to(folder.resolve()):
            self.send_error(404)
            return
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        is_entry = file.name == "index.html"
        content = file.read_bytes()
        if is_entry and folder == PAGES["/h5/"]:
            content = content.replace(b"<head>", b"<head>" + _bridge())
        if is_entry and folder == PAGES["/admin/"]:
            content = content.replace(
                b"connect-src 'self' https:", b"connect-src 'self' https: " + _storage()
            )
        self._send(content, kind, "no-cache" if is_entry else "max-age=31536000")

    def _send(self, content: bytes, kind: str, keep: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", keep)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)


def _storage() -> bytes:
    """Where the browser puts pictures: in the cloud it is under https, as the page demands."""
    return str(aws.client("s3").meta.endpoint_url).encode()


def _bridge() -> bytes:
    """What WeChat itself puts into each page that it shows: here the phones of the simulator do."""
    return f'<script src="{config().wechat_open_url}/static/bridge.js"></script>'.encode()


if __name__ == "__main__":
    main()
