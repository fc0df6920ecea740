"""Who is bound below whom (锁客, I3): one decision for every scan, with the rule that decided.

The relation is a forest: a member has at most one inviter and never stands in its own chain
(invariant 9). Every decision goes into the attribution journal, bound or not, because that is what
settles a quarrel about a customer (撞单).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from chalicelib.distributors.rules import Distributor
from chalicelib.kernel import ids, settings
from chalicelib.kernel.errors import Conflict, Forbidden, NotFound, Unavailable

PATH_LENGTH = 3
"""How many uplines a member's row carries, nearest first (design §3)."""

MAX_CHAIN = 900
"""Ancestors walked at most, three a read; a longer line of people is not a line of customers."""

MAX_CODES = 200
"""Codes one member may have."""

LANDING_PAGE = "pages/index/index"
"""Where a mini-program code opens; the page asks which code it is and goes on from there (I2)."""

PRODUCT_PAGE = "pages/product/detail"

SAME_SCAN = timedelta(minutes=10)
"""Within this time the same code scanned the same way is the same scan: a retry, a page reopened."""

FIRST_LOGIN = timedelta(hours=24)
"""How long after joining a member still counts as new: the scan has brought them here."""

Source = Literal["MINI_CODE", "H5_QR", "LINK", "TYPED", "OFFICIAL_ACCOUNT", "PURCHASE", "CONSOLE"]
Decision = Literal["BOUND", "KEPT", "WAITING", "REFUSED", "UNBOUND"]
Rule = Literal[
    "FIRST_BINDING",
    "AFTER_PROTECTION",
    "MOVED_BY_STAFF",
    "ALREADY_BOUND_HERE",
    "BOUND_FOR_GOOD",
    "PROTECTED",
    "NOT_A_NEW_MEMBER",
    "WAITS_FOR_PURCHASE",
    "WAITS_BEHIND_EARLIER_SCAN",
    "CODE_UNKNOWN",
    "CODE_REVOKED",
    "CODE_EXPIRED",
    "OWN_CODE",
    "INVITER_MAY_NOT_INVITE",
    "WOULD_MAKE_LOOP",
    "CHAIN_TOO_LONG",
]
_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{8}")
_SCENE_CODE = re.compile(r"(?:^|&)i=([^&]*)")
_STAFF_OR_SHOP: frozenset[Source] = frozenset({"PURCHASE", "CONSOLE"})


@settings.declare("binding", "绑定规则")
@dataclass(frozen=True)
class BindingRules:
    """When a scan binds (I3)."""

    bind_at: Literal["SCAN", "LOGIN", "PURCHASE"] = "SCAN"
    """SCAN: at any scan. LOGIN: only people who come for the first time. PURCHASE: at the next order."""
    scan_valid_days: int = 30
    """How long a scan waits for the order it shall be rewarded for (bind_at PURCHASE)."""
    protect_days: int = 15
    """How long nobody else may win the member over."""
    rebind_after_protection: bool = False
    """Whether a later scan of another code rebinds once the protection is over."""
    who_may_invite: Literal["DISTRIBUTORS", "MEMBERS"] = "DISTRIBUTORS"

    def check(self) -> None:
        """Refuse days that mean nothing."""
        if not 1 <= self.scan_valid_days <= 365:
            raise ValueError("扫码有效期应在 1 到 365 天之间。")
        if not 0 <= self.protect_days <= 3650:
            raise ValueError("保护期应在 0 到 3650 天之间。")


@dataclass(frozen=True)
class Invite:
    """One code. ``channel`` is empty for the personal code; ``product_id`` makes it a product's (I2, I5)."""

    code: str
    owner_id: str
    channel: str
    product_id: str | None
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None

    def state(self, at: datetime) -> Literal["GOOD", "REVOKED", "EXPIRED"]:
        """Whether the code binds at this moment."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "REVOKED"
        if self.expires_at is not None and self.expires_at <= at:
            return "EXPIRED"
        return "GOOD"

    @property
    def scene(self) -> str:
        """What a mini-program code or an official-account code carries; 10 of WeChat's 32 characters."""
        return f"i={self.code}"

    @property
    def slot(self) -> str:
        """An owner has one living code for each channel and product."""
        return slot_of(self.owner_id, self.channel, self.product_id)


@dataclass(frozen=True)
class TeamCounts:
    """How many members stand below one member, by level."""

    member_id: str
    level_1: int = 0
    level_2: int = 0
    level_3: int = 0


@dataclass(frozen=True)
class Verdict:
    """The decision, the rule that made it, and until when it holds if it ends."""

    decision: Decision
    rule: Rule
    until: datetime | None = None


