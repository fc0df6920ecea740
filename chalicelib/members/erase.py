"""Take out of our tables whatever says who a member is (N4)."""

from chalicelib.kernel.dynamo import Write
from chalicelib.members import store
from chalicelib.members.rules import Member


def erase(member: Member) -> list[Write]:
    """Writes, never committed here: the row closed and emptied, every name to sign in by, the addresses.

    Place in the tree, dates and ids stay, since the books speak of them. The person may come again and is
    then somebody new. The commit raises ``MemberChanged`` when the member is no longer as given.
    """
    return [store.close(member), *store.drop_identities(member), store.drop_address_book(member.member_id)]
