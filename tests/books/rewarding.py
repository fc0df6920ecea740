"""Rules: what rebates bring beside money and how it is lost again; what two persons change in a wallet."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.adjustments.ask_adjustment import ask_adjustment
from chalicelib.adjustments.decide_adjustment import decide_adjustment
from chalicelib.kernel.ids import derived_id
from chalicelib.marketing.claim_gift import claim_gift
from chalicelib.marketing.end_due import end_due
from chalicelib.wallet.expire_lots import expire_lots
from tests.books.auditor import LIMIT_PER_ORDER, earned_points, units_left
from tests.books.machine import picks
from tests.books.money_back import PayingBack
from tests.books.selling import CARD, FEN_PER_POINT, Deciding, Selling
from tests.orders.shop import HOME

TEA = 1
STAFF = ("STANNA", "STBOSS")
forms = st.sampled_from(["POINTS", "COUPON", "GIFT"])
percents = st.sampled_from([-150, -100, -40, 100])
fates = st.sampled_from(["KEPT", "USED", "USED", "BACK"])


class Rewarding(Selling, PayingBack, Deciding):
    """Points that run out or become a debt, coupons and gifts that a rebate paid (R7, W1, W6)."""

    @rule(who=picks, bought=st.integers(1, 3), form=forms, fate=fates)
    def earn_a_reward(self, who: int, bought: int, form: str, fate: str) -> None:
        """A plan that pays so, a sale whose window passes; then kept, used and lost, or only lost."""
        rates = {"POINTS": (1_100, 450), "COUPON": (1_200, 400), "GIFT": (1_150, 470)}[form]
        self.publish(plan=(rates, False, 6_200, form, None))
        self.clock.advance(seconds=20)
        before = set(self.auditor.orders)
        below = [one for one in self.people if any(map(self.auditor.is_active, self.auditor.chain(one)[1:2]))]
        who = self.people.index(str(self.one_of(below or self.people, who)))
        self.sell(who=who, basket={TEA: bought, CARD: 1}, far=5)
        self.clock.advance(days=7, minutes=1)
        self.complete()
        self.mature()
        for order_id in set(self.auditor.orders) - before:
            self._tell_of_rewards(order_id)
            if fate == "USED":
                self._use_what_came(order_id)
            if fate != "KEPT":
                self._lose(order_id)
        self.points_run_out()

    @precondition(lambda self: self._with_rewards())
    @rule(pick=picks, is_used=st.booleans())
    def lose_a_reward(self, pick: int, is_used: bool) -> None:
        """All of an order goes back that brought something; perhaps it was used before."""
        order_id = str(self.one_of(self._with_rewards(), pick))
        if is_used:
            self._use_what_came(order_id)
        self._lose(order_id)

    def _tell_of_rewards(self, order_id: str) -> None:
        for row in self.auditor.rows(order_id):
            if row["matured"] and row["form"] != "CASH":
                self.tell(f"a reward came in {row['form']}")

    def _with_rewards(self) -> list[str]:
        """Orders of which somebody has something beside money that can still be taken back."""
        brought = {
            order_id
            for (order_id, _), row in self.auditor.commissions.items()
            if row["form"] != "CASH" and row["matured"] and units_left(row)
        }
        return [
            one
            for one in self.with_money()
            if one in brought or (self.auditor.orders[one]["completed"] and self._brought(one))
        ]

    def _brought(self, order_id: str) -> int:
        return earned_points(self.auditor.orders[order_id])

    def _use_what_came(self, order_id: str) -> None:
        """Whoever has something of this order uses it: points pay cards, a coupon one, a gift is claimed."""
        for (number, name), row in list(self.auditor.commissions.items()):
            if number != order_id or not row["matured"]:
                continue
            for thing_id in row.get("things", ())[:1]:
                if thing_id in self.auditor.claims:
                    self._claim(thing_id)
                elif self.auditor.coupons[thing_id]["status"] == "UNUSED":
                    self.place_with(name.split("#")[0], {CARD: 1}, thing_id, 0)
            if row["form"] == "POINTS":
                self._spend_all(name.split("#")[0])
        if self.auditor.orders[order_id]["completed"]:
            self._spend_all(self.auditor.orders[order_id]["buyer"])

    def _spend_all(self, member_id: str) -> None:
        """On tea, as far as there is enough of it: every point they have."""
        price = self.auditor.price(member_id, list(self.auditor.skus)[TEA])
        units = -(-self.auditor.points[member_id] * FEN_PER_POINT // price)
        if units > 0:
            self.place_with(member_id, {TEA: min(units, LIMIT_PER_ORDER)}, None, 100)

    def _lose(self, order_id: str) -> None:
        """Staff give all of it back, WeChat or the balance pays."""
        self.clock.advance(minutes=2)
        before = set(self.auditor.refunds)
        self.ask_the_rest(pick=self.with_money().index(order_id))
        for refund_id in set(self.auditor.refunds) - before:
            owed = {one for one in self.people if self.auditor.points[one] < 0}
            self.go_through(refund_id)
            if owed < {one for one in self.people if self.auditor.points[one] < 0}:
                self.tell("a debt in points came")
        if any(row["kept"] for row in self.auditor.rows(order_id)):
            self.tell("something of a rebate was used and stays")

    @rule()
    def points_run_out(self) -> None:
        before = set(self.auditor.entries)
        self.step(expire_lots, lambda: self.auditor.points_run_out(self.at))
        if any(one.startswith("EXPIRE:") for one in self.auditor.entries - before):
            self.tell("points ran out")

    @rule()
    def coupons_and_gifts_end(self) -> None:
        self.step(end_due, lambda: self.auditor.things_end(self.at))

    @precondition(lambda self: self.auditor.claims)
    @rule(pick=picks)
    def claim_a_gift(self, pick: int) -> None:
        claims = self.auditor.claims
        self._claim(
            str(self.one_of([one for one in claims if claims[one]["status"] == "WAITING"] or claims, pick))
        )

    def _claim(self, claim_id: str) -> None:
        member_id = self.auditor.claims[claim_id]["member"]
        self.step(
            lambda: claim_gift(member_id, claim_id, HOME), lambda: self.auditor.claim_gift(claim_id, self.at)
        )


class Adjusting(Selling):
    """Two persons change a wallet (W1, trust A6.5)."""

    @rule(who=picks, amount=st.integers(-4_000, 4_000).filter(bool), by=st.sampled_from(STAFF))
    def ask_to_adjust(self, who: int, amount: int, by: str) -> None:
        self._ask_to_adjust(self.people[who % 5], amount, by)

    def _ask_to_adjust(self, member_id: str, amount: int, by: str) -> str:
        key = self.key("adjust")
        number = derived_id("AJ", by, key)
        self.step(
            lambda: ask_adjustment(member_id, amount, reason="补差", by=by, key=key),
            lambda: self.auditor.ask_adjustment(number, member_id, amount, by),
        )
        return number

    @precondition(lambda self: self.auditor.adjustments)
    @rule(pick=picks, by=st.sampled_from(STAFF), is_agreed=st.booleans())
    def decide_an_adjustment(self, pick: int, by: str, is_agreed: bool) -> None:
        """By whoever comes: who asked may only take it back, and nobody decides twice."""
        asked = self.auditor.adjustments
        waiting = [one for one in asked if asked[one]["status"] == "WAITING"]
        self._decide(str(self.one_of(waiting or asked, pick)), by, is_agreed=is_agreed)

    @rule(who=picks, percent=percents)
    def adjust(self, who: int, percent: int) -> None:
        """Of what is there, or into a debt, or out of one; asked and agreed to in one breath."""
        member_id = self.people[who % 5]
        amount = (abs(self.auditor.net[member_id]) or 1_234) * percent // 100
        self._decide(self._ask_to_adjust(member_id, amount, STAFF[0]), STAFF[1], is_agreed=True)
        if self.auditor.net[member_id] < 0:
            self.tell("a debt after an adjustment")

    def _decide(self, number: str, by: str, *, is_agreed: bool) -> None:
        self.step(
            lambda: decide_adjustment(number, is_agreed=is_agreed, by=by),
            lambda: self.auditor.decide_adjustment(number, by, is_agreed=is_agreed),
        )
