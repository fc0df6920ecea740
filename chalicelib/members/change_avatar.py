"""Let a member show a picture it has uploaded (M2)."""

from chalicelib.kernel.config import config
from chalicelib.kernel.dynamo import commit
from chalicelib.kernel.uploads import demand_pictures
from chalicelib.members import store
from chalicelib.members.rules import Member, demand_own_avatar


def change_avatar(member_id: str, avatar_url: str) -> Member:
    """Show this picture from now on. Raises ``NotYourPicture`` for any but one of the member's uploads,
    ``Invalid`` for what is no picture.
    """
    demand_own_avatar(config().public_url, member_id, avatar_url)
    demand_pictures([avatar_url.removeprefix(f"{config().public_url}/")], field="avatar_url")
    commit(store.set_avatar(member_id, avatar_url))
    return store.load(member_id)
