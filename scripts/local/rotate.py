"""Give a ring of keys a new current key, or take an old signing key out (decision 4).

The new key signs and seals from now on, within five minutes everywhere; every key of the ring still
opens. Only signing keys are ever taken out, when all that they signed has run out (30 days): rows are
sealed with the data keys and phones looked up by the first, the audit's chain is signed with its own.
"""

import argparse
import base64
import json
import secrets
import sys

from chalicelib.kernel import crypto
from scripts.local.world import add_world_options, enter_world


def main() -> None:
    """Run ``./scripts/rotate``."""
    parser = argparse.ArgumentParser(prog="scripts/rotate", description=__doc__)
    parser.add_argument("ring", choices=crypto.RINGS)
    parser.add_argument("--retire", metavar="KEY", help="take this old key out of signing-keys, e.g. k1")
    add_world_options(parser)
    options = parser.parse_args()
    if options.retire and options.ring != crypto.SIGNING:
        parser.error(f"{options.ring} keeps every key: what they sealed or signed stays")
    enter_world(options)
    from chalicelib.kernel import aws
    from chalicelib.kernel.config import config

    vault, name = aws.client("secretsmanager"), f"fenxiao-{config().stage}/{options.ring}"
    before = vault.get_secret_value(SecretId=name)["SecretString"]
    ring = retired(before, options.retire) if options.retire else rotated(before)
    vault.put_secret_value(SecretId=name, SecretString=ring)
    held = json.loads(ring)
    print(f"{name}: current {held['current']}, opens {', '.join(sorted(held['keys']))}")


def rotated(ring: str) -> str:
    """The ring with one more key, which is the current one."""
    held = json.loads(ring)
    key_id = f"k{1 + max(int(one.removeprefix('k')) for one in held['keys'])}"
    held["keys"][key_id] = base64.b64encode(secrets.token_bytes(32)).decode()
    return json.dumps({**held, "current": key_id})


def retired(ring: str, key_id: str) -> str:
    """The ring without this old key. Exits in words when it is the current one or not there."""
    held = json.loads(ring)
    if key_id == held["current"]:
        sys.exit(f"Fenxiao: {key_id} is in use; rotate first, and retire it after 30 days")
    if key_id not in held["keys"]:
        sys.exit(f"Fenxiao: no key {key_id}; there are {', '.join(sorted(held['keys']))}")
    del held["keys"][key_id]
    return json.dumps(held)


if __name__ == "__main__":
    main()
