"""Members' doors: scans and codes; and WeChat's door for the official account."""

from typing import Any

from chalicelib.agreements.rules import AgreementOpen
from chalicelib.agreements.sign_agreement import demand_signed
from chalicelib.invites import rules, store
from chalicelib.invites.draw import draw
from chalicelib.invites.enter import inviter
from chalicelib.invites.make_code import make_code
from chalicelib.invites.record_scan import record_scan
from chalicelib.invites.revoke_code import revoke_code
from chalicelib.invites.rules import Attribution
from chalicelib.invites.schemas import (
    CodeIn,
    CodeOut,
    CodesOut,
    InviteOut,
    InviterOut,
    PictureAsked,
    ScanIn,
    ScanOut,
)
from chalicelib.invites.tell import tell, tell_follower
from chalicelib.kernel import log
from chalicelib.kernel.auth import anyone, member, wechat
from chalicelib.kernel.clock import now
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import Write
from chalicelib.kernel.errors import Invalid
from chalicelib.kernel.http import Ask, Doors, Paging, Reply
from chalicelib.kernel.limits import Limit, TooOften, take
from chalicelib.members import store as members
from chalicelib.members.rules import Member, MemberBlocked, MemberClosed, MemberUnknown
from chalicelib.members.sign_in import sign_in
from chalicelib.wechat import official_account
from chalicelib.wechat.login import Identity
from chalicelib.wechat.official_account import BadMessage, Message
from chalicelib.wechat.transport import WeChatRefused, WeChatUnavailable

shop = Doors("/shop")
distributor = Doors("/distributor")
street = Doors("/wechat")
_SCANS = Limit("scan", times=60, minutes=10)
"""Of one member: each writes a row of evidence and walks up the inviters (trust A6.4)."""
_PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@shop.post(
    "/scans",
    who=member,
    body=ScanIn,
    returns=ScanOut,
    errors=(MemberUnknown, rules.RelationMoved, TooOften),
)
def scan_code(ask: Ask[ScanIn]) -> ScanOut:
    """Report a scanned code or an opened invite link; the same scan again gives the same answer."""
    given = ask.body.code or rules.code_of_scene(ask.body.scene or "")
    if not given:
        raise Invalid("请提供邀请码。", fields={"code": "请提供邀请码"})
    take((_SCANS, ask.who.id))
    row = record_scan(ask.who.id, given, source=ask.body.source)
    who = members.find(row.inviter_id) if row.inviter_id else None
    return ScanOut(
        decision=row.decision,
        rule=row.rule,
        says=tell(row, who.nickname if who else ""),
        until=row.until,
        product_id=row.product_id,
        inviter=_inviter(who) if who else None,
    )


@shop.get("/invites/{code}", who=anyone, returns=InviteOut, errors=(rules.CodeUnknown,))
def read_invite(ask: Ask[Any]) -> InviteOut:
    """Who invites by this code, and to which product."""
    invite = store.find_code(ask.path["code"])
    owner = members.find(invite.owner_id) if invite else None
    if invite is None or owner is None or owner.status != "ACTIVE":
        raise rules.CodeUnknown()
    is_good = invite.state(now()) == "GOOD"
    return InviteOut(code=invite.code, is_good=is_good, product_id=invite.product_id, inviter=_inviter(owner))


@distributor.get("/codes", who=inviter, query=Paging, returns=CodesOut, errors=(rules.MayNotInvite,))
def list_codes(ask: Ask[Any]) -> CodesOut:
    """My codes; the personal one is made when it is first needed."""
    personal = make_code(ask.who.id)
    found = store.codes_of(ask.who.id, limit=ask.query.limit, cursor=ask.query.next)
    stats = store.stats_of({personal.code, *(invite.code for invite in found.items)})
    return CodesOut(
        personal=CodeOut.of(personal, stats[personal.code], at=now()),
        items=[CodeOut.of(invite, stats[invite.code], at=now()) for invite in found.items],
        next=found.next,
    )


