"""Rules: refunds in whole and in part, and withdrawals."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from chalicelib.kernel.ids import derived_id
from chalicelib.kernel.money import Fen
from chalicelib.orders import store as orders
from chalicelib.orders.approve_return import approve_return
from chalicelib.orders.ask_refund import RefundAsk, ask_refund
from chalicelib.orders.cancel_refund import cancel_refund
from chalicelib.orders.confirm_returned import confirm_returned
from chalicelib.orders.move_refund import BY_BUYER, Slice
from chalicelib.orders.refuse_refund import refuse_refund
from chalicelib.orders.reserve_refund import reserve_refund
from chalicelib.payments.post_late_refund import post_late_refund
from chalicelib.payments.post_refund import post_refund
from chalicelib.payments.send_refund import send_refund
from chalicelib.wechat.pay import RefundNotice
from chalicelib.withdrawals.approve import approve
from chalicelib.withdrawals.cancel import cancel
from chalicelib.withdrawals.jobs import advance
from chalicelib.withdrawals.post import post
from chalicelib.withdrawals.reject import reject
from chalicelib.withdrawals.request import request
from chalicelib.withdrawals.rules import Outcome
from tests.books.auditor import FROM_STAFF
from tests.books.auditor_money import freight_left
from tests.books.auditor_points import Refused
from tests.books.machine import Books, picks

slices = st.dictionaries(
    st.integers(1, 3), st.tuples(st.integers(1, 3), st.none() | st.integers(0, 110)), min_size=1, max_size=2
)
"""By line: units, and how much of their price in percent (more than all is refused)."""


class PayingBack(Books):
    """Partial refunds, lesser amounts, returns, the rest."""

    @precondition(lambda self: self.with_money())
    @rule(
        pick=picks, wanted=slices, returns=st.booleans(), freight=st.none() | st.sampled_from([0, 500, 1_200])
    )
    def ask(
        self, pick: int, wanted: dict[int, tuple[int, int | None]], returns: bool, freight: int | None
    ) -> None:
        order_id = self.one_of(self.with_money() or self.auditor.orders, pick)
        if order_id is None:
            return
        lines = self.auditor.orders[order_id]["lines"]
        asked = {
            number: (units, None if percent is None else self._part(lines[number], units, percent))
            for number, (units, percent) in wanted.items()
            if number in lines
        }
        if asked:
            self._ask(order_id, asked, returns=returns, by_staff=freight is not None, freight=freight)

    @precondition(lambda self: self.with_money())
    @rule(pick=picks, wanted=slices)
    def give_back(self, pick: int, wanted: dict[int, tuple[int, int | None]]) -> None:
        """Asked by staff, whom no window stops, agreed to, sent and told, in one breath."""
        before = set(self.auditor.refunds)
        self.ask(pick=pick, wanted=wanted, returns=False, freight=0)
        for refund_id in set(self.auditor.refunds) - before:
            self.go_through(refund_id)

    def go_through(self, refund_id: str) -> None:
        """Agreed to, sent and told."""
        self._agree(refund_id)
        self._send(refund_id)
        if self.auditor.refunds[refund_id]["status"] == "SENT":
            self._hear_of_refund(refund_id, self.peer.end_refund(refund_id))

    @precondition(lambda self: self.with_money())
    @rule(pick=picks)
    def ask_the_rest(self, pick: int) -> None:
        """Staff give back all that is left, the freight too."""
        order_id = self.one_of(self.with_money(), pick)
        if order_id is None:
            return
        order = self.auditor.orders[order_id]
        asked = {
            number: (line["quantity"] - line["back"], None)
            for number, line in order["lines"].items()
            if line["refund"] is None and line["back"] < line["quantity"]
        }
        if asked:
            self._ask(order_id, asked, returns=False, by_staff=True, freight=freight_left(order))

    def _ask(self, order_id: str, asked: dict[int, tuple[int, int | None]], **how: object) -> None:
        key, by = self.key("refund"), FROM_STAFF if how["by_staff"] else BY_BUYER
        told = RefundAsk(
            key,
            repr(asked),
            "RETURN" if how["returns"] else "REFUND_ONLY",
            [Slice(number, *one) for number, one in asked.items()],
            "OTHER",
            asked_by=by,
            freight_fen=how["freight"],  # type: ignore[arg-type]
        )
        refund_id = derived_id("RF", order_id, by, key)
        self.step(
            lambda: ask_refund(orders.load(order_id), told),
            lambda: self.auditor.ask(refund_id, order_id, asked, self.at, **how),
        )

    def with_money(self) -> list[str]:
        ends = ("UNPAID", "CLOSED")
        return [one for one, order in self.auditor.orders.items() if order["status"] not in ends]

    @staticmethod
    def _part(line: dict[str, int], units: int, percent: int) -> int:
        return line["paid"] * units // line["quantity"] * percent // 100

    @precondition(lambda self: self.auditor.refunds)
    @rule(pick=picks)
    def agree(self, pick: int) -> None:
        refund_id = self.one_of(self._refunds("ASKED", "RETURNED") or self.auditor.refunds, pick)
        if refund_id is not None:
            self._agree(refund_id)

    def _agree(self, refund_id: str) -> None:
        self.step(lambda: reserve_refund(refund_id), lambda: self.auditor.agree(refund_id))

    @precondition(lambda self: self.auditor.refunds)
    @rule(pick=picks, sellable=st.booleans())
    def goods_come_back(self, pick: int, sellable: bool) -> None:
        asked = [one for one in self._refunds("ASKED") if self.auditor.refunds[one]["returns"]]
        refund_id = self.one_of(asked or self.auditor.refunds, pick)
        if refund_id is None:
            return
        if self.step(
            lambda: approve_return(refund_id), lambda: self.auditor.approve_return(refund_id, self.at)
        ):
            self.clock.advance(minutes=5)
        self.step(
            lambda: confirm_returned(refund_id, is_sellable=sellable),
            lambda: self.auditor.confirm_returned(refund_id, sellable=sellable),
        )

    @precondition(lambda self: self.auditor.refunds)
    @rule(pick=picks)
    def approve_a_return_only(self, pick: int) -> None:
        refund_id = self.one_of(self.auditor.refunds, pick)
        if refund_id is not None:
            self.step(
                lambda: approve_return(refund_id), lambda: self.auditor.approve_return(refund_id, self.at)
            )

    @precondition(lambda self: self.auditor.refunds)
    @rule(pick=picks, by_staff=st.booleans())
    def turn_down(self, pick: int, by_staff: bool) -> None:
        refund_id = self.one_of(self._refunds("ASKED", "RETURNING") or self.auditor.refunds, pick)
        if refund_id is None:
            return
        act = (
            (lambda: refuse_refund(refund_id, said="不符合条件"))
            if by_staff
            else (lambda: cancel_refund(orders.load_refund(refund_id)))
        )
        self.step(act, lambda: self.auditor.end_refund(refund_id, "REFUSED" if by_staff else "CANCELLED"))

    @precondition(lambda self: self._refunds("RESERVED"))
    @rule(pick=picks)
    def send_a_refund(self, pick: int) -> None:
        """To WeChat; two of one order within a minute wait for each other (trust A2)."""
        refund_id = self.one_of(self._refunds("RESERVED"), pick)
        if refund_id is not None:
            self._send(refund_id)

    def _send(self, refund_id: str) -> None:
        order_id = self.auditor.refunds[refund_id]["order"]
        state = send_refund(refund_id)
        if self.auditor.is_ours_alone(refund_id):
            assert state is not None and refund_id not in self.peer.refunds, (
                "not WeChat's money, no word to it"
            )
            self.step(lambda: post_refund(state), lambda: self.auditor.post_refund(refund_id, self.at))
            return
        if refund_id in self.peer.refunds:
            self.auditor.refunds[refund_id]["status"] = "SENT"
        same = [one for one in self.peer.refunds.values() if one["out_trade_no"] == order_id]
        assert refund_id in self.peer.refunds or len(same) > 0, "not sent, though nothing was before it"
        self.compare()

    @precondition(lambda self: self.peer.refunds)
    @rule(pick=picks, is_good=st.integers(0, 3))
    def refund_ends_at_wechat(self, pick: int, is_good: int) -> None:
        number = self.one_of(
            [n for n, one in self.peer.refunds.items() if one["status"] == "PROCESSING"], pick
        )
        if number is not None:
            is_late = number not in self.auditor.refunds
            self.peer.end_refund(number, "SUCCESS" if is_good or is_late else "CLOSED")

    @precondition(lambda self: self.peer.refunds)
    @rule(pick=picks, times=st.integers(1, 3))
    def refund_notice(self, pick: int, times: int) -> None:
        """WeChat's word on a refund, once or more (invariants 8, 11, 22)."""
        ended = [n for n, one in self.peer.refunds.items() if one["status"] != "PROCESSING"]
        unheard = [n for n in ended if f"REFUND:{n}" not in self.auditor.entries]
        number = self.one_of(unheard or ended, pick)
        if number is None:
            return
        self._hear_of_refund(number, self.peer.end_refund(number, self.peer.refunds[number]["status"]), times)

    def _hear_of_refund(self, number: str, notice: RefundNotice, times: int = 1) -> None:
        late = [one for one, order in self.auditor.orders.items() if order.get("late_id") == number]
        take = post_late_refund if late else post_refund
        self.step(lambda: take(notice), lambda: self._judge_notice(number, late))
        for _ in range(times - 1):
            take(notice)
            self.nothing_changed()

    def _judge_notice(self, number: str, late: list[str]) -> None:
        if late:
            self.auditor.post_late(late[0])
        elif self.peer.refunds[number]["status"] == "SUCCESS":
            self.auditor.post_refund(number, self.at)
        else:
            self.auditor.end_refund(number, "FAILED")

    def _refunds(self, *statuses: str) -> list[str]:
        return [one for one, refund in self.auditor.refunds.items() if refund["status"] in statuses]


