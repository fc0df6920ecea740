"""Say in words what an audit row is about: "通过了 李四 的提现 WD12 ¥88.00" (G2)."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from chalicelib.admin.rules import AuditChange, AuditEntry, key_document
from chalicelib.kernel import settings
from chalicelib.kernel.money import yuan
from chalicelib.wechat.keys import KEYS

NameOf = Callable[[str], str]
"""A member's or staff member's name by the id; the id's end where nobody is known."""
_PLACE = re.compile(r"\{([a-z_-]+)(?:\.([a-z_]+))?\}")
_PERSON = re.compile(r"(?:ME|ST)[0-9A-Z]{26}")
_LONGEST = 60
_KEYS = {key_document(one.name): one.title for one in KEYS}
_WHY = ("reason", "said", "told", "note")
_CHOICES: Mapping[str, Mapping[Any, str]] = {
    "is_agreed": {True: "同意了", False: "拒绝了"},
    "is_on_shelf": {True: "上架了", False: "下架了"},
    "penalty": {"WARN": "警告", "FREEZE_COMMISSION": "冻结佣金", "SUSPEND": "暂停资格", "EXPEL": "取消资格"},
    "to": {"SERVED": "处罚期满", "WITHDRAWN": "撤销处罚"},
}

_MEMBER, _ABOUT = "{distributors.member_id}", "{members}"
SAYS: dict[str, str] = {
    # 登录与账号
    "POST /console/sign-in": "登录了后台",
    "POST /console/sign-in/refresh": "续了一次登录",
    "POST /console/sign-out": "退出了登录",
    "PUT /console/me/password": "换了自己的密码",
    "POST /console/me/factor": "开始绑定手机验证器",
    "POST /console/me/factor/confirm": "绑定了手机验证器",
    "DELETE /console/me/sessions/{session_id}": "退出了自己在另一台设备上的登录",
    # 员工、角色、设置
    "POST /console/staff": "添加了员工 {staff.name}（{staff.username}）",
    "PUT /console/staff/{staff_id}": "修改了员工 {staff.name}",
    "DELETE /console/staff/{staff_id}": "停用了员工 {staff.name}",
    "POST /console/staff/{staff_id}/reset-password": "重置了员工 {staff.name} 的密码",
    "POST /console/staff/{staff_id}/reset-factor": "解除了员工 {staff.name} 的手机验证器",
    "POST /console/roles": "添加了角色 {roles.name}",
    "PUT /console/roles/{role_id}": "修改了角色 {roles.name}",
    "DELETE /console/roles/{role_id}": "删除了角色 {roles.name}",
    "PUT /console/settings/{name}": "修改了设置“{settings.name}”",
    "PUT /console/wechat-keys/{key_name}": "更换了微信密钥“{settings.name}”",
    # 会员与分销商
    "PUT /console/members/{member_id}/note": f"改了 {_ABOUT} 的备注",
    "PUT /console/members/{member_id}/tags": f"把 {_ABOUT} 的标签设为 {{body.tags}}",
    "POST /console/members/{member_id}/block": f"停用了会员 {_ABOUT}",
    "POST /console/members/{member_id}/unblock": f"恢复了会员 {_ABOUT}",
    "POST /console/members/{member_id}/move": "把 {attributions.member_id} 移到 {body.inviter_id} 名下",
    "POST /console/distributors": f"指定 {_MEMBER} 为分销商",
    "POST /console/distributors/{member_id}/approve": f"通过了 {_MEMBER} 的分销申请",
    "POST /console/distributors/{member_id}/reject": f"拒绝了 {_MEMBER} 的分销申请",
    "POST /console/distributors/{member_id}/disable": f"停用了分销商 {_MEMBER}",
    "POST /console/distributors/{member_id}/enable": f"恢复了分销商 {_MEMBER}",
    "POST /console/distributors/{member_id}/delete": f"删除了分销商 {_MEMBER}",
    "PUT /console/distributors/{member_id}/level": f"把 {_MEMBER} 的等级改为 {{body.level_id}}",
    "POST /console/distributors/{member_id}/level/release": f"让 {_MEMBER} 的等级重新按升级条件走",
    "POST /console/distributors/{member_id}/violations": (
        "记录了 {violations.member_id} 的违规（{violations.penalty}）"
    ),
    "POST /console/distributors/{member_id}/violations/{violation_id}/lift": (
        "结束了 {violations.member_id} 的违规处罚（{body.to}）"
    ),
    "POST /console/levels": "添加了等级 {distributor-levels.name}",
    "PUT /console/levels/{level_id}": "修改了等级 {distributor-levels.name}",
    "POST /console/levels/preview": "试看了等级调整的影响",
    "POST /console/territories": "把 {territory-changes.region} 交给 {territory-changes.member_id} 代理",
    "POST /console/territories/release": (
        "收回了 {territory-changes.member_before} 的区域 {territory-changes.region}"
    ),
    "POST /console/agreements": "发布了合作协议“{agreements.title}”",
    # 商品与库存
    "POST /console/products": "添加了商品“{products.title}”",
    "PUT /console/products/{product_id}": "修改了商品“{products.title}”",
    "POST /console/products/{product_id}/shelf": "{body.is_on_shelf}商品“{products.title}”",
    "DELETE /console/products/{product_id}": "删除了商品“{products.title}”",
    "POST /console/pictures": "上传了图片",
    "POST /console/categories": "添加了分类“{categories.name}”",
    "PUT /console/categories/{category_id}": "修改了分类“{categories.name}”",
    "DELETE /console/categories/{category_id}": "删除了分类“{categories.name}”",
    "POST /console/freight-templates": "添加了运费模板“{freight-templates.name}”",
    "PUT /console/freight-templates/{template_id}": "修改了运费模板“{freight-templates.name}”",
    "DELETE /console/freight-templates/{template_id}": "删除了运费模板“{freight-templates.name}”",
    "PUT /console/stock/{sku_id}": "盘点了规格 {stock-movements.sku_id}，可售改为 {body.available}",
    "POST /console/stock/{sku_id}/adjustments": "规格 {stock-movements.sku_id} 出入库 {body.change}",
    # 订单与售后
    "POST /console/orders/{order_id}/ship": "发货了订单 {orders}，快递单号 {body.tracking_number}",
    "PUT /console/orders/{order_id}/parcels/{parcel_no}": (
        "更正了订单 {orders} 的快递单号为 {body.tracking_number}"
    ),
    "POST /console/orders/{order_id}/tell-wechat": "把订单 {orders} 的发货信息重新告诉微信",
    "POST /console/orders/{order_id}/close": "关闭了未付款的订单 {orders}",
    "POST /console/orders/{order_id}/refunds": (
        "为订单 {refunds.order_id} 开了售后 {refunds} {refunds.amount_fen}"
    ),
    "POST /console/refunds/{refund_id}/approve": (
        "同意了 {refunds.buyer_id} 的退款 {refunds} {refunds.amount_fen}"
    ),
    "POST /console/refunds/{refund_id}/refuse": (
        "拒绝了 {refunds.buyer_id} 的退款 {refunds} {refunds.amount_fen}"
    ),
    "POST /console/refunds/{refund_id}/approve-return": "同意了 {refunds.buyer_id} 的退货 {refunds}",
    "POST /console/refunds/{refund_id}/confirm-returned": "收到了 {refunds.buyer_id} 退回的商品 {refunds}",
    "POST /console/quarantined-payments/{quarantine_id}/resolve": (
        "处理了对不上的收款 {payment-quarantine} {payment-quarantine.amount_fen}"
    ),
    # 返利
    "POST /console/plans": "起草了返利方案“{rebate-plans.name}”",
    "PUT /console/plans/{plan_id}": "修改了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/submit": "提交了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/approve": "批准了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/send-back": "退回了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/publish": "发布了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/retire": "停用了返利方案“{rebate-plans.name}”",
    "POST /console/plans/{plan_id}/simulations": "试算了返利方案",
    "POST /console/plans/check": "检查了返利方案",
    "POST /console/commissions/mature": "立即结算了到期的佣金",
    "POST /console/periods/close": "立即结算了到期的周期",
    # 资金
    "POST /console/wallets/{member_id}/adjustments": (
        "申请调整 {wallet-adjustments.member_id} 的余额 {wallet-adjustments.amount_fen}"
    ),
    "POST /console/wallet-adjustments/{adjustment_id}/decision": (
        "{body.is_agreed}对 {wallet-adjustments.member_id} 的余额调整 {wallet-adjustments.amount_fen}"
    ),
    "POST /console/wallets/{member_id}/rebuild": "重算了 {wallet-totals.member_id} 的钱包明细",
    "POST /console/points/{member_id}/grants": (
        "给 {points-grants.member_id} 发放 {points-grants.points} 积分"
    ),
    "POST /console/points-grants/{grant_id}/decision": (
        "{body.is_agreed}给 {points-grants.member_id} 发放 {points-grants.points} 积分"
    ),
    "POST /console/withdrawals/{withdrawal_id}/approve": (
        "通过了 {withdrawals.member_id} 的提现 {withdrawals} {withdrawals.amount_fen}"
    ),
    "POST /console/withdrawals/{withdrawal_id}/reject": (
        "拒绝了 {withdrawals.member_id} 的提现 {withdrawals} {withdrawals.amount_fen}"
    ),
    "POST /console/audits": "对了一次账",
    # 营销与内容
    "POST /console/coupon-campaigns": "添加了优惠券“{coupon-campaigns.terms}”",
    "PUT /console/coupon-campaigns/{campaign_id}": "修改了优惠券“{coupon-campaigns.terms}”",
    "POST /console/coupon-campaigns/{campaign_id}/send": "给 {coupons.member_id} 发了优惠券“{coupons.terms}”",
    "POST /console/coupon-campaigns/{campaign_id}/allotments": (
        "给 {coupon-allotments.owner_id} 分配了 {body.quantity} 张优惠券“{coupon-allotments.terms}”"
    ),
    "POST /console/gifts": "添加了礼品“{gifts.name}”",
    "PUT /console/gifts/{gift_id}": "修改了礼品“{gifts.name}”",
    "POST /console/gift-claims/{member_id}/{grant_id}/ship": (
        "给 {gift-claims.member_id} 寄出了礼品“{gift-claims.name}”，快递单号 {body.tracking_number}"
    ),
    "POST /console/announcements": "写了公告“{announcements.title}”",
    "PUT /console/announcements/{announcement_id}": "修改了公告“{announcements.title}”",
    "POST /console/announcements/{announcement_id}/publish": "发布了公告“{announcements.title}”",
    "POST /console/announcements/{announcement_id}/withdraw": "撤下了公告“{announcements.title}”",
    "POST /console/reviews/{review_id}/show": "显示了 {reviews.member_id} 对“{reviews.title}”的评价",
    "POST /console/reviews/{review_id}/hide": "隐藏了 {reviews.member_id} 对“{reviews.title}”的评价",
    "POST /console/reviews/{review_id}/reply": "回复了 {reviews.member_id} 对“{reviews.title}”的评价",
    # 任务
    "POST /console/exports": "开始{jobs.title}（{body.since} 到 {body.until}）",
    "POST /console/imports": "开始检查{jobs.title}的文件",
    "POST /console/imports/{job_id}/apply": "开始{jobs.title}",
    "POST /console/jobs/{job_id}/cancel": "取消了任务“{jobs.title}”",
    "JOB IMPORT_PRODUCTS": "从文件导入了商品“{products.title}”",
    "JOB IMPORT_PARCELS": "按文件发货了订单 {orders}",
}
"""What each writing door does to what. A place is ``{table}``, the thing's own id, ``{table.attribute}`` or
``{body.field}``; one that a row does not hold is left out."""
NAMING = frozenset(
    {"name", "username", "title", "terms", "member_id", "buyer_id", "owner_id", "order_id", "amount_fen"}
    | {"points", "sku_id", "product_id", "penalty"}
)
"""What a change keeps of an item although it did not touch it, so that the row can tell what it is about."""


