"""Add or change one of a member's addresses (M2)."""

from chalicelib.kernel.dynamo import commit
from chalicelib.members import store
from chalicelib.members.rules import Address, AddressUnknown, with_address


def save_address(member_id: str, address: Address, *, is_new: bool) -> Address:
    """Keep the address in the member's own book and return it as kept.

    Raises ``TooManyAddresses``, ``AddressesChanged``, and ``AddressUnknown`` when one that is not
    new is not there.
    """
    book, version = store.address_book(member_id)
    if not is_new and all(one.address_id != address.address_id for one in book):
        raise AddressUnknown()
    changed = with_address(book, address)
    commit(store.put_address_book(member_id, changed, version=version))
    return next(one for one in changed if one.address_id == address.address_id)
