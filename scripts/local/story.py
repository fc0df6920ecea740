"""The story of one sale, act by act: A invites B invites C; C buys; refunds; the window; the payout.

Every step is done as its person does it: on the phone, in the mini-program, at the console. The acts
change nothing by any other way, so the story also proves that the ways are there.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Phone, Refused, Staff, fresh_key, wait_for

DAY = 24 * 3600
Say = Callable[[str], None]


@dataclass
class Story:
    """One telling. ``say`` shows a line to whoever watches."""

    api_url: str
    wechat_url: str
    say: Say
    staff: Staff = field(init=False)
    people: dict[str, Phone] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    withdrawal_id: str = ""
    audit: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.staff = Staff(self.api_url)

    def close(self) -> None:
        """Let everybody hang up."""
        for caller in (self.staff, *self.people.values()):
            caller.close()

    def acts(self) -> list[tuple[str, Callable[[], None]]]:
        """Title and deed of each act, in order."""
        return [
            ("阿芳邀请小博，小博邀请晨晨", self.invite),
            ("晨晨下单：两种商品，含运费", self.buy),
            ("付款通知同时到达五次，又迟到一次", self.repeat_notice),
            ("退一件，再退一件", self.refund),
            ("发货、收货，售后期过去，佣金结算", self.mature),
            ("阿芳提现，在手机上确认收款", self.withdraw),
            ("从头核账", self.check_books),
        ]

    def invite(self) -> None:
        """Three people; each scans the code on the other's phone."""
        self.staff.sign_in("owner", OWNER_PASSWORD)
        self.staff.put("/console/settings/withdrawals", self._limits())
        for letter, name in (("A", "阿芳"), ("B", "小博"), ("C", "晨晨")):
            phone = Phone.fresh(self.api_url, self.wechat_url, name)
            phone.sign_in()
            self.people[letter] = phone
        self._become_distributor("A")
        self._scan("B", "A")
        self._become_distributor("B")
        self._scan("C", "B")

    def buy(self) -> None:
        """C puts two products into one order, the server prices it, C pays on WeChat's sheet."""
        buyer = self.people["C"]
        address = buyer.post("/shop/me/addresses", _ADDRESS)
        lines = self._basket(buyer)
        quote = buyer.post("/shop/quote", {"lines": lines, "address_id": address["address_id"]})
        placed = buyer.post(
            "/shop/orders",
            {
                "lines": lines,
                "address_id": address["address_id"],
                "expected_total_fen": quote["total_fen"],
            },
            key=fresh_key(),
        )
        self.order = placed
        buyer.pay(placed["order_id"])
        wait_for("the order to be paid", lambda: self._order()["status"] == "PAID")
        self.say(
            f"订单 {placed['order_id']}：实付 {yuan(quote['total_fen'])}，含运费 {yuan(quote['freight_fen'])}"
        )
        self._say_commissions()

    def repeat_notice(self) -> None:
        """WeChat delivers the same notice five times at once, and once more an hour later."""
        notice = self._paid_notice()
        self._redeliver(notice, times=5, parallel=True)
        self._advance(3600)
        self._redeliver(notice, times=1, parallel=False)
        self.say("六次重复的通知都得到确认，账上只记了一次")
        self._say_commissions()

    def refund(self) -> None:
        """C asks one unit of the first line back, then another; staff approve; WeChat pays back."""
        for _ in range(2):
            asked = self.people["C"].post(
                f"/shop/orders/{self.order['order_id']}/refunds",
                {"kind": "REFUND_ONLY", "lines": [{"line_no": 1, "quantity": 1}], "reason": "CHANGED_MIND"},
                key=fresh_key(),
            )
            refund_id = asked["refund_id"]
            self.staff.post(f"/console/refunds/{refund_id}/approve", {})
            self._advance(120)
            self._wait_for_refund(refund_id)
            self.say(f"退款 {yuan(self._refund(refund_id)['amount_fen'])} 已退回")
            self._say_commissions()

    def mature(self) -> None:
        """Staff ship, C confirms receipt, the after-sale window passes, the schedule settles."""
        order_id = self.order["order_id"]
        parcel = {"delivery": "EXPRESS", "express_company": "ZTO", "tracking_number": "ZT2026112300001"}
        self.staff.post(f"/console/orders/{order_id}/ship", parcel)
        self.people["C"].post(f"/shop/orders/{order_id}/receive")
        self._advance(8 * DAY)
        wait_for(
            "the commissions to mature",
            lambda: all(one["state"] == "MATURED" for one in self.commissions() if one["left_fen"]),
        )
        self._say_commissions()

    def withdraw(self) -> None:
        """A asks for everything that is available, the schedule sends it, A confirms on the phone."""
        payee = self.people["A"]
        available = payee.get("/shop/wallet")["available_fen"]
        asked = payee.post("/distributor/withdrawals", {"amount_fen": available}, key=fresh_key())
        self.withdrawal_id = asked["withdrawal_id"]
        self._advance(120)
        path = f"/distributor/withdrawals/{self.withdrawal_id}"
        waiting = wait_for("the transfer to be sent", lambda: self._when_sent(path))
        payee.touch(f"transfers/{self.withdrawal_id}/confirm", {"package": waiting["confirm"]["package"]})
        wait_for("the payout", lambda: payee.get(path)["status"] == "PAID")
        self.say(f"阿芳的 {yuan(available)} 已到账微信零钱")

    def check_books(self) -> None:
        """Fold the whole journal again and compare it with everything else."""
        self.audit = self.staff.post("/console/audits", {"is_full": True})
        self.say(
            f"账目差额 books_off_fen = {self.audit['books_off_fen']}，核对了 {self.audit['entries']} 笔分录"
        )

    def facts(self) -> dict[str, Any]:
        """Who has what, as one JSON document with integer fen."""
        return {
            "books_off_fen": self.audit["books_off_fen"],
            "audit": self.audit,
            "members": [
                {"letter": letter, "member_id": phone.member_id, "nickname": phone.nickname}
                for letter, phone in self.people.items()
            ],
            "order": self._order(),
            "commissions": self.commissions(),
            "wallets": [
                {"member": letter, **phone.get("/shop/wallet")} for letter, phone in self.people.items()
            ],
            "withdrawals": self.people["A"].get("/distributor/withdrawals")["items"],
            "notices": self.people["A"].device("GET", "/sim/callbacks"),
        }

    def commissions(self) -> list[dict[str, Any]]:
        """Every commission of the order with its explanation."""
        found = self.staff.get(f"/console/commissions/{self.order['order_id']}")["items"]
        letters = {phone.member_id: letter for letter, phone in self.people.items()}
        return [{**one, "payee": letters.get(one["payee_id"], one["payee_id"])} for one in found]

    def _become_distributor(self, letter: str) -> None:
        phone = self.people[letter]
        standing = phone.post("/shop/distributor/application", {"message": "我想把好东西分享给朋友"})
        if standing["status"] == "PENDING":
            self.staff.post(f"/console/distributors/{phone.member_id}/approve", {})
        self.say(f"{phone.nickname} 成为分销商")

    def _scan(self, letter: str, of: str) -> None:
        scanner, shown = self.people[letter], self.people[of]
        code = shown.get("/distributor/codes")["personal"]["code"]
        seen = scanner.scan_code_of(shown, code)
        self.say(f"{scanner.nickname} 扫了 {shown.nickname} 的码 {code}：{seen['says']}")

    def _basket(self, buyer: Phone) -> list[dict[str, Any]]:
        products = buyer.get("/shop/products", limit=50)["items"]
        by_title = {one["title"]: one["product_id"] for one in products}
        lines = []
        for title, quantity in _BASKET:
            product = buyer.get(f"/shop/products/{by_title[title]}")
            sku_id = product["skus"][0]["sku_id"]
            lines.append({"product_id": product["product_id"], "sku_id": sku_id, "quantity": quantity})
        return lines

    def _order(self) -> dict[str, Any]:
        found: dict[str, Any] = self.people["C"].get(f"/shop/orders/{self.order['order_id']}")
        return found

    def _refund(self, refund_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.people["C"].get(f"/shop/refunds/{refund_id}")
        return found

    def _when_sent(self, path: str) -> Any:
        seen = self.people["A"].get(path)
        return seen if seen["confirm"] else None

    def _wait_for_refund(self, refund_id: str) -> None:
        wait_for("the refund", lambda: self._refund(refund_id)["status"] == "POSTED")

    def _limits(self) -> dict[str, Any]:
        held = self.staff.get("/console/settings/withdrawals")
        return {"version": held["version"], "values": {**held["values"], "min_fen": 100}}

    def _paid_notice(self) -> dict[str, Any]:
        listed = self.people["C"].device("GET", "/sim/callbacks")
        mine = [
            one
            for one in listed
            if one["endpoint"] == "notice.TRANSACTION" and self.order["order_id"] in str(one)
        ]
        return dict(mine[0])

    def _redeliver(self, notice: dict[str, Any], *, times: int, parallel: bool) -> None:
        answer = self.people["C"].device(
            "POST", f"/sim/callbacks/{notice['id']}/redeliver", {"times": times, "parallel": parallel}
        )
        statuses = {attempt["status"] for attempt in answer}
        if statuses - {200, 204}:
            raise Refused(500, f"a repeated notice was answered {statuses}")

    def _advance(self, seconds: int) -> None:
        self.people["C"].device("POST", "/sim/clock", {"advance_seconds": seconds})
        for phone in self.people.values():
            phone.sign_in()
        self.staff.sign_in("owner", OWNER_PASSWORD)

    def _say_commissions(self) -> None:
        for one in self.commissions():
            taken = f"，已扣回 {yuan(one['clawed_fen'])}" if one["clawed_fen"] else ""
            self.say(
                f"  {one['payee']} 第 {one['level']} 级：{yuan(one['amount_fen'])}{taken} · {one['says']}"
            )


def yuan(amount_fen: int) -> str:
    """For the screen."""
    from chalicelib.kernel.money import yuan as shown

    return shown(amount_fen)


_BASKET = (("高山云雾绿茶", 3), ("试饮小样", 1))
"""3 × ¥33.33 and 1 × ¥10.01: the figures of the worked example."""

_ADDRESS = {
    "receiver": "晨晨",
    "phone": "13800138000",
    "province": "浙江省",
    "city": "杭州市",
    "district": "西湖区",
    "street": "龙井路 1 号",
    "is_default": True,
}
