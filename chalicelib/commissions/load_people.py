"""Members as a plan's rules see them, in few reads (R6)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from chalicelib.commissions.as_person import as_person
from chalicelib.commissions.kinds.facts import Person
from chalicelib.commissions.kinds.model import Need
from chalicelib.distributors import store as distributors
from chalicelib.members import store as members
from chalicelib.members.rules import Member
from chalicelib.standing import store as standing
from chalicelib.standing.rules import ALL


def load_people(
    needs: Collection[Need], member_ids: Sequence[str], known: Mapping[str, Member]
) -> dict[str, Person]:
    """These members as they stand now; ``known`` ones are not read again.

    Figures and violations are read only where ``needs`` names them.
    """
    if not member_ids:
        return {}
    others = [one for one in member_ids if one not in known]
    found = {**(members.load_many(others) if others else {}), **known}
    standings = distributors.load_many(member_ids)
    buyers = standing.load_metrics((one, ALL) for one in member_ids) if "DIRECT_BUYERS" in needs else {}
    return {
        one: replace(
            as_person(one, found.get(one), standings.get(one)),
            direct_buyers=buyers[one, ALL].direct_buyers if buyers else 0,
            has_open_violation="VIOLATIONS" in needs and _has_open_violation(one),
        )
        for one in member_ids
    }


def _has_open_violation(member_id: str) -> bool:
    return any(one.state == "OPEN" for one in standing.violations_of(member_id))
