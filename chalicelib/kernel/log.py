"""JSON log lines and CloudWatch metrics (EMF), with secrets and personal data taken out.

Written to standard output, one object a line. Values of known secret fields are masked wherever
they stand, and so is every secret that ``kernel.secrets`` has read (wechat.md §6.14).
"""

import json
import re
import sys
import time
import traceback
from contextvars import ContextVar
from typing import Any

from chalicelib.kernel.config import config

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}
_SECRET_FIELDS = re.compile(
    r"secret|token|session_key|authorization|pay_?sign|package_info|password|user_name|phone|"
    r"openid|unionid|private_key|api_v3_key|js_code|receiver|address|totp|^code$",
    re.IGNORECASE,
)
_IN_TEXT = re.compile(
    r"((?:secret|access_token|refresh_token|session_key|js_code|code|openid|paySign)[\"']?\s*[=:]\s*[\"']?)"
    r"[^\s&\"',}]+",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\dA-Za-z])(1[3-9]\d)\d{4}(\d{4})(?![\dA-Za-z])")
_hidden: set[str] = set()
_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)


def info(event: str, **fields: Any) -> None:
    """Say that something happened. ``event`` is a short constant; facts go into ``fields``."""
    _write("INFO", event, fields)


def warning(event: str, **fields: Any) -> None:
    """Say that something is off and was dealt with."""
    _write("WARNING", event, fields)


def error(event: str, problem: BaseException | None = None, **fields: Any) -> None:
    """Say that something went wrong that somebody should look at."""
    if problem is not None:
        fields["problem"] = "".join(traceback.format_exception(problem))[-6000:]
    _write("ERROR", event, fields)


def count(metric: str, amount: int = 1, **dimensions: str) -> None:
    """Add to a CloudWatch metric through the log (embedded metric format).

    It is counted by its dimensions and, for the alarms, without any.
    """
    line = {
        "_aws": {
            "Timestamp": int(time.time() * 1000),
            "CloudWatchMetrics": [
                {
                    "Namespace": f"fenxiao-{config().stage}",
                    "Dimensions": [[], sorted(dimensions)] if dimensions else [[]],
                    "Metrics": [{"Name": metric, "Unit": "Count"}],
                }
            ],
        },
        metric: amount,
        **dimensions,
    }
    _print(line)


def bind(**fields: Any) -> None:
    """Put these fields (request id, function name) on every later line of this context."""
    _context.set({**(_context.get() or {}), **fields})


def unbind() -> None:
    """Forget what ``bind`` set."""
    _context.set(None)


def hide(secret: str) -> None:
    """Mask this text wherever it would be printed from now on."""
    if len(secret) >= 8:
        _hidden.add(secret)


def redact(value: Any) -> Any:
    """``value`` with secrets and personal data masked, safe to print or keep in an audit row."""
    if isinstance(value, dict):
        return {
            key: "***" if _SECRET_FIELDS.search(str(key)) and inner not in (None, "") else redact(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [redact(inner) for inner in value]
    if isinstance(value, str):
        return _redact_text(value)
    return value


def _redact_text(text: str) -> str:
    for hidden in _hidden:
        if hidden in text:
            text = text.replace(hidden, "***")
    return _PHONE.sub(r"\1****\2", _IN_TEXT.sub(r"\1***", text))


def _write(level: str, event: str, fields: dict[str, Any]) -> None:
    if _LEVELS[level] < _LEVELS.get(config().log_level, 20):
        return
    _print({"level": level, "event": event, **(_context.get() or {}), **redact(fields)})


def _print(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
    sys.stdout.flush()