@dataclass(frozen=True)
class Attribution:
    """One row of the journal: who, when, by which code and channel, what was decided and why.

    ``number`` counts a member's rows, so two decisions about one member are never made at once.
    """

    member_id: str
    number: int
    at: datetime
    source: Source
    decision: Decision
    rule: Rule
    code: str | None = None
    channel: str = ""
    product_id: str | None = None
    inviter_id: str | None = None
    upline_before: str | None = None
    upline: str | None = None
    until: datetime | None = None
    is_sign_up: bool = False
    """Whether this scan brought a new member; at most one of a member's rows."""
    by: str | None = None
    reason: str | None = None

    @property
    def attribution_id(self) -> str:
        """One id for one row, the same each time."""
        return ids.derived_id("AT", self.member_id, str(self.number))


@dataclass(frozen=True)
class Scan:
    """What a decision needs to know. ``chain`` is the inviter, its inviter, and so on to the root."""

    member_id: str
    at: datetime
    joined_at: datetime
    upline: str | None
    bound_at: datetime | None
    invite: Invite | None
    scanned_at: datetime
    inviter_may_invite: bool = False
    chain: tuple[str, ...] = ()
    waiting_for: str | None = None
    """The inviter whose earlier scan still waits for a purchase."""
    is_purchase: bool = False


class CodeUnknown(NotFound):
    """No such code, or not this owner's."""

    title = "邀请码不存在"
    detail = "没有找到这个邀请码，可能输错了。"


class CodeTaken(Conflict):
    """Another code was put in the same place at the same moment."""

    title = "请再试一次"
    detail = "刚刚有人同时在操作，请再试一次。"


class CodeNotUsable(Conflict):
    """The code was revoked or has expired."""

    title = "邀请码已失效"
    detail = "这个邀请码已经停用或过期，请换一个。"


class TooManyCodes(Conflict):
    """More codes than anybody needs."""

    title = "邀请码太多了"
    detail = f"最多可以有 {MAX_CODES} 个邀请码，请先用已有的。"


class MayNotInvite(Forbidden):
    """The shop's rules do not let this member invite."""

    title = "暂时不能邀请"
    detail = "成为分销商之后就能邀请朋友了。"


class RelationMoved(Conflict):
    """Somebody's inviter changed between reading and writing, again and again."""

    title = "请再试一次"
    detail = "刚刚有人同时在操作，请再试一次。"


class WouldMakeLoop(Conflict):
    """The new inviter stands below the member."""

    title = "不能这样调整"
    detail = "新的上级是这位会员自己或其团队成员，不能互为上下级。"


class ChainTooLong(Conflict):
    """The new inviter stands below more people than the product walks."""

    title = "层级太深"
    detail = "新的上级所在的层级太深，请换一位。"


class AnsweredBefore(Conflict):
    """WeChat repeated a push that was handled."""

    title = "已处理"
    detail = "这条消息已经处理过了。"


class AlreadyThere(Conflict):
    """Staff moved a member to where it stands."""

    title = "不用调整"
    detail = "这位会员现在的上级就是您选的这位。"


class MiniCodeUnavailable(Unavailable):
    """WeChat makes no mini-program code now, e.g. before the mini-program is published."""

    title = "小程序码暂时生成不了"
    detail = "微信暂时不能生成小程序码，可以先用网页二维码，效果一样。"


def decide(scan: Scan, rules: BindingRules) -> Verdict:
    """What this scan does. The first rule that speaks decides; the loop check comes last."""
    for judge in (_code, _inviter, _present_upline, _moment):
        verdict = judge(scan, rules)
        if verdict is not None:
            return verdict
    if scan.member_id in scan.chain:
        return Verdict("REFUSED", "WOULD_MAKE_LOOP")
    if len(scan.chain) > MAX_CHAIN:
        return Verdict("REFUSED", "CHAIN_TOO_LONG")
    return Verdict("BOUND", "FIRST_BINDING" if scan.upline is None else "AFTER_PROTECTION")


def _code(scan: Scan, rules: BindingRules) -> Verdict | None:
    if scan.invite is None:
        return Verdict("REFUSED", "CODE_UNKNOWN")
    state = scan.invite.state(scan.scanned_at)
    if state == "GOOD":
        return None
    return Verdict("REFUSED", "CODE_REVOKED" if state == "REVOKED" else "CODE_EXPIRED")


def _inviter(scan: Scan, rules: BindingRules) -> Verdict | None:
    assert scan.invite is not None
    if scan.invite.owner_id == scan.member_id:
        return Verdict("REFUSED", "OWN_CODE")
    if scan.upline == scan.invite.owner_id:
        return Verdict("KEPT", "ALREADY_BOUND_HERE")
    return None if scan.inviter_may_invite else Verdict("REFUSED", "INVITER_MAY_NOT_INVITE")


