"""What payments look like from outside."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Paging


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


class RefundOut(Out):
    """A refund after staff let it go."""

    refund_id: str
    status: str
