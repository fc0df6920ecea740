"""How what a function needs is imported: without the garbage collector.

Modules are no garbage, yet it would walk over all of them again and again: an eighth of a cold start's CPU
(docs/benchmarks.md). Afterwards it leaves them out, so that each of its walks while serving is short.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def importing() -> Iterator[None]:
    """Collect nothing while the block imports, and leave out for good what it has imported."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
