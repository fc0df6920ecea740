"""Take one of a member's addresses away (M2)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import without_address


def remove_address(member_id: str, address_id: str) -> None:
    """Forget the address; orders keep their own copy. Raises ``AddressUnknown``, ``AddressesChanged``."""
    book, version = store.address_book(member_id)
    commit(store.put_address_book(member_id, without_address(book, address_id), version=version))
