"""Give a ring of keys a new current key (decision 4).

The new key signs and seals from now on, within five minutes everywhere; every key of the ring still
opens. No key is ever taken out: old rows are sealed with them, phones are looked up by the first, and the
chain of the audit is signed with them.
"""

import argparse
import base64
import json
import secrets
from pathlib import Path

from scripts.local.world import ROOT, enter_world


def main() -> None:
    """Run ``./scripts/rotate``."""
    parser = argparse.ArgumentParser(prog="scripts/rotate", description=__doc__)
    parser.add_argument("ring", choices=("signing-keys", "data-keys"))
    parser.add_argument("--url", default="http://127.0.0.1:8800", help="the running world's API")
    parser.add_argument("--state", type=Path, default=ROOT / ".local", help="the running world's folder")
    parser.add_argument("--stage", action="store_true", help="use the environment as it is instead")
    options = parser.parse_args()
    if not options.stage:
        enter_world(options.state, options.url)
    from chalicelib.kernel import aws
    from chalicelib.kernel.config import config

    vault, name = aws.client("secretsmanager"), f"fenxiao-{config().stage}/{options.ring}"
    ring = rotated(vault.get_secret_value(SecretId=name)["SecretString"])
    vault.put_secret_value(SecretId=name, SecretString=ring)
    held = json.loads(ring)
    print(f"{name}: current {held['current']}, opens {', '.join(sorted(held['keys']))}")


def rotated(ring: str) -> str:
    """The ring with one more key, which is the current one."""
    held = json.loads(ring)
    key_id = f"k{1 + max(int(one.removeprefix('k')) for one in held['keys'])}"
    held["keys"][key_id] = base64.b64encode(secrets.token_bytes(32)).decode()
    return json.dumps({**held, "current": key_id})


if __name__ == "__main__":
    main()