class PayingOut(Books):
    """Withdrawals, from asking to WeChat's last word."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: dict[str, tuple[str, int, str]] = {}

    @rule(who=picks, amount=st.integers(50, 3_000))
    def withdraw(self, who: int, amount: int) -> None:
        """Any amount, there or not."""
        self._withdraw(self.people[who % len(self.people)], amount)

    @precondition(lambda self: self.rich())
    @rule(who=picks, percent=st.sampled_from([40, 100, 101]), far=st.integers(1, 4), is_good=st.booleans())
    def cash_in(self, who: int, percent: int, far: int, is_good: bool) -> None:
        """So much of what there is; asked, agreed to, sent, ended: so many of these (W2, invariant 14)."""
        member = str(self.one_of(self.rich(), who))
        number = self._withdraw(member, self.auditor.net[member] * percent // 100)
        if number is None or far == 1:
            return
        for staff in ("STANNA", "STBOSS")[: self.auditor.withdrawals[number]["needed"]]:
            self._approve(number, staff)
        if far == 2:
            return
        self.step(lambda: advance(number), lambda: self.auditor.sent(number))
        if far == 4:
            self.peer.end_transfer(number, "SUCCESS" if is_good else "FAIL")
            self._hear_of_transfer(number)

    def rich(self) -> list[str]:
        return [one for one in self.people if self.auditor.net[one] > 0]

    def _withdraw(self, member: str, amount: int) -> str | None:
        key = self.key("withdraw")
        number = derived_id("WD", member, key)
        self.asked[number] = (member, amount, key)
        went = self.step(
            lambda: request(member, Fen(amount), key=key),
            lambda: self.auditor.withdraw(number, member, amount, self.at),
        )
        return number if went else None

    @precondition(lambda self: self.auditor.withdrawals)
    @rule(pick=picks)
    def withdraw_the_same_again(self, pick: int) -> None:
        number = self.one_of(self.auditor.withdrawals, pick)
        if number is not None:
            member, amount, key = self.asked[number]
            assert request(member, Fen(amount), key=key).withdrawal_id == number
            self.nothing_changed()

    @precondition(lambda self: self.auditor.withdrawals)
    @rule(pick=picks, staff=st.sampled_from(["STANNA", "STBOSS"]))
    def approve(self, pick: int, staff: str) -> None:
        number = self._one(pick, "AUDIT")
        if number is not None:
            self._approve(number, staff)

    def _approve(self, number: str, staff: str) -> None:
        self.step(lambda: approve(number, staff), lambda: self.auditor.approve(number, staff))

    @precondition(lambda self: self.auditor.withdrawals)
    @rule(pick=picks)
    def reject(self, pick: int) -> None:
        number = self._one(pick, "AUDIT")
        if number is not None:
            self.step(
                lambda: reject(number, "STANNA", reason="资料不全"), lambda: self.auditor.reject(number)
            )

    @precondition(lambda self: self.auditor.withdrawals)
    @rule(pick=picks)
    def call_off(self, pick: int) -> None:
        number = self._one(pick, "AUDIT", "APPROVED", "WAITING")
        if number is not None:
            member = self.auditor.withdrawals[number]["member"]
            self.step(lambda: cancel(member, number), lambda: self.auditor.cancel(number))

    @precondition(lambda self: self.auditor.withdrawals)
    @rule(pick=picks)
    def send_a_transfer(self, pick: int) -> None:
        number = self._one(pick, "APPROVED")
        if number is not None and self.auditor.withdrawals[number]["status"] == "APPROVED":
            self.step(lambda: advance(number), lambda: self.auditor.sent(number))

    @precondition(lambda self: self.peer.bills)
    @rule(pick=picks, is_good=st.booleans())
    def member_taps_or_lets_it_run_out(self, pick: int, is_good: bool) -> None:
        """At WeChat alone; a bill that is called back ends cancelled."""
        number = self.one_of(self._bills("WAIT_USER_CONFIRM", "CANCELING"), pick)
        if number is not None:
            called_back = self.peer.bills[number]["state"] == "CANCELING"
            self.peer.end_transfer(number, "CANCELLED" if called_back else "SUCCESS" if is_good else "FAIL")

    @precondition(lambda self: self.peer.bills)
    @rule(pick=picks, times=st.integers(1, 3), more=st.sampled_from([0, 0, 1]))
    def transfer_notice(self, pick: int, times: int, more: int) -> None:
        """WeChat's last word, once or more; of another amount it changes nothing (invariants 15, 16)."""
        number = self.one_of(self._bills("SUCCESS", "FAIL", "CANCELLED"), pick)
        if number is not None:
            self._hear_of_transfer(number, times, more)

    def _hear_of_transfer(self, number: str, times: int = 1, more: int = 0) -> None:
        told = self.peer.end_transfer(number, self.peer.bills[number]["state"])
        outcome = Outcome(told.state, amount_fen=told.amount_fen + more, openid=told.openid)
        self.step(lambda: post(number, outcome), lambda: self._judge_notice_of(number, told.state, more))
        for _ in range(0 if more else times - 1):
            post(number, outcome)
            self.nothing_changed()

    def _judge_notice_of(self, number: str, state: str, more: int) -> None:
        if more:
            raise Refused("TransferMismatch")
        self.auditor.hear(number, state)

    def _one(self, pick: int, *statuses: str) -> str | None:
        held = self.auditor.withdrawals
        return self.one_of([one for one in held if held[one]["status"] in statuses] or held, pick)

    def _bills(self, *states: str) -> list[str]:
        return [number for number, bill in self.peer.bills.items() if bill["state"] in states]
