"""Who comes in at the doors of distributors."""

from chalicelib.distributors import rules, store
from chalicelib.kernel.auth import Entrant, Guard

distributor = Guard("distributor", "member", "distributor")
"""An approved distributor; the front door lets ``enter`` judge."""


REFUSALS = (rules.NotDistributor, rules.ApplicationPending, rules.DistributorDisabled)


def enter(entrant: Entrant, argument: str) -> None:
    """Raise ``NotDistributor`` (or a kind of it that says why) unless this member may promote."""
    refusal = rules.refusal_of(store.find(entrant.id))
    if refusal is not None:
        raise refusal
