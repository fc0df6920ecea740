"""Secrets by name, from AWS Secrets Manager; kept in memory for five minutes, never logged.

A rotated secret is therefore seen within five minutes; verifiers accept the current and the
previous key meanwhile.
"""

import time

from chalicelib.kernel import log
from chalicelib.kernel.aws import client
from chalicelib.kernel.config import config

_KEPT_SECONDS = 300
_kept: dict[str, tuple[float, str]] = {}


def secret(name: str) -> str:
    """The value of ``fenxiao-{stage}/{name}``. Raises botocore's error when there is none."""
    held = _kept.get(name)
    if held and held[0] > time.monotonic():
        return held[1]
    answer = client("secretsmanager").get_secret_value(SecretId=f"fenxiao-{config().stage}/{name}")
    value: str = answer["SecretString"]
    _kept[name] = (time.monotonic() + _KEPT_SECONDS, value)
    log.hide(value)
    return value


def forget() -> None:
    """Read every secret afresh from now on."""
    _kept.clear()