def tell_audit(entry: AuditEntry, name_of: NameOf) -> str:
    """What was done to what, and why where somebody said it. Takes nothing from the row that it masks."""
    says = SAYS.get(entry.door)
    if says is None:
        return "后台任务" if entry.door.startswith("JOB ") else entry.door
    body = _read(entry.body)
    told = _PLACE.sub(
        lambda found: _words(found[2] or "", _at(entry, body, found[1], found[2]), name_of), says
    )
    told = re.sub(r"“”|（）", "", told)
    told = re.sub(r"，\S+ (?=$|，)", "", told)
    why = next((str(body[one]) for one in _WHY if isinstance(body.get(one), str) and body[one]), "")
    whole = re.sub(r" {2,}", " ", told).strip()
    return f"{whole}，原因：{_short(why)}" if why else whole


def people_of(entry: AuditEntry) -> set[str]:
    """The ids of members and staff whom the words may name."""
    texts = [entry.body or "", *(f"{one.key} {one.before} {one.after}" for one in entry.changes)]
    return set(_PERSON.findall(" ".join(texts)))


def _at(entry: AuditEntry, body: Mapping[str, Any], where: str, field: str | None) -> Any:
    """The value that stands in a place of the words; ``None`` where the row holds none."""
    if where == "body":
        return body.get(field or "")
    for change in entry.changes:
        if _table(change) == where:
            value = next(_values(change, field), None) if field else change.key.rsplit("|", 1)[-1]
            if value is not None:
                return value
    return None


