"""What the shop says, when, and in which words (N2). Warm, short, and understood by a newcomer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from chalicelib.kernel import settings
from chalicelib.kernel.errors import Conflict, NotFound

MessageState = Literal["NONE", "WAITING", "SENT", "REFUSED"]
AnnouncementStatus = Literal["DRAFT", "PUBLISHED", "WITHDRAWN"]
KEPT_DAYS = 180
"""How long a notice stays in the inbox."""


@dataclass(frozen=True)
class Kind:
    """One thing that happens to a member. A sentence whose facts are not all given is left out."""

    title: str
    sentences: tuple[str, ...]

    @property
    def facts(self) -> set[str]:
        """The names that the sentences speak of."""
        return _named("".join(self.sentences))


KINDS: dict[str, Kind] = {
    "order_paid": Kind(
        "支付成功", ("您的订单已付款。", "金额：{amount}。", "订单号：{order}。", "我们会尽快为您发货。")
    ),
    "order_shipped": Kind(
        "宝贝已发出", ("您的宝贝已经上路啦。", "{carrier} {tracking}。", "订单号：{order}。")
    ),
    "order_received": Kind("订单已收货", ("您的订单已确认收货，谢谢您的支持。", "订单号：{order}。")),
    "order_closed": Kind("订单已关闭", ("您的订单已关闭。", "原因：{reason}。", "订单号：{order}。")),
    "refund_done": Kind(
        "退款成功",
        (
            "退款已原路退回：退到余额的马上可用，微信支付的以微信到账时间为准。",
            "金额：{amount}。",
            "订单号：{order}。",
        ),
    ),
    "refund_refused": Kind(
        "退款申请未通过",
        ("您的退款申请没有通过。", "原因：{reason}。", "如有疑问请联系客服。", "订单号：{order}。"),
    ),
    "commission_pending": Kind(
        "有一笔新佣金",
        ("您推广的订单已付款，佣金待结算。", "金额：{amount}。", "买家收货并过了售后期后即可提现。"),
    ),
    "commission_of_period": Kind(
        "周期返利算好了", ("您的周期返利已经算好，待结算。", "周期：{period}。", "金额：{amount}。")
    ),
    "commission_available": Kind("佣金可以提现了", ("有佣金已经结算到您的钱包。", "金额：{amount}。")),
    "commission_taken_back": Kind(
        "佣金已扣回", ("您推广的订单发生了退款，对应的佣金已扣回。", "金额：{amount}。", "订单号：{order}。")
    ),
    "distributor_approved": Kind(
        "您已成为分销商", ("恭喜，您的申请通过了，现在就可以分享赚佣金。", "当前等级：{level}。")
    ),
    "distributor_rejected": Kind(
        "分销商申请未通过", ("这次申请没有通过。", "原因：{reason}。", "您可以完善后再次申请。")
    ),
    "may_apply": Kind(
        "您可以成为分销商了",
        ("您已经满足成为分销商的条件。", "愿意的话，打开“成为分销商”就能开始，不收任何费用。"),
    ),
    "level_up": Kind("等级提升了", ("恭喜，您的分销商等级提升了。", "{reason}", "当前等级：{level}。")),
    "level_down": Kind("等级有调整", ("您的分销商等级有调整。", "{reason}", "当前等级：{level}。")),
    "level_changed": Kind(
        "等级有调整", ("您的分销商等级有调整。", "当前等级：{level}。", "原因：{reason}。")
    ),
    "violation_recorded": Kind(
        "有一条违规记录", ("{told}", "处理：{penalty}。", "如有不同意见，可以在违规记录里申诉。")
    ),
    "violation_ended": Kind(
        "违规处理已结束", ("您的一条违规处理已经结束。", "结果：{outcome}。", "说明：{reason}。")
    ),
    "withdrawal_confirm": Kind(
        "请确认收款", ("您的提现已经打款，请尽快点击确认收款，超时会自动退回钱包。", "金额：{amount}。")
    ),
    "withdrawal_paid": Kind("提现已到账", ("提现已转入您的微信零钱。", "金额：{amount}。")),
    "withdrawal_returned": Kind(
        "提现已退回钱包",
        ("这笔提现没有完成，钱已退回您的钱包，可以重新提现。", "金额：{amount}。", "原因：{reason}。"),
    ),
    "withdrawal_rejected": Kind(
        "提现申请未通过", ("提现申请没有通过，钱已退回您的钱包。", "金额：{amount}。", "原因：{reason}。")
    ),
    "points_expiring": Kind(
        "积分快过期了",
        ("您有积分即将过期，下单时可以直接抵扣。", "数量：{points} 积分。", "最后使用日：{until}。"),
    ),
    "wallet_raised": Kind("余额增加", ("商家为您增加了余额。", "金额：{amount}。", "原因：{reason}。")),
    "wallet_lowered": Kind(
        "余额扣减",
        (
            "商家扣减了您的余额；余额不够的部分，会从以后的佣金里抵扣。",
            "金额：{amount}。",
            "原因：{reason}。",
        ),
    ),
    "points_received": Kind(
        "收到积分",
        ("您收到了商家赠送的积分，下单时可以直接抵扣。", "数量：{points} 积分。", "原因：{reason}。"),
    ),
    "points_earned": Kind(
        "积分到账",
        ("订单完成，积分到账啦，下单时可直接抵扣。", "数量：{points} 积分。", "订单号：{order}。"),
    ),
    "reward_points_available": Kind(
        "奖励积分到账",
        ("您的推广奖励积分到账了，下单时可以直接抵扣。", "数量：{points} 积分。", "订单号：{order}。"),
    ),
    "coupon_received": Kind(
        "收到优惠券", ("您收到一张优惠券，下单时可以使用。", "优惠：{coupon}。", "有效期至：{until}。")
    ),
    "coupon_expiring": Kind(
        "优惠券快过期了", ("您有一张优惠券即将过期，抓紧使用吧。", "优惠：{coupon}。", "有效期至：{until}。")
    ),
    "gift_waiting": Kind(
        "有赠品等您领取", ("填写收货地址，我们就给您寄出。", "赠品：{gift}。", "请在此之前领取：{until}。")
    ),
    "gift_shipped": Kind("赠品已寄出", ("您的赠品已经上路啦。", "赠品：{gift}。", "快递单号：{tracking}。")),
    "new_downline": Kind("团队有新成员", ("有新朋友通过您的邀请加入了。", "昵称：{name}。")),
}
"""Every notice there is. Facts are texts ready to read: ``amount`` is ``¥12.00``, never a number."""


@dataclass(frozen=True)
class Notice:
    """One entry of a member's inbox."""

    member_id: str
    notice_id: str
    kind: str
    title: str
    text: str
    page: str
    made_at: datetime
    read_at: datetime | None
    message: MessageState
    """What became of the subscribe message; ``NONE`` when none was to be sent."""


