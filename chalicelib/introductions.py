"""Introduces siblings that do not meet: marketing's rewards to the commissions that are paid in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from chalicelib.commissions import forms
from chalicelib.kernel import dynamo
from chalicelib.marketing import grant_form as grants
from chalicelib.marketing.deepest_coupon import deepest_coupon


@dataclass(frozen=True)
class _Rewards:
    """Introduces marketing's coupons or gifts to commissions, which are siblings and do not meet."""

    form: grants.Form

    def hand_out(self, reward: forms.Reward) -> Sequence[dynamo.Write]:
        return grants.grant_form(
            self.form,
            reward.ref,
            member_id=reward.member_id,
            grant_id=reward.key,
            units=reward.units,
            at=reward.at,
        )

    def take_back(self, reward: forms.Reward, units: int) -> forms.TakenBack:
        revoked = grants.revoke_form(self.form, member_id=reward.member_id, grant_id=reward.key, units=units)
        return forms.TakenBack(revoked.writes, revoked.taken)

    def known(self) -> frozenset[str]:
        return grants.known_to_give(self.form)


def _after_coupons_fen() -> forms.AfterCoupons:
    """The lowest price that coupons leave of one piece, for the publish guards."""
    off = deepest_coupon()
    return lambda product, sku: sku.price_fen - off(product, sku.price_fen)


forms.install("COUPON", _Rewards("COUPON"))
forms.install("GIFT", _Rewards("GIFT"))
forms.install_deepest_coupon(_after_coupons_fen)
