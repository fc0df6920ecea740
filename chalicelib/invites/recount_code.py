"""Set what a code brought to what the attribution journal says (I5)."""

from chalicelib.invites import store
from chalicelib.invites.count_row import CodeStats
from chalicelib.kernel.jobs import Drift, recount


def recount_code(counted: CodeStats, believed: Drift[CodeStats] | None = None) -> Drift[CodeStats] | None:
    """How the projection differs from what was ``counted`` by ``count_row`` over the whole journal.

    Mended when it did before too (``kernel.jobs.recount``). Raises ``RelationMoved`` when it moved at
    that very moment; nothing is written then.
    """
    seen = store.stats_of([counted.code])[counted.code]
    return recount(seen, counted, believed, store.put_stats)
