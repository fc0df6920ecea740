"""Which of the two sizes a suite runs in: a pull request's, or the night's (``--nightly``).

``tests/conftest.py`` sets it before any test module is read, in each worker too.
"""

from typing import TypeVar

T = TypeVar("T")

chosen = False


def pick(pull_request: T, night: T) -> T:
    """The size of this run: ``pick(40, 2_000)`` examples, say."""
    return night if chosen else pull_request
