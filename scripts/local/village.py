"""A village: some weeks of a shop's life, lived through its real doors, decided by one seed.

Everybody does what a real client does, so all that is left behind (orders, money, projections) was written by
the program itself. What is random comes from the seed; ids, codes and secrets come from the shop.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts.local.fill import OWNER_PASSWORD
from scripts.local.people import Phone, Refused, Staff, fresh_key, wait_for

DAY = 24 * 3600
PHASES = 9
DAYS_A_PHASE = 3
LASTS_SECONDS = (PHASES - 1) * DAYS_A_PHASE * DAY
_FAMILY = "云山清禾竹溪松月梅江晴岚桃荷枫雁沐棠"
_GIVEN = "小满知秋听雨望舒言初安然一诺星河南乔北辰青团豆包米粒芝麻"
_PLACES = (
    ("浙江省", "杭州市", "西湖区", "龙井路"),
    ("江苏省", "苏州市", "姑苏区", "平江路"),
    ("四川省", "成都市", "锦江区", "春熙路"),
    ("广东省", "广州市", "越秀区", "北京路"),
    ("陕西省", "西安市", "雁塔区", "小寨路"),
)
_SAID = ("汤色清亮，回甘很久。", "包装用心，送长辈很合适。", "和图片一样，会再来。", "物流快，味道不错。")
_STOCKED = 900_000
_SMALLEST_FEN = 100


def nickname_of(number: int, initial: str = "") -> str:
    """A made-up name: a first character, two words, a number; the same number gives the same name."""
    mixed = random.Random(number)
    head = initial or mixed.choice(_FAMILY)
    words = [_GIVEN[at : at + 2] for at in (2 * mixed.randrange(len(_GIVEN) // 2) for _ in range(2))]
    return f"{head}{words[0]}{words[1]}{number % 1000:03d}"


@dataclass
class Villager:
    """One person, and what lies before him."""

    phone: Phone
    is_distributor: bool = False
    address_id: str = ""
    code: str = ""
    withdrawal_id: str = ""


@dataclass
class Bought:
    """One order and how far it has come."""

    order_id: str
    buyer: Villager
    lines: int
    state: str = "UNPAID"
    phase: int = 0


@dataclass
class Village:
    """One telling. ``worker_idle`` is the file in which the worker notes that nothing is left to do."""

    api_url: str
    wechat_url: str
    seed: int
    members: int
    orders: int
    worker_idle: Path
    say: Callable[[str], None]
    people: list[Villager] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)
    star: Villager = field(init=False)
    """Many newcomers stand below the star; none of them buys, so no money hangs on the star."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.staff = Staff(self.api_url)
        self.products: list[dict[str, Any]] = []
        self.has_low = False

    @property
    def member_ids(self) -> list[str]:
        """Of everybody but the star, in the order in which they joined."""
        return [one.phone.member_id for one in self.people]

    def close(self) -> None:
        """Let everybody hang up."""
        for caller in (self.staff, self.star.phone, *(one.phone for one in self.people)):
            caller.close()

    def open(self) -> None:
        """Staff fill the shelves and allow small payouts; the star opens a team."""
        self.staff.sign_in("owner", OWNER_PASSWORD)
        held = self.staff.get("/console/settings/withdrawals")
        values = {**held["values"], "min_fen": _SMALLEST_FEN}
        self.staff.put("/console/settings/withdrawals", {"version": held["version"], "values": values})
        for card in self.staff.get("/console/products", limit=50, shelf="ON")["items"]:
            self._restock(card["product_id"])
        self._announces()
        self.star = self._arrives("月亮星河")
        self._becomes_distributor(self.star)
        self.settled()

    def live(self, advance: Callable[[float], None]) -> None:
        """All phases; ``advance`` moves the world's clock on by so many seconds."""
        for phase in range(PHASES):
            self._sign_everybody_in()
            for earlier in self.bought:
                self._goes_on(earlier, phase)
            self._withdraws(phase)
            for _ in range(_share(self.members - 1, phase)):
                self._newcomer()
            for _ in range(_share(self.orders, phase)):
                self._orders(phase)
            if phase == PHASES - 1:
                self._leaves_work()
            self.settled()
            self.say(
                f"第 {phase + 1}/{PHASES} 段日子：{len(self.people) + 1} 位会员，{len(self.bought)} 笔订单"
            )
            if phase < PHASES - 1:
                advance(DAYS_A_PHASE * DAY)
                self.settled()

    def settled(self) -> None:
        """Wait until followers and schedules have nothing left to do: some whole turns without anything."""
        began, _ = self._turns()

        def is_quiet() -> bool:
            turns, idle = self._turns()
            return turns >= began + 5 and idle >= 4

        wait_for("the worker to be idle", is_quiet, 600)

    def _turns(self) -> tuple[int, int]:
        """The worker's turns so far, and how many of them were idle to the end."""
        try:
            turns, idle = self.worker_idle.read_text().split()
        except (FileNotFoundError, ValueError):
            return 0, 0
        return int(turns), int(idle)

    def _restock(self, product_id: str) -> None:
        """Enough for every copy; one article is listed as low all the same."""
        self.products.append(self.staff.get(f"/console/products/{product_id}"))
        for one in self.staff.get("/console/stock", product_id=product_id)["items"]:
            is_first = not self.has_low
            self.has_low = True
            count = {
                "product_id": product_id,
                "available": _STOCKED,
                "low_at": _STOCKED if is_first else one["low_at"],
                "version": one["version"],
                "reason": "备货",
            }
            self.staff.put(f"/console/stock/{one['sku_id']}", count)

    def _announces(self) -> None:
        said = {"title": "新茶上市，满 199 元包邮", "text": "今年的高山云雾绿茶到了，清明前采摘。"}
        made = self.staff.post("/console/announcements", said)
        self.staff.post(f"/console/announcements/{made['announcement_id']}/publish")

    def _sign_everybody_in(self) -> None:
        """Their sessions ended while time went on."""
        self.staff.sign_in("owner", OWNER_PASSWORD)
        self.star.phone.sign_in()
        for one in self.people:
            one.phone.token = None

    def _as(self, one: Villager) -> Phone:
        if one.phone.token is None:
            one.phone.sign_in()
        return one.phone

    def _arrives(self, nickname: str) -> Villager:
        phone = Phone.fresh(self.api_url, self.wechat_url, nickname)
        phone.sign_in()
        return Villager(phone)

    def _newcomer(self) -> None:
        """One in ten comes by the star and only looks; of the others some sell, and most buy."""
        number = len(self.people)
        one = self._arrives(nickname_of(self.seed * 10_000 + number))
        sellers = [seller for seller in self.people if seller.is_distributor]
        is_fan = number % 10 == 9
        if is_fan or (sellers and self.chance.random() < 0.8):
            inviter = self.star if is_fan else self.chance.choice(sellers)
            one.phone.post("/shop/scans", {"code": inviter.code, "source": "MINI_CODE"})
        self.people.append(one)
        if is_fan:
            return
        if number % 4 == 0:
            self._becomes_distributor(one)
        if number % 10 != 7:
            one.address_id = self._address(one)
        if self.chance.random() < 0.1:
            self.staff.put(f"/console/members/{one.phone.member_id}/tags", {"tags": ["老顾客"]})

    def _becomes_distributor(self, one: Villager) -> None:
        standing = one.phone.post("/shop/distributor/application", {"message": "想把好东西分享给朋友"})
        if standing["status"] == "PENDING":
            self.staff.post(f"/console/distributors/{one.phone.member_id}/approve", {})
        one.is_distributor = True
        one.code = one.phone.get("/distributor/codes")["personal"]["code"]
        level_id = self.chance.choice(("normal", "normal", "silver", "gold"))
        if level_id != "normal":
            self.staff.put(
                f"/console/distributors/{one.phone.member_id}/level",
                {"level_id": level_id, "reason": "线下业绩优秀"},
            )

    def _address(self, one: Villager) -> str:
        province, city, district, street = self.chance.choice(_PLACES)
        said = {
            "receiver": one.phone.nickname,
            "phone": f"139{self.chance.randrange(10**8):08d}",
            "province": province,
            "city": city,
            "district": district,
            "street": f"{street} {self.chance.randrange(1, 300)} 号",
            "is_default": True,
        }
        return str(one.phone.post("/shop/me/addresses", said)["address_id"])

    def _orders(self, phase: int) -> None:
        """Nine of ten are paid for, or nearly; the others are called off, or run out."""
        number = len(self.bought)
        buyers = [one for one in self.people if one.address_id]
        if not buyers:
            raise ValueError("nobody is there to buy")
        buyer = self.chance.choice(buyers)
        phone = self._as(buyer)
        products = self.chance.sample(self.products, self.chance.choice((1, 1, 2)))
        lines = [
            {
                "product_id": product["product_id"],
                "sku_id": self.chance.choice(product["skus"])["sku_id"],
                "quantity": self.chance.choice((1, 1, 1, 2, 3)),
            }
            for product in products
        ]
        asked = {"lines": lines, "address_id": buyer.address_id}
        quote = phone.post("/shop/quote", asked)
        body = {**asked, "expected_total_fen": quote["total_fen"]}
        placed = phone.post("/shop/orders", body, key=fresh_key())
        made = Bought(placed["order_id"], buyer, len(lines), phase=phase)
        self.bought.append(made)
        if number % 10 == 8:
            phone.post(f"/shop/orders/{made.order_id}/cancel")
            made.state = "CLOSED"
        elif number % 10 != 9:
            phone.pay(made.order_id)
            self._wait_for_order(made, "PAID")

    def _wait_for_order(self, made: Bought, state: str) -> None:
        phone = self._as(made.buyer)
        path = f"/shop/orders/{made.order_id}"
        wait_for(f"the order to be {state}", lambda: phone.get(path)["status"] == state)
        made.state = state

    def _goes_on(self, made: Bought, phase: int) -> None:
        """One step of an order of an earlier phase."""
        if made.state == "PAID" and self.chance.random() < 0.9:
            parcel = {"express_company": "SF", "tracking_number": f"SF{self.chance.randrange(10**12):012d}"}
            self.staff.post(f"/console/orders/{made.order_id}/ship", {"delivery": "EXPRESS", **parcel})
            made.state = "SHIPPED"
        elif made.state == "SHIPPED":
            if self.chance.random() < 0.12:
                self._asks_back(made)
            elif self.chance.random() < 0.7:
                self._receives(made)
            else:
                made.state = "LEFT"

    def _receives(self, made: Bought) -> None:
        phone = self._as(made.buyer)
        phone.post(f"/shop/orders/{made.order_id}/receive")
        made.state = "RECEIVED"
        if self.chance.random() < 0.4:
            said = {
                "line_no": 1,
                "stars": self.chance.choice((3, 4, 5, 5)),
                "text": self.chance.choice(_SAID),
            }
            review = phone.post(f"/shop/orders/{made.order_id}/reviews", said)
            if self.chance.random() < 0.5:
                path = f"/console/reviews/{review['review_id']}/reply"
                wait_for("the reply to be taken", lambda: self._replies(path))

    def _replies(self, path: str) -> bool:
        """Whether the reply was taken: while the review is being counted its row moves."""
        try:
            self.staff.post(path, {"text": "谢谢您的喜欢。"})
        except Refused as refused:
            if refused.status != 409:
                raise
            return False
        return True

    def _asks_back(self, made: Bought) -> None:
        """Money for one unit: agreed to, refused, or still open."""
        made.state = "ASKED"
        said = {"kind": "REFUND_ONLY", "lines": [{"line_no": 1, "quantity": 1}], "reason": "QUALITY"}
        phone = self._as(made.buyer)
        asked = phone.post(f"/shop/orders/{made.order_id}/refunds", said, key=fresh_key())
        answer = self.chance.choice(("approve", "approve", "refuse", ""))
        if answer:
            body = {"said": "影响不大，给您补发优惠券"} if answer == "refuse" else {}
            self.staff.post(f"/console/refunds/{asked['refund_id']}/{answer}", body)

    def _withdraws(self, phase: int) -> None:
        """Who has earned takes it out every other phase, and taps the transfer that waits."""
        for one in self.people:
            if not one.is_distributor or phase % 2:
                continue
            phone = self._as(one)
            available = phone.get("/shop/wallet")["available_fen"]
            if available < _SMALLEST_FEN:
                continue
            try:
                asked = phone.post("/distributor/withdrawals", {"amount_fen": available}, key=fresh_key())
            except Refused as refusal:
                if refusal.status >= 500:
                    raise
                continue
            one.withdrawal_id = asked["withdrawal_id"]
        self._confirm()

    def _confirm(self) -> None:
        waiting = [one for one in self.people if one.withdrawal_id]
        if not waiting:
            return
        self.settled()
        for one in waiting:
            phone = self._as(one)
            seen = phone.get(f"/distributor/withdrawals/{one.withdrawal_id}")
            if seen["confirm"] and self.chance.random() < 0.9:
                phone.touch(f"transfers/{one.withdrawal_id}/confirm", {"package": seen["confirm"]["package"]})
            one.withdrawal_id = ""

    def _leaves_work(self) -> None:
        """What waits for staff on the last day: applications, adjustments, points, violations, a region."""
        looking = [one for one in self.people if not one.is_distributor and one.address_id]
        for one in looking[:: max(1, len(looking) // 4)][:4]:
            self._as(one).post("/shop/distributor/application", {"message": "朋友推荐来的"})
        sellers = [one.phone.member_id for one in self.people if one.is_distributor]
        for member_id in sellers[1:3]:
            told = {
                "kind": "FALSE_PROMOTION",
                "penalty": "WARN",
                "told": "请不要夸大功效，改正后不影响收益。",
            }
            self.staff.post(f"/console/distributors/{member_id}/violations", told, key=fresh_key())
        region = {"province": "浙江省", "city": "杭州市", "member_id": sellers[0], "reason": "深耕本地多年"}
        self.staff.post("/console/territories", region)
        for points, member_id in zip((50, 90_000), self.member_ids[3:5], strict=True):
            self.staff.post(
                f"/console/points/{member_id}/grants",
                {"points": points, "reason": "老顾客回馈"},
                key=fresh_key(),
            )
            self.staff.post(
                f"/console/wallets/{member_id}/adjustments",
                {"amount_fen": 500, "reason": "补偿运费"},
                key=fresh_key(),
            )


def _share(total: int, phase: int) -> int:
    """How many of ``total`` belong to this phase; all phases together have them all."""
    return total * (phase + 1) // PHASES - total * phase // PHASES


def ids_in(text: str) -> Sequence[str]:
    """Every id of ours in a text."""
    return _ID.findall(text)


_ID = re.compile(r"(?<![0-9A-Za-z])[A-Z]{2}[0-9A-HJKMNP-TV-Z]{26}(?![0-9A-Za-z])")
