"""What the member reads about a withdrawal: where it stands, what comes next, until when."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.kernel.clock import SHANGHAI
from chalicelib.kernel.money import yuan
from chalicelib.withdrawals.rules import Status, Withdrawal, WithdrawalRules


@dataclass(frozen=True)
class Explained:
    """``title`` in a few characters, ``next`` as a sentence, ``until`` when a term runs."""

    title: str
    next: str
    until: datetime | None = None


def explain(withdrawal: Withdrawal) -> Explained:
    """The withdrawal in words that somebody who knows nothing of it understands."""
    title, text = _TEXTS[withdrawal.status]
    if withdrawal.status in ("WAITING", "PAYING", "CANCELING"):
        until = withdrawal.confirm_until
        assert until is not None
        moment = until.astimezone(SHANGHAI).strftime("%m月%d日 %H:%M")
        return Explained(title, text.format(until=moment), until)
    if withdrawal.status == "RETURNED":
        return Explained(title, text.format(reason=failure(withdrawal.fail_reason)))
    if withdrawal.status == "REJECTED":
        return Explained(title, text.format(reason=withdrawal.reason or "未通过审核"))
    if withdrawal.status == "AUDIT" and withdrawal.approvals:
        return Explained(title, "已通过初审，等待另一位工作人员复核。")
    return Explained(title, text)


def failure(fail_reason: str | None) -> str:
    """WeChat's reason for a failed transfer in words; an unknown one stays general."""
    return _FAILURES.get(fail_reason or "", "微信没有完成这笔转账")


def arrival(approvals: int) -> str:
    """When money that so many persons must agree to is there."""
    return f"{_AUDITS[approvals]}几分钟内发到微信；{_CONFIRM}"


def arrival_by_amount(rules: WithdrawalRules) -> str:
    """The same before an amount is known."""
    if rules.auto_below_fen <= rules.min_fen:
        return arrival(1)
    if rules.auto_below_fen > rules.max_fen:
        return arrival(0)
    return f"不足 {yuan(rules.auto_below_fen)} 的，{arrival(0)}其余先由工作人员审核。"


_CONFIRM = "您在 24 小时内确认收款后转入零钱，不确认会退回余额。"
_AUDITS = ("提交后", "工作人员审核通过后，", "金额较大，两位工作人员都审核通过后，")
_TEXTS: dict[Status, tuple[str, str]] = {
    "AUDIT": ("审核中", "工作人员会尽快审核，通过后会通知您。"),
    "APPROVED": ("待发放", "几分钟内会向微信发起转账。"),
    "SENDING": ("发放中", "正在等待微信处理，一般几分钟内完成，请稍后查看。"),
    "WAITING": ("待您确认", "请在 {until} 前点“确认收款”，钱会进入您的微信零钱；超时会自动退回余额。"),
    "PAYING": ("到账中", "您已确认，微信正在入账，最晚 {until} 有结果。"),
    "CANCELING": ("取消中", "正在向微信撤回，成功后钱会退回余额，最晚 {until} 有结果。"),
    "PAID": ("已到账", "钱已进入您的微信零钱。"),
    "RETURNED": ("已退回", "{reason}，钱已退回您的余额。"),
    "REJECTED": ("未通过", "{reason}。钱已退回您的余额。"),
    "CANCELLED": ("已取消", "您取消了这笔提现，钱已退回您的余额。"),
}
_FAILURES = {
    "OVERDUE_CLOSE": "超过 24 小时没有确认收款",
    "NAME_NOT_CORRECT": "姓名与微信实名不一致",
    "ID_CARD_NOT_CORRECT": "证件与微信实名不一致",
    "PAYEE_ACCOUNT_ABNORMAL": "您的微信账户暂时不能收款，请在微信中查看账户状态",
    "PAYEE_ACCOUNT_NOT_EXIST": "没有找到您的微信账户",
    "REALNAME_CHECK_ERROR": "您的微信还没有实名认证",
    "PAYEE_ACCOUNT_UNREALNAME": "您的微信还没有实名认证",
    "DAY_RECEIVED_QUOTA_EXCEED": "您今天的微信收款额度已满",
    "RECEIVE_ACCOUNT_NOT_CONFIGURE": "您的微信还没有设置收款账户",
    "MERCHANT_REJECT": "转账已被取消",
    "CANCELLED": "转账已被取消",
}
