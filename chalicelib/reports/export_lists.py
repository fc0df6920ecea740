"""Which lists staff may take out of the shop as a file, and what stands in their columns (G6)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

from chalicelib.admin import store as admin
from chalicelib.admin.rules import AuditEntry
from chalicelib.commissions.rules import Commission
from chalicelib.distributors import store as distributors
from chalicelib.distributors.rules import Distributor, Status
from chalicelib.jobs.rules import Kind
from chalicelib.jobs.sheet import Cell, Yuan
from chalicelib.kernel.paging import Page
from chalicelib.members import store as members
from chalicelib.members.rules import Member
from chalicelib.orders import store as orders
from chalicelib.orders.describe import REFUND_TEXT, STATUS_TEXT
from chalicelib.orders.move_refund import Refund
from chalicelib.orders.rules import Order
from chalicelib.reports import store
from chalicelib.reports.show_audit import show_audit
from chalicelib.wallet import store as wallet
from chalicelib.wallet.rules import Entry
from chalicelib.withdrawals import store as withdrawals
from chalicelib.withdrawals.explain import explain
from chalicelib.withdrawals.rules import Withdrawal

ListName = Literal[
    "orders", "refunds", "members", "distributors", "commissions", "withdrawals", "journal", "audit"
]
_AT_ONCE = 100
Pages = Callable[[date, int, str | None], Page[Any]]


@dataclass(frozen=True)
class ExportList:
    """One list: each business day has ``parts`` that are read page by page; a page's things give its rows.
    One that is not of days is written whole, whatever days are asked for."""

    kind: Kind
    header: Sequence[str]
    pages: Pages
    rows: Callable[[Sequence[Any]], Iterator[Sequence[Cell]]]
    parts: int = 1
    is_of_days: bool = True


def export_lists() -> dict[ListName, ExportList]:
    """Every list, by its name at the door."""
    return _LISTS


def _order_rows(order: Order) -> Iterator[Sequence[Cell]]:
    """A row a line; what belongs to the whole order stands in its first row, so that sums are right."""
    for number, line in enumerate(order.lines):
        is_first = number == 0
        yield (
            order.order_id,
            STATUS_TEXT[order.status],
            order.placed_at,
            order.paid_at,
            order.buyer_id,
            line.title,
            line.sku_name,
            line.quantity,
            Yuan(line.paid_fen),
            Yuan(order.freight_fen) if is_first else None,
            Yuan(order.total_fen) if is_first else None,
            Yuan(order.refunded_fen) if is_first else None,
            _PAID_BY[order.paid_by] if is_first and order.paid_by else None,
            order.transaction_id or order.balance_bill_id if is_first else None,
            order.note if is_first else None,
        )


def _refund_rows(refund: Refund) -> Iterator[Sequence[Cell]]:
    yield (
        refund.refund_id,
        refund.order_id,
        refund.buyer_id,
        REFUND_TEXT[refund.status],
        Yuan(refund.amount_fen),
        Yuan(refund.freight_fen),
        refund.asked_at,
        refund.note,
    )


def _member_rows(member: Member) -> Iterator[Sequence[Cell]]:
    yield (
        member.member_id,
        member.nickname,
        member.phone_masked,
        "正常" if member.is_active else "已停用",
        member.joined_at,
        member.upline,
        member.bound_at,
        "、".join(member.tags),
        member.note,
    )


def _commission_rows(one: Commission) -> Iterator[Sequence[Cell]]:
    yield (
        one.order_id,
        one.payee_id,
        one.rule_title or one.rule,
        one.level,
        _STATES[one.state],
        one.form,
        Yuan(one.amount_fen),
        Yuan(one.clawed_fen),
        Yuan(one.left_fen),
        one.units,
        one.created_at,
        one.matures_at,
        one.matured_at,
    )


def _withdrawal_rows(one: Withdrawal) -> Iterator[Sequence[Cell]]:
    yield (
        one.withdrawal_id,
        one.member_id,
        explain(one).title,
        Yuan(one.amount_fen),
        Yuan(one.fee_fen),
        Yuan(one.paid_fen),
        one.requested_at,
        one.sent_at,
        one.ended_at,
        one.transfer_bill_number,
        one.reason or one.fail_reason,
    )


def _entry_rows(entry: Entry) -> Iterator[Sequence[Cell]]:
    """A row a posting: money and points of one account."""
    refs = "；".join(f"{name} {value}" for name, value in sorted(entry.refs.items()))
    for posting in entry.postings:
        yield entry.entry_id, entry.at, entry.kind, posting.account, Yuan(posting.amount_fen), None, refs
    for move in entry.points:
        yield entry.entry_id, entry.at, entry.kind, move.account, None, move.points, refs


def _distributor_rows(found: Sequence[Distributor]) -> Iterator[Sequence[Cell]]:
    levels = distributors.levels()
    people = members.load_many(one.member_id for one in found)
    for one in found:
        member, level = people.get(one.member_id), levels.get(one.level_id)
        yield (
            one.member_id,
            member.nickname if member else None,
            member.phone_masked if member else None,
            _STANDINGS[one.status],
            level.name if level else one.level_id,
            "已冻结" if one.frozen_by else "正常",
            one.applied_at,
            one.decided_at,
            member.upline if member else None,
            one.message,
            one.reason,
        )


def _audit_rows(found: Sequence[AuditEntry]) -> Iterator[Sequence[Cell]]:
    """In the words of the console's page; what changed in the tables stays there."""
    for one in show_audit(found):
        yield one.at, one.staff_name, one.told, one.ip, one.door, one.request_id, one.audit_id