def _present_upline(scan: Scan, rules: BindingRules) -> Verdict | None:
    if scan.upline is None:
        return None
    if not rules.rebind_after_protection or scan.bound_at is None:
        return Verdict("KEPT", "BOUND_FOR_GOOD")
    until = scan.bound_at + timedelta(days=rules.protect_days)
    return Verdict("KEPT", "PROTECTED", until) if scan.at < until else None


def _moment(scan: Scan, rules: BindingRules) -> Verdict | None:
    assert scan.invite is not None
    if rules.bind_at == "LOGIN" and not is_new_member(scan.joined_at, scan.at):
        return Verdict("KEPT", "NOT_A_NEW_MEMBER")
    if rules.bind_at != "PURCHASE" or scan.is_purchase or scan.member_id in scan.chain:
        return None
    is_behind = scan.waiting_for is not None and scan.waiting_for != scan.invite.owner_id
    until = scan.at + timedelta(days=rules.scan_valid_days)
    return Verdict("WAITING", "WAITS_BEHIND_EARLIER_SCAN" if is_behind else "WAITS_FOR_PURCHASE", until)


def is_new_member(joined_at: datetime, at: datetime) -> bool:
    """Whether a member who joined then still counts as new."""
    return at - joined_at < FIRST_LOGIN


def may_invite(is_active_member: bool, distributor: Distributor | None, rules: BindingRules) -> bool:
    """Whether this member's codes bind. One whom staff disabled never invites, whatever the rules."""
    if not is_active_member:
        return False
    if distributor is not None and distributor.is_active:
        return True
    is_disabled = distributor is not None and distributor.status == "DISABLED"
    return rules.who_may_invite == "MEMBERS" and not is_disabled


def is_repeat(last: Attribution | None, now: Attribution) -> bool:
    """Whether ``now`` is the scan of ``last`` once more, so that its answer stands.

    A scan that would bind is never a repeat: what it decides is not so yet.
    """
    if last is None or now.decision == "BOUND" or now.at - last.at >= SAME_SCAN:
        return False
    if (last.code, last.source) != (now.code, now.source):
        return False
    is_bound_already = last.decision == "BOUND" and now.rule == "ALREADY_BOUND_HERE"
    return is_bound_already or (last.decision, last.rule) == (now.decision, now.rule)


def first_waiting(newest_first: Sequence[Attribution], at: datetime) -> Attribution | None:
    """The earliest scan that still waits for a purchase; a binding since then has ended its wait."""
    found = None
    for row in newest_first:
        if row.decision in ("BOUND", "UNBOUND"):
            break
        if row.decision == "WAITING" and row.until is not None and row.until > at:
            found = row
    return found


def counts_as_scan(row: Attribution) -> bool:
    """Whether the row is somebody's scan of a code that exists."""
    return row.code is not None and row.rule != "CODE_UNKNOWN" and row.source not in _STAFF_OR_SHOP


def is_sign_up(row: Attribution, joined_at: datetime, earlier: Sequence[Attribution]) -> bool:
    """Whether the code brought this member: new, the code good and somebody else's, no row before it did."""
    is_good = counts_as_scan(row) and row.decision != "REFUSED"
    return is_good and is_new_member(joined_at, row.at) and not any(one.is_sign_up for one in earlier)


def slot_of(owner_id: str, channel: str, product_id: str | None) -> str:
    """The place of one living code: owner, product, channel."""
    return f"{owner_id}|{product_id or ''}|{channel}"


def code_of_scene(scene: str) -> str:
    """The code in a scene ``i=CODE`` (other parts after ``&`` are left alone), or the text itself."""
    found = _SCENE_CODE.search(scene)
    return normalized(found.group(1) if found else scene)


def normalized(text: str) -> str:
    """A typed code as we made it: capitals, and the letters people mistake for digits."""
    return text.strip().upper().replace("O", "0").replace("I", "1").replace("L", "1")


def h5_link(h5_url: str, invite: Invite) -> str:
    """The link of the H5 shop; the code stands before the hash, so that a WeChat sign-in keeps it."""
    base, _, fragment = h5_url.partition("#")
    page = f"/{PRODUCT_PAGE}?id={invite.product_id}" if invite.product_id else fragment
    query = f"{'&' if '?' in base else '?'}inv={invite.code}"
    return f"{base}{query}#{page}" if page else f"{base}{query}"


def is_code(text: str) -> bool:
    """Whether the text could be one of our codes."""
    return _CODE.fullmatch(text) is not None
