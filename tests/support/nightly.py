"""Which of the two sizes a suite runs in: a pull request's, or the night's (``--nightly``).

``tests/conftest.py`` sets it before any test module is read, in each worker too. A night has an hour on two
cores: a size is what an example's cost allows, and no night draws the same examples (CONTRIBUTING.md).
"""

from typing import TypeVar

T = TypeVar("T")

chosen = False


def pick(pull_request: T, night: T) -> T:
    """The size of this run: ``pick(40, 2_000)`` examples, say."""
    return night if chosen else pull_request
