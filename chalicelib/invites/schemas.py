"""What the doors of this room take and give."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from chalicelib.invites.count_row import CodeStats
from chalicelib.invites.rules import Decision, Invite, Rule, Source, h5_link
from chalicelib.kernel.config import config
from chalicelib.kernel.http import Body, Out, Query
from chalicelib.kernel.money import Fen

_CODE = r"^[0-9A-Za-z]{1,32}$"
_SCENE = r"^[0-9A-Za-z!#$&'()*+,/:;=?@._~%-]{1,64}$"
_MEMBER_ID = r"^[A-Z0-9]{4,32}$"
ClientSource = Literal["MINI_CODE", "H5_QR", "LINK", "TYPED"]


class ScanIn(Body):
    """A scan: the scene of a mini-program code, or the code of a link or a typed one."""

    scene: str | None = Field(None, title="小程序码参数", pattern=_SCENE)
    code: str | None = Field(None, title="邀请码", pattern=_CODE)
    source: ClientSource = Field(title="来源", description="How the member came upon the code.")


class InviterOut(Out):
    """Who invites, as the invited person may see it."""

    nickname: str
    avatar_url: str | None


class ScanOut(Out):
    """What the scan did, and why."""

    decision: Decision
    rule: Rule
    says: str = Field(description="One Chinese sentence to show.")
    until: datetime | None = Field(description="When a wait or a protection ends.")
    product_id: str | None = Field(description="Open this product next, if given.")
    inviter: InviterOut | None


class InviteOut(Out):
    """What a code stands for, for whoever holds it."""

    code: str
    is_good: bool = Field(description="False: revoked or expired; the shop opens all the same.")
    product_id: str | None
    inviter: InviterOut


class CodeIn(Body):
    """A code for a channel, a product, or both; with neither it is the personal code."""

    channel: str = Field("", title="渠道", max_length=20, description="For instance 朋友圈 or 线下门店.")
    product_id: str | None = Field(None, title="商品", pattern=r"^[A-Za-z0-9_-]{1,64}$")
    valid_days: int | None = Field(None, title="有效天数", ge=1, le=3650, description="Empty: no end.")


class CodeOut(Out):
    """One of my codes with its links and what it brought."""

    code: str
    channel: str
    product_id: str | None
    state: Literal["GOOD", "REVOKED", "EXPIRED"]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    scene: str = Field(description="For mini-program codes and share paths.")
    h5_url: str
    scans: int
    sign_ups: int
    bindings: int
    orders: int = Field(description="Paid orders that came by this code and did not go back whole.")
    sales_fen: Fen = Field(description="Paid for their goods, without freight, less refunds.")

    @staticmethod
    def of(invite: Invite, stats: CodeStats, *, at: datetime) -> "CodeOut":
        """The code as it stands at this moment."""
        return CodeOut(
            code=invite.code,
            channel=invite.channel,
            product_id=invite.product_id,
            state=invite.state(at),
            created_at=invite.created_at,
            expires_at=invite.expires_at,
            revoked_at=invite.revoked_at,
            scene=invite.scene,
            h5_url=h5_link(config().h5_url, invite),
            scans=stats.scans,
            sign_ups=stats.sign_ups,
            bindings=stats.bindings,
            orders=stats.orders,
            sales_fen=stats.sales_fen,
        )


class CodesOut(Out):
    """My personal code, and all my codes, newest first."""

    personal: CodeOut
    items: list[CodeOut]
    next: str | None


class MemberCodesOut(Out):
    """A member's codes, newest first."""

    items: list[CodeOut]
    next: str | None


class PictureAsked(Query):
    """Which picture."""

    kind: Literal["mini", "h5"] = Field("mini", description="mini: WeChat's round code. h5: plain QR.")


class MoveIn(Body):
    """Where staff put the member."""

    inviter_id: str | None = Field(title="新的上级", pattern=_MEMBER_ID, description="null: under nobody.")
    reason: str = Field(title="原因", min_length=2, max_length=200)


class AttributionOut(Out):
    """One row of the attribution journal."""

    attribution_id: str
    member_id: str
    at: datetime
    source: Source
    decision: Decision
    rule: Rule
    code: str | None
    channel: str
    product_id: str | None
    inviter_id: str | None
    upline_before: str | None
    upline: str | None
    until: datetime | None
    is_sign_up: bool
    by: str | None
    reason: str | None


class AttributionsOut(Out):
    """A member's journal, last first."""

    items: list[AttributionOut]
    next: str | None
