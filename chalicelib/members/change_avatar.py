"""Let a member choose a picture (M2). WeChat gives a temporary file, so it is uploaded to us."""

from chalicelib.kernel import ids, limits
from chalicelib.kernel.config import config
from chalicelib.kernel.crypto import fingerprint
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.limits import Limit
from chalicelib.members import store
from chalicelib.members.rules import Member, picture_type

_PER_MEMBER = Limit("avatar", times=10, minutes=60)


def change_avatar(member_id: str, picture: bytes) -> Member:
    """Keep the picture and show it from now on. Raises ``NotAPicture``."""
    content_type = picture_type(picture)
    limits.take((_PER_MEMBER, member_id))
    avatar_id = ids.derived_id("AV", member_id, fingerprint(picture.hex()))
    store.keep_avatar(avatar_id, picture, content_type)
    commit(store.set_avatar(member_id, f"{config().public_url}/shop/avatars/{avatar_id}"))
    return store.load(member_id)
