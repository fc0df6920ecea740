"""Fill a local world: tables, media bucket, secrets, and once the demo shop. Harmless to repeat."""

import argparse
import contextlib
import json
from pathlib import Path
from typing import Any

from chalicelib.kernel import aws, clock, config, crypto
from scripts.local import tables
from scripts.local.clock import FileClock

OWNER_PASSWORD = "fenxiao-demo-2026"
"""Of the demo shop's owner, on this machine only; a real shop makes its owner by itself."""

_FROM_KEYS = {
    "wechat/mp-secret": "mp_secret",
    "wechat/oa-secret": "oa_secret",
    "wechat/oa-token": "oa_token",
    "wechat/oa-encoding-aes-key": "oa_encoding_aes_key",
    "wechat/mch-private-key": "mch_private_key_pem",
    "wechat/api-v3-key": "api_v3_key",
    "wechat/pay-public-key": "platform_public_key_pem",
}


def main() -> None:
    """Run as a process of the world, so that it reads the world's environment."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=Path, required=True, help="the simulator's keys.json")
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--empty", action="store_true", help="no demo shop")
    options = parser.parse_args()
    clock.install(FileClock(options.clock).now)
    tables.create(aws.client("dynamodb"), config.config().stage)
    _buckets()
    keys: dict[str, Any] = json.loads(options.keys.read_text())
    for name, field in _FROM_KEYS.items():
        put_secret(name, keys[field])
    for ring in crypto.RINGS:
        put_secret(ring, crypto.new_ring(), keep=True)
    if not options.empty:
        _open_shop()


def _open_shop() -> None:
    """After the tables are there; the front door tells the kernel where settings are kept."""
    import app  # noqa: F401
    from scripts.local.demo_shop import make_demo_shop

    make_demo_shop(OWNER_PASSWORD)


def put_secret(name: str, value: str, *, keep: bool = False) -> None:
    """Store a secret of this stage; ``keep`` leaves one that is already there."""
    full = f"fenxiao-{config.config().stage}/{name}"
    vault = aws.client("secretsmanager")
    try:
        vault.create_secret(Name=full, SecretString=value)
    except vault.exceptions.ResourceExistsException:
        if not keep:
            vault.put_secret_value(SecretId=full, SecretString=value)


def _buckets() -> None:
    storage = aws.client("s3")
    for bucket in (config.config().media_bucket, config.config().results_bucket):
        with contextlib.suppress(
            storage.exceptions.BucketAlreadyOwnedByYou, storage.exceptions.BucketAlreadyExists
        ):
            storage.create_bucket(
                Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": config.config().region}
            )


if __name__ == "__main__":
    main()