def _each(
    rows: Callable[[Any], Iterator[Sequence[Cell]]],
) -> Callable[[Sequence[Any]], Iterator[Sequence[Cell]]]:
    return lambda things: (row for thing in things for row in rows(thing))


_STANDINGS: dict[Status, str] = {
    "PENDING": "待审核",
    "APPROVED": "正常",
    "REJECTED": "已拒绝",
    "DISABLED": "已停用",
    "SUSPENDED": "已暂停",
    "EXPELLED": "已清退",
    "DELETED": "已删除",
}
_PAID_BY = {"WECHAT": "微信支付", "BALANCE": "余额", "NOTHING": "没有付款"}
_STATES = {"PENDING": "待结算", "MATURED": "已结算", "CLAWED": "已追回", "ZERO": "没有佣金"}


def _orders_of(day: date, part: int, cursor: str | None) -> Page[Order]:
    return orders.of_day(day, limit=_AT_ONCE, cursor=cursor)


_STATUSES: tuple[Status, ...] = get_args(Status)
_ORDERS = Kind("EXPORT_ORDERS", "导出订单", "orders.read")
_LISTS: dict[ListName, ExportList] = {
    "orders": ExportList(
        _ORDERS,
        (
            "订单号",
            "状态",
            "下单时间",
            "付款时间",
            "买家",
            "商品",
            "规格",
            "件数",
            "商品实付",
            "运费",
            "订单实付",
            "已退款",
            "付款方式",
            "付款单号",
            "备注",
        ),
        _orders_of,
        _each(_order_rows),
    ),
    "refunds": ExportList(
        Kind("EXPORT_REFUNDS", "导出售后", "refunds.read"),
        ("售后单号", "订单号", "买家", "状态", "退款金额", "其中运费", "申请时间", "说明"),
        lambda day, part, cursor: orders.refunds_of_days(
            newest=day, oldest=day, limit=_AT_ONCE, cursor=cursor
        ),
        _each(_refund_rows),
    ),
    "members": ExportList(
        Kind("EXPORT_MEMBERS", "导出会员", "members.read"),
        ("会员号", "昵称", "手机", "状态", "加入时间", "上级", "绑定时间", "标签", "备注"),
        lambda day, part, cursor: members.joined(newest=day, oldest=day, limit=_AT_ONCE, cursor=cursor),
        _each(_member_rows),
    ),
    "distributors": ExportList(
        Kind("EXPORT_DISTRIBUTORS", "导出分销商", "distributors.read"),
        (
            "会员号",
            "昵称",
            "手机",
            "状态",
            "等级",
            "佣金",
            "申请时间",
            "处理时间",
            "上级",
            "申请留言",
            "最近原因",
        ),
        lambda day, part, cursor: distributors.of_status(
            _STATUSES[part], limit=_AT_ONCE, cursor=cursor, newest_first=False
        ),
        _distributor_rows,
        parts=len(_STATUSES),
        is_of_days=False,
    ),
    "commissions": ExportList(
        Kind("EXPORT_COMMISSIONS", "导出佣金", "commissions.read"),
        (
            "订单号",
            "得佣人",
            "规则",
            "级",
            "状态",
            "形式",
            "佣金",
            "已追回",
            "剩余",
            "份数",
            "产生时间",
            "可结算时间",
            "结算时间",
        ),
        lambda day, part, cursor: store.ledger(day, day, None, limit=_AT_ONCE, cursor=cursor),
        _each(_commission_rows),
    ),
    "withdrawals": ExportList(
        Kind("EXPORT_WITHDRAWALS", "导出提现", "withdrawals.read"),
        (
            "提现单号",
            "会员",
            "状态",
            "金额",
            "手续费",
            "到账",
            "申请时间",
            "转账时间",
            "结束时间",
            "微信转账单号",
            "原因",
        ),
        lambda day, part, cursor: withdrawals.of_day(day.isoformat(), limit=_AT_ONCE, cursor=cursor),
        _each(_withdrawal_rows),
    ),
    "journal": ExportList(
        Kind("EXPORT_JOURNAL", "导出账目", "wallet.read"),
        ("流水号", "时间", "类型", "账户", "金额", "积分", "来源"),
        lambda day, part, cursor: wallet.entries_of_shard(day, part, limit=_AT_ONCE, cursor=cursor),
        _each(_entry_rows),
        parts=wallet.DAY_SHARDS,
    ),
    "audit": ExportList(
        Kind("EXPORT_AUDIT", "导出操作记录", "audit.read"),
        ("时间", "员工", "做了什么", "IP", "接口", "请求号", "记录号"),
        lambda day, part, cursor: admin.audit(newest=day, oldest=day, limit=_AT_ONCE, cursor=cursor),
        _audit_rows,
    ),
}