@dataclass(frozen=True)
class Announcement:
    """What the shop tells everybody."""

    announcement_id: str
    status: AnnouncementStatus
    title: str
    text: str
    made_at: datetime
    published_at: datetime | None = None


@dataclass(frozen=True)
class Template:
    """A subscribe-message template of the mini-program, and which fact fills which of its fields."""

    kind: str
    template_id: str
    fields: dict[str, str]
    """E.g. ``{"amount2": "amount", "thing1": "title"}``; ``title`` and ``time`` are always there."""


@settings.declare("subscribe-messages", "订阅消息模板")
@dataclass(frozen=True)
class SubscribeMessages:
    """Which notices are also sent as WeChat subscribe messages; none until templates are entered."""

    templates: tuple[Template, ...] = ()

    def check(self) -> None:
        """Refuse a mapping that could never be sent. Raises ``ValueError``."""
        kinds = [one.kind for one in self.templates]
        if len(set(kinds)) != len(kinds):
            raise ValueError("每种通知只能设置一个模板。")
        for one in self.templates:
            _check_template(one)

    def of(self, kind: str) -> Template | None:
        """The template of this kind of notice."""
        return next((one for one in self.templates if one.kind == kind), None)


@settings.declare("shop", "商城信息")
@dataclass(frozen=True)
class ShopProfile:
    """What the shop is called and how people reach somebody in it (G3)."""

    name: str = "分销商城"
    service_phone: str = ""
    service_hours: str = ""

    def check(self) -> None:
        """Refuse what no page could show, and a number that cannot be dialled."""
        if not 1 <= len(self.name.strip()) <= 20:
            raise ValueError("商城名称请填写 1 到 20 个字。")
        if self.service_phone and not re.fullmatch(r"[0-9+][0-9-]{4,19}", self.service_phone):
            raise ValueError("客服电话请只填数字和短横线，例如 400-800-1234。")
        if len(self.service_hours) > 30:
            raise ValueError("客服时间最多 30 个字。")


class NoticeUnknown(NotFound):
    title = "没有找到消息"
    detail = "这条消息不存在或已过期。"


class AnnouncementUnknown(NotFound):
    title = "没有找到公告"
    detail = "这条公告不存在。"


class AnnouncementNotDraft(Conflict):
    title = "公告已发布"
    detail = "已发布的公告不能再修改，请先撤回。"


class AnnouncementChanged(Conflict):
    title = "公告刚刚有变化"
    detail = "公告刚刚在别处修改过，请刷新后再试。"


def text_of(kind: str, facts: Mapping[str, str]) -> str:
    """What the notice says with these facts."""
    given = {name: fact for name, fact in facts.items() if fact}
    sentences = KINDS[kind].sentences
    return "".join(one.format(**given) for one in sentences if _named(one) <= given.keys())


def values_of(template: Template, facts: Mapping[str, str], *, title: str, time: str) -> dict[str, str]:
    """The template's fields filled with the facts; a fact not given shows as a dash.

    WeChat's amounts take no thousands separator (wechat.md §3.5).
    """
    given = {"title": title, "time": time, **{name: fact for name, fact in facts.items() if fact}}
    filled = {field: given.get(fact, "-") for field, fact in template.fields.items()}
    return {
        field: value.replace(",", "") if field.startswith("amount") else value
        for field, value in filled.items()
    }


def demand_draft(announcement: Announcement) -> None:
    """Let what is not published be changed. Raises ``AnnouncementNotDraft``."""
    if announcement.status == "PUBLISHED":
        raise AnnouncementNotDraft()


def _named(sentence: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", sentence))


def _check_template(template: Template) -> None:
    kind = KINDS.get(template.kind)
    if kind is None:
        raise ValueError(f"没有“{template.kind}”这种通知。")
    if not re.fullmatch(r"[A-Za-z0-9_-]{10,64}", template.template_id):
        raise ValueError(f"“{kind.title}”的模板编号格式不对。")
    if not 1 <= len(template.fields) <= 5:
        raise ValueError(f"“{kind.title}”的模板需要 1 到 5 个字段。")
    for field, fact in template.fields.items():
        if not re.fullmatch(r"[a-z_]{3,20}[0-9]{1,2}", field):
            raise ValueError(f"“{kind.title}”的字段名“{field}”格式不对，应如 thing1。")
        if fact not in kind.facts | {"title", "time"}:
            raise ValueError(f"“{kind.title}”没有“{fact}”这项内容。")