@distributor.post(
    "/codes",
    who=inviter,
    body=CodeIn,
    returns=CodeOut,
    errors=(rules.MayNotInvite, rules.TooManyCodes, rules.CodeTaken, AgreementOpen),
)
def add_code(ask: Ask[CodeIn]) -> CodeOut:
    """My code for a channel, a product or both; made if there is no living one."""
    given = ask.body
    demand_signed(ask.who.id)
    invite = make_code(
        ask.who.id,
        channel=given.channel.strip(),
        product_id=given.product_id,
        valid_days=given.valid_days,
    )
    return CodeOut.of(invite, store.stats_of([invite.code])[invite.code], at=now())


@distributor.delete("/codes/{code}", who=inviter, status=204, errors=(rules.CodeUnknown,))
def delete_code(ask: Ask[Any]) -> None:
    """Revoke one of my codes; who came by it stays."""
    revoke_code(ask.who.id, ask.path["code"])


@distributor.get(
    "/codes/{code}/picture",
    who=inviter,
    query=PictureAsked,
    returns=bytes,
    produces="image/png",
    errors=(rules.CodeUnknown, rules.CodeNotUsable, rules.MiniCodeUnavailable, TooOften),
)
def read_picture(ask: Ask[Any]) -> Reply:
    """The picture of one of my codes, PNG or JPEG."""
    picture = draw(ask.who.id, ask.path["code"], ask.query.kind)
    headers = {"Content-Type": picture.content_type, "Cache-Control": "private, max-age=86400"}
    return Reply(picture.content, headers=headers)


@street.get("/official-account", who=wechat, returns=str, produces="text/plain", errors=(BadMessage,))
def prove_address(ask: Ask[Any]) -> Reply:
    """WeChat checks that this address is ours."""
    return Reply(official_account.echo(ask.raw_query), headers=_PLAIN)


@street.post(
    "/official-account",
    who=wechat,
    returns=str,
    produces="application/xml",
    content_types=("text/xml", "application/xml", "application/json"),
    errors=(BadMessage, WeChatUnavailable),
)
def receive_push(ask: Ask[Any]) -> Reply:
    """A push of the official account: following or scanning through a code of ours binds (I4)."""
    message = official_account.open_message(ask.raw_query, ask.raw_body)
    text = _reply_to(message)
    if text is None:
        return Reply("success", headers=_PLAIN)
    sealed = official_account.seal_reply(official_account.text_reply(message, text))
    return Reply(sealed.decode(), headers={"Content-Type": "application/xml; charset=utf-8"})


def _reply_to(message: Message) -> str | None:
    """The text to answer with; ``None`` for pushes that need no answer, known to us or not."""
    if message.appid != config().oa_appid or message.event not in ("subscribe", "SCAN"):
        return None
    if not message.scene:
        return tell_follower(None, "", config().h5_url, None)
    given = store.answer_given(message.id)
    if given is not None:
        return given
    try:
        return _bound_by(message)
    except rules.AnsweredBefore:
        return store.answer_given(message.id)


def _bound_by(message: Message) -> str:
    """Sign the follower in, bind, and keep the answer in the transaction of the decision."""
    try:
        found = sign_in(Identity(message.appid, message.openid, _unionid(message.openid)))
    except (MemberBlocked, MemberClosed) as refusal:
        return refusal.detail
    code = rules.code_of_scene(message.scene)
    invite = store.find_code(code)
    inviter = members.find(invite.owner_id) if invite else None

    def text(row: Attribution) -> str:
        name = inviter.nickname if inviter else ""
        return tell_follower(row, name, config().h5_url, invite)

    def keep_answer(row: Attribution) -> list[Write]:
        return [store.put_answer(message.id, text(row), rules.AnsweredBefore)]

    row = record_scan(found.member.member_id, code, source="OFFICIAL_ACCOUNT", riders=keep_answer)
    return text(row)


def _unionid(openid: str) -> str | None:
    """The unionid where the account may read it; without one the follower is a member all the same."""
    try:
        return official_account.user_unionid(openid)
    except WeChatRefused as refused:
        log.warning("unionid_not_readable", errcode=refused.errcode)
        return None


def _inviter(who: Member) -> InviterOut:
    return InviterOut(nickname=who.nickname, avatar_url=who.avatar_url)
