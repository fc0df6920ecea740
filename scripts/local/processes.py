"""The processes of a running world as Linux tells of them: how much they worked, how much they hold."""

import os
from pathlib import Path

_TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
_MARKS = {"worker": "scripts.local.worker", "api": "scripts.local.api", "engine": "engine.py"}


def find(folder: Path, name: str) -> Path:
    """One process of the world in this folder, under /proc. Raises ``LookupError``."""
    wanted = str(folder.resolve())
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        is_it = any(word.endswith(_MARKS[name]) for word in words)
        if is_it and any(word.startswith(wanted) for word in words):
            return process
    raise LookupError(f"no {name} runs for {folder}")


def cpu_ms(process: Path) -> float:
    """Its CPU time so far."""
    words = (process / "stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) * _TICK_MS


def megabytes(process: Path, name: str) -> int:
    """``VmRSS``: what it holds; ``VmHWM``: the most it held since ``forget_peak``."""
    for line in (process / "status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) // 1024
    raise LookupError(name)


def forget_peak(process: Path) -> None:
    """Set the high-water mark back to what is held now."""
    (process / "clear_refs").write_text("5")
