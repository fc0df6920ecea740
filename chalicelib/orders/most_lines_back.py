"""How many lines one refund of an order may name, so that it always is one transaction (O4). Pure."""

from chalicelib.commissions.commissions_of import MAX_THINGS
from chalicelib.kernel.dynamo import MAX_ITEMS
from chalicelib.orders.rules import MAX_LINES, Order

_OTHERS = 6
"""Order, refund, two entries, coupon, and the lot of the points that come back."""


def most_lines_back(order: Order) -> int:
    """At least one. Each line takes two items, of its stock; each commission one, and its payee's wallet.

    By the terms the order froze, as if every payee earned by every rule in every form, so that the money
    which WeChat has given back can always be booked.
    """
    payees = [one for one in order.terms.payees if one.excluded is None]
    forms = [form.form for one in payees for form in one.forms] + ["CASH" for one in payees if not one.forms]
    gifts, has_things = forms.count("GIFT"), "GIFT" in forms or "COUPON" in forms
    people = {order.buyer_id, *(one.member_id for one in payees)}
    taken = len(forms) + gifts + (MAX_THINGS if has_things else 0) + 2 * len(people) + _OTHERS
    return max(1, min(MAX_LINES, (MAX_ITEMS - taken) // 2))
