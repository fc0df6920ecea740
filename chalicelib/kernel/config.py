"""How this stage is set up: one frozen value, read once from the environment.

Policy (rates, caps, levels, windows) is data in tables, not here; secrets are read by name in
``kernel.secrets``. Every variable is ``FENXIAO_<FIELD>`` in capitals.
"""

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Config:
    """Defaults suit the tests; ``scripts/start`` and ``infra/`` set the rest."""

    stage: str = "test"
    region: str = "cn-north-1"
    public_url: str = "https://shop.example.com"
    """Where WeChat and people reach the API; notify addresses are made from it, without a slash."""
    web_origin: str = "https://shop.example.com"
    """The one origin whose pages may call the API; ``*`` only in the local world."""
    h5_url: str = "https://shop.example.com/h5/"
    media_bucket: str = "fenxiao-test-media"
    results_bucket: str = "fenxiao-test-results"
    wechat_api_url: str = "https://api.weixin.qq.com"
    wechat_open_url: str = "https://open.weixin.qq.com"
    wechat_pay_url: str = "https://api.mch.weixin.qq.com"
    mp_appid: str = "wx0000000000000001"
    oa_appid: str = "wx0000000000000002"
    mch_id: str = "1900000001"
    mch_serial: str = ""
    pay_public_key_id: str = "PUB_KEY_ID_0000000000000000000000000000000"
    mp_env_version: str = "release"
    edge_key: str = ""
    """What the content network adds to each request; only with it is its word about an address believed."""
    log_level: str = "INFO"


@functools.cache
def config() -> Config:
    """The configuration of this process. Raises ``RuntimeError`` that names a missing variable."""
    return read(os.environ)


def read(environ: Mapping[str, str]) -> Config:
    """Build a ``Config``; a stage other than test and local must name all that has no safe default."""
    given = {
        field.name: environ[f"FENXIAO_{field.name.upper()}"]
        for field in fields(Config)
        if f"FENXIAO_{field.name.upper()}" in environ
    }
    made = Config(**given)
    if made.stage not in ("test", "local"):
        needed = {
            "public_url",
            "web_origin",
            "h5_url",
            "media_bucket",
            "results_bucket",
            "mp_appid",
            "oa_appid",
            "mch_id",
            "mch_serial",
            "pay_public_key_id",
            "edge_key",
        }
        missing = sorted(f"FENXIAO_{name.upper()}" for name in needed - given.keys())
        if missing:
            raise RuntimeError(f"stage {made.stage!r} needs {', '.join(missing)}")
        if made.web_origin == "*":
            raise RuntimeError("FENXIAO_WEB_ORIGIN must be one origin outside the local world")
    return made
