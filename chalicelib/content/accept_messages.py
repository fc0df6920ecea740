"""Remember which subscribe messages a member has just accepted."""

from chalicelib.content import store
from chalicelib.content.rules import SubscribeMessages
from chalicelib.kernel import settings
from chalicelib.kernel.dynamo import commit


def accept_messages(member_id: str, kinds: list[str]) -> None:
    """Count one more message for each kind that has a template; others are passed over.

    A hint for when to ask again; WeChat alone knows what may be sent (wechat.md §3.5).
    """
    known = settings.read(SubscribeMessages)
    commit(store.accept(member_id, kind) for kind in dict.fromkeys(kinds) if known.of(kind))
