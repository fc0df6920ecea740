"""Who comes in at the doors of people who invite."""

from chalicelib.distributors import store as distributors
from chalicelib.distributors.enter import REFUSALS as DISTRIBUTOR_REFUSALS
from chalicelib.distributors.enter import enter as enter_as_distributor
from chalicelib.invites.rules import BindingRules, MayNotInvite
from chalicelib.kernel import settings
from chalicelib.kernel.auth import Entrant, Guard

inviter = Guard("inviter", "member", "inviter")
"""An approved distributor, or any member where the binding rules say so; ``enter`` judges."""


REFUSALS = (*DISTRIBUTOR_REFUSALS, MayNotInvite)


def enter(entrant: Entrant, argument: str) -> None:
    """Raise a ``Forbidden`` with its reason unless this member may invite."""
    if settings.read(BindingRules).who_may_invite == "DISTRIBUTORS":
        enter_as_distributor(entrant, argument)
        return
    found = distributors.find(entrant.id)
    if found is not None and found.status == "DISABLED":
        raise MayNotInvite("您的推广资格已被停用，如有疑问请联系客服。")
