"""The browser that end-to-end tests drive: the system's own Chromium, and fonts that have Chinese."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium", "fonts-noto-cjk")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""For a root user in a container, and so that it asks nobody on the internet for anything."""


def find() -> str | None:
    """Where the browser is; ``FENXIAO_CHROMIUM`` names another one."""
    return os.environ.get("FENXIAO_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install() -> None:
    """Install it from the system's packages when it is missing; exit with one line when that fails."""
    if find() is not None and _has_chinese():
        return
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        sys.exit("Install Chromium and a Chinese font (or set FENXIAO_CHROMIUM), then run this again.")
    print("正在安装浏览器 Installing Chromium …", flush=True)
    for command in (["apt-get", "update", "-q"], ["apt-get", "install", "-y", "-q", *PACKAGES]):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")


def _has_chinese() -> bool:
    listing = shutil.which("fc-list")
    if listing is None:
        return True
    said = subprocess.run([listing, ":lang=zh"], capture_output=True, text=True, check=False).stdout
    return bool(said.strip())
