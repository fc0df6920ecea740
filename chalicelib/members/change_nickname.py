"""Let a member choose the name others see (M2, N4)."""

from chalicelib.kernel import limits
from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.members import store
from chalicelib.members.rules import (
    Member,
    NicknameNeedsMiniProgram,
    NicknameNotChecked,
    NicknameNotFine,
    cleaned_nickname,
)
from chalicelib.wechat.messages import text_is_fine
from chalicelib.wechat.transport import WeChatUnavailable

_PER_MEMBER = Limit("nickname", times=10, minutes=60)


def change_nickname(member_id: str, text: str) -> Member:
    """Set the nickname once WeChat finds it fine; nothing unjudged is ever shown.

    Raises ``NicknameNotFine``, ``NicknameNotChecked`` while WeChat is out of reach, and
    ``NicknameNeedsMiniProgram`` for members whom WeChat does not know there.
    """
    member = store.load(member_id)
    nickname = cleaned_nickname(text)
    openid = member.openids.get(config().mp_appid)
    if openid is None:
        raise NicknameNeedsMiniProgram()
    limits.take((_PER_MEMBER, member_id))
    try:
        verdict = text_is_fine(openid, nickname, scene=1)
    except WeChatUnavailable:
        raise NicknameNotChecked() from None
    if verdict != "pass":
        raise NicknameNotFine()
    commit(store.set_nickname(member_id, nickname))
    return store.load(member_id)
