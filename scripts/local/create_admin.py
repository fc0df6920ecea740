"""Make an owner of the console, and in a new shop the level that distributors begin on.

With --recover an owner who lost the password or the phone is let in again. The password is asked for, or
read from standard input when that is no terminal; it is never printed.
Works on the local world under --state, or with --stage on the stage that the environment names.
"""

import argparse
import getpass
import sys

from scripts.local.world import add_world_options, enter_world


def main() -> None:
    """Run ``./scripts/create-admin``."""
    parser = argparse.ArgumentParser(prog="scripts/create-admin", description=__doc__)
    parser.add_argument("username", help="3 to 20 letters, digits, dots and underscores")
    parser.add_argument("--name", default="店主", help="as others see it")
    parser.add_argument("--recover", action="store_true", help="a new password and no second factor")
    add_world_options(parser)
    options = parser.parse_args()
    enter_world(options)
    from chalicelib.kernel.errors import DomainError

    try:
        make(options.username, options.name, _password(), is_recovered=options.recover)
    except DomainError as refused:
        sys.exit(f"Fenxiao: {refused.detail}")


def make(username: str, name: str, password: str, *, is_recovered: bool) -> None:
    """Make the owner, or recover it. Raises what ``create_owner`` and ``recover_owner`` do."""
    from chalicelib.admin.create_owner import create_owner
    from chalicelib.admin.recover_owner import recover_owner
    from chalicelib.distributors.first_level import first_level

    if is_recovered:
        owner = recover_owner(username, password)
        print(f"Fenxiao: {owner.username} signs in with the new password and sets a second factor up again")
    else:
        owner = create_owner(username, name, password, must_change=False)
        first_level()
        print(f"Fenxiao: {owner.username} may sign in at /admin/ now; set a second factor up there")


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        sys.exit("Fenxiao: the two passwords differ")
    return password


if __name__ == "__main__":
    main()
