"""A member gets a code of their own: the personal one, one for a channel, one for a product (I1, I2, I5)."""

from datetime import timedelta

from chalicelib.invites import rules, store
from chalicelib.invites.rules import BindingRules, CodeTaken, Invite
from chalicelib.kernel import ids, settings
from chalicelib.kernel.clock import now
from chalicelib.kernel.dynamo import commit
from chalicelib.members import store as members

MAX_TRIES = 5


def make_code(
    owner_id: str, *, channel: str = "", product_id: str | None = None, valid_days: int | None = None
) -> Invite:
    """The living code of this channel and product, made if there is none; so asking twice is harmless.

    A code that was revoked or has expired is followed by a new one. Raises ``MayNotInvite`` when the
    shop's rules do not let this member invite, ``TooManyCodes``, ``CodeTaken`` when others were
    quicker through every try.
    """
    if not store.invites_may_bind(members.load(owner_id), settings.read(BindingRules)):
        raise rules.MayNotInvite()
    for _ in range(MAX_TRIES):
        at = now()
        held = store.code_in_slot(rules.slot_of(owner_id, channel, product_id))
        if held is not None and held.state(at) == "GOOD":
            return held
        if store.count_codes(owner_id) >= rules.MAX_CODES:
            raise rules.TooManyCodes()
        expires_at = at + timedelta(days=valid_days) if valid_days else None
        fresh = Invite(ids.short_code(), owner_id, channel, product_id, at, expires_at)
        try:
            commit(store.put_code(fresh, held, taken=CodeTaken))
        except CodeTaken:
            continue
        return fresh
    raise CodeTaken()
