"""A person has dealt with money that our books could not take (invariant 4)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.payments import store
from chalicelib.payments.rules import CaseClosed, CaseUnknown, Quarantined


def resolve(quarantine_id: str, *, staff_id: str, note: str) -> Quarantined:
    """The case, resolved with this note. Raises ``CaseUnknown``, ``CaseClosed``."""
    case = store.find_quarantined(quarantine_id)
    if case is None:
        raise CaseUnknown()
    commit(store.resolved(case, staff_id=staff_id, note=note, at=now(), otherwise=CaseClosed))
    found = store.find_quarantined(quarantine_id)
    assert found is not None
    return found
