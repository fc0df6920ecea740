"""Tell a member what happened: into the inbox once, and as a subscribe message where one is set (N2)."""

from collections.abc import Mapping
from contextlib import suppress

from chalicelib.content import store
from chalicelib.content.rules import KINDS, Notice, SubscribeMessages, Template, text_of, values_of
from chalicelib.kernel import clock, ids, log, settings
from chalicelib.kernel.dynamo import ConditionFailed, commit
from chalicelib.wechat.messages import send_subscribe
from chalicelib.wechat.transport import WeChatUnavailable


def notify(
    event_id: str, member_id: str, kind: str, facts: Mapping[str, str], *, openid: str | None, page: str = ""
) -> None:
    """Put the notice of this event into the member's inbox, once, and send it as a message if set so.

    ``facts`` fill the sentences of ``rules.KINDS[kind]``; those not given leave their sentence out.
    ``openid`` is the member's in the mini-program, ``page`` where the notice leads. What WeChat
    refuses or cannot do is noted and logged, never raised: a notice harms no business. Raises
    ``KeyError`` on a kind that does not exist.
    """
    template = settings.read(SubscribeMessages).of(kind) if openid else None
    notice = _kept(_made(event_id, member_id, kind, facts, page=page, is_sent=template is not None))
    if template is not None and openid is not None and notice.message == "WAITING":
        _send(notice, template, facts, openid)


def _made(
    event_id: str, member_id: str, kind: str, facts: Mapping[str, str], *, page: str, is_sent: bool
) -> Notice:
    return Notice(
        member_id=member_id,
        notice_id=ids.derived_id("NO", event_id, kind),
        kind=kind,
        title=KINDS[kind].title,
        text=text_of(kind, facts),
        page=page,
        made_at=clock.now(),
        read_at=None,
        message="WAITING" if is_sent else "NONE",
    )


def _kept(notice: Notice) -> Notice:
    """The notice as it stands in the inbox: this one, or the one of an earlier delivery."""
    try:
        commit(store.put_notice(notice))
    except ConditionFailed:
        return store.find_notice(notice.member_id, notice.notice_id) or notice
    return notice


def _send(notice: Notice, template: Template, facts: Mapping[str, str], openid: str) -> None:
    time = f"{notice.made_at.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"
    values = values_of(template, facts, title=notice.title, time=time)
    try:
        was_taken = send_subscribe(openid, template.template_id, notice.page, values)
    except WeChatUnavailable as problem:
        log.warning("message_not_sent", kind=notice.kind, notice_id=notice.notice_id, reason=str(problem))
        log.count("message_not_sent", kind=notice.kind)
        return  # it stays WAITING, and the inbox has the notice
    except ValueError as problem:
        log.error("message_template_does_not_fit", problem, kind=notice.kind)
        was_taken = False
    commit(store.mark_message(notice, "SENT" if was_taken else "REFUSED"))
    _count_down(notice, was_taken=was_taken)


def _count_down(notice: Notice, *, was_taken: bool) -> None:
    # nothing to count when it was accepted elsewhere than through us; the number is a hint only
    with suppress(ConditionFailed):
        commit(store.used_up(notice.member_id, notice.kind, all_of_them=not was_taken))
