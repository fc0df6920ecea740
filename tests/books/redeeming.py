"""Rules: coupons taken and sent, points given, and orders that they pay in part or whole."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.kernel.ids import derived_id
from chalicelib.marketing.claim_coupon import claim_coupon
from chalicelib.marketing.send_coupons import send_coupons
from chalicelib.wallet.grant_points import grant_points
from tests.books.machine import picks
from tests.books.selling import Selling, baskets, depths, some_points

FROM = "STANNA"


class Redeeming(Selling):
    """Invariants 18, 19 and 20 in every history."""

    @rule(who=picks, which=picks)
    def claim(self, who: int, which: int) -> None:
        """Taken at the coupon page, and asked for once more by the same key."""
        member, campaign, key = self.people[who % 5], self._campaign(which), self.key("claim")
        coupon_id = derived_id("CP", campaign, member, key)
        if self.step(
            lambda: claim_coupon(member, campaign, key=key),
            lambda: self.auditor.claim(coupon_id, member, campaign, self.at),
        ):
            claim_coupon(member, campaign, key=key)
            self.nothing_changed()

    @rule(who=picks, which=picks)
    def send(self, who: int, which: int) -> None:
        member, campaign, key = self.people[who % 5], self._campaign(which), self.key("send")
        coupon_id = derived_id("CP", FROM, key, member)
        self.step(
            lambda: send_coupons(campaign, [member], by=FROM, key=key),
            lambda: self.auditor.send(coupon_id, member, campaign, self.at),
        )

    def _campaign(self, which: int) -> str:
        return str(self.one_of(self.auditor.campaigns, which))

    @rule(who=picks, points=st.integers(1, 120))
    def give_points(self, who: int, points: int) -> None:
        member, key = self.people[who % 5], self.key("points")
        self.step(
            lambda: grant_points(member, points, reason="节日礼物", by=FROM, key=key),
            lambda: self.auditor.grant(f"GRANT:{derived_id('PG', FROM, key)}", member, points, self.at),
        )

    @rule(who=picks, basket=baskets, far=depths, which=st.none() | picks, percent=some_points)
    def redeem(self, who: int, basket: dict[int, int], far: int, which: int | None, percent: int) -> None:
        """A sale with one of the buyer's coupons, whether it fits or not, and some points."""
        self.sell(who=who, basket=basket, far=far, which=which, percent=percent)

    @precondition(lambda self: self.auditor.coupons)
    @rule(who=picks, which=picks)
    def use_what_is_gone_or_anothers(self, who: int, which: int) -> None:
        """A coupon of somebody else's, or one that pays another order already: refused (18)."""
        member = self.people[who % 5]
        held = self.auditor.coupons
        gone = [one for one in held if held[one]["member"] != member or held[one]["status"] == "USED"]
        coupon_id = self.one_of(gone, which)
        if coupon_id is not None:
            self.place_with(member, {0: 2, 2: 1}, coupon_id, 0)

    @rule(who=picks, far=st.sampled_from([1, 2, 3, 4]))
    def pay_nothing(self, who: int, far: int) -> None:
        """A card, which needs no parcel, paid by points alone: no fen, no WeChat (O1)."""
        member = self.people[who % 5]
        if self.auditor.points[member] < 5:
            key = self.key("points")
            self.step(
                lambda: grant_points(member, 60, reason="节日礼物", by=FROM, key=key),
                lambda: self.auditor.grant(f"GRANT:{derived_id('PG', FROM, key)}", member, 60, self.at),
            )
        self.sell(who=who, basket={4: 1}, far=far, which=None, percent=100)