def _table(change: AuditChange) -> str:
    """The table's short name: tables are called ``fenxiao-{stage}-{table}``."""
    return change.table.split("-", 2)[-1]


def _values(change: AuditChange, field: str) -> Iterator[Any]:
    """What the item held at last, else before; an update of a number in place is no value."""
    for image in (_read(change.after), _read(change.before)):
        value = image.get(field)
        if value is not None and not (field.endswith("_fen") and not isinstance(value, int)):
            yield value
    if field.endswith("_id") and _PERSON.fullmatch(change.key.split("|")[0]):
        yield change.key.split("|")[0]


def _words(field: str, value: Any, name_of: NameOf) -> str:
    if value is None:
        return ""
    if field in _CHOICES:
        return _CHOICES[field].get(value, str(value))
    if field == "name" and value in settings.declared():
        return settings.declared()[value].title
    if field == "name" and value in _KEYS:
        return _KEYS[value]
    if field == "terms":
        return _short(str(_read(value).get("name", ""))) if isinstance(value, str | dict) else ""
    if isinstance(value, int) and field.endswith("_fen"):
        return yuan(value)
    if isinstance(value, list):
        return "、".join(_words("", one, name_of) for one in value)
    return name_of(value) if _PERSON.fullmatch(str(value)) else _short(str(value))


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _read(given: Any) -> dict[str, Any]:
    """A kept image; nothing of one that was cut short."""
    if isinstance(given, dict):
        return given
    try:
        found = json.loads(given) if given else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
