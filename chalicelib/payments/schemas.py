"""What payments look like from outside."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.orders.rules import Status
from chalicelib.payments.rules import LateRefundStatus, PaymentStatus


class PaymentParams(Out):
    """Handed to ``wx.requestPayment`` as it is; ``appId`` is for the official account's pages."""

    appId: str  # noqa: N815 - WeChat's spelling
    timeStamp: str  # noqa: N815
    nonceStr: str  # noqa: N815
    package: str
    signType: str  # noqa: N815
    paySign: str  # noqa: N815


class QuarantineQuery(Paging):
    """Cases in one state."""

    state: Literal["OPEN", "RESOLVED"] = "OPEN"


class QuarantinedOut(Out):
    """Money that WeChat reported and our books could not take."""

    quarantine_id: str
    reason: str
    order_number: str
    transaction_id: str
    amount_fen: int
    expected_fen: int | None
    at: datetime
    state: Literal["OPEN", "RESOLVED"]
    note: str | None
    resolved_by: str | None
    resolved_at: datetime | None


class QuarantinedListOut(Out):
    """A page of cases."""

    items: list[QuarantinedOut]
    next: str | None


class Resolution(Body):
    """How a person dealt with a case."""

    note: str = Field(min_length=2, max_length=200, title="处理说明")


class ApproveRefundIn(Body):
    """Agreement to a refund."""

    freight_fen: int | None = Field(
        default=None,
        ge=0,
        title="退运费",
        description="Fen; without it freight goes back by the rule (nothing sent, everything refunded).",
    )


class PaymentOut(Out):
    """One order's payment as staff see it; never the payer's openid."""

    order_id: str
    status: PaymentStatus
    amount_fen: int
    prepaid_at: datetime | None
    expires_at: datetime
    transaction_id: str | None
    paid_at: datetime | None
    refund_id: str | None = Field(description="Of a late payment, which goes back whole.")
    refund_status: LateRefundStatus | None


class FreePaymentOut(Out):
    """An order that needed no money."""

    order_id: str
    status: Status


class BalancePaymentOut(Out):
    """An order that the buyer's own balance paid."""

    order_id: str
    status: Status
    balance_bill_id: str
