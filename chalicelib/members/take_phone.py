"""Learn a member's phone number from WeChat's phone button (M2)."""

from chalicelib.kernel import limits
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.members import store
from chalicelib.members.rules import Member
from chalicelib.wechat.login import phone_of_code

_PER_MEMBER = Limit("phone", times=5, minutes=24 * 60)
"""Each number that WeChat tells costs the shop money (wechat.md §3.1)."""


def take_phone(member_id: str, code: str) -> Member:
    """Keep the number of this code, sealed. Raises what ``wechat.login.phone_of_code`` raises."""
    limits.take((_PER_MEMBER, member_id))
    commit(store.set_phone(member_id, phone_of_code(code)))
    return store.load(member_id)
