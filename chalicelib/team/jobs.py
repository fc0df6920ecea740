"""What follows from members, orders, refunds and commissions: who is in whose team, and brought what.

All of it comes after the commit that made it so, and may come again: counts carry their marks, and a
listing is held to the uplines as they are.
"""

from chalicelib.commissions import store as commissions
from chalicelib.kernel.jobs import Change, Jobs
from chalicelib.members import store as members
from chalicelib.orders import store as orders
from chalicelib.orders.sale_events import refund_event, sale_events
from chalicelib.team.count_earned import count_earned
from chalicelib.team.count_team_sale import count_team_sale
from chalicelib.team.place_teammate import place_teammate

jobs = Jobs("team")


@jobs.follow("members")
def list_teammate(change: Change) -> None:
    """When a member's uplines change, the teams they left and the teams they came to."""
    if change.new is None:
        return
    before, after = members.images_of(change)
    old_path = before.path if before else ()
    if old_path != after.path:
        place_teammate(after.member_id, [*old_path, *after.path])


@jobs.follow("orders")
def count_order_for_team(change: Change) -> None:
    """A paid order counts for the uplines it froze; one that went back whole no longer does."""
    if change.new is None:
        return
    counted = sale_events(orders.order_of_image(change.old)) if change.old else ()
    for event in sale_events(orders.order_of_image(change.new)):
        if event not in counted:
            count_team_sale(event)


@jobs.follow("refunds")
def count_refund_for_team(change: Change) -> None:
    """What was refunded leaves the sum."""
    if change.new is None:
        return
    refund = orders.refund_of_image(change.new)
    before = orders.refund_of_image(change.old) if change.old else None
    if refund.status == "POSTED" and (before is None or before.status != "POSTED"):
        count_team_sale(refund_event(orders.load(refund.order_id), refund))


@jobs.follow("commissions")
def count_contribution(change: Change) -> None:
    """What a commission is worth, as it is credited, trimmed and taken back."""
    if change.new is None:
        return
    before = commissions.of_image(change.old) if change.old else None
    count_earned(change.id, before, commissions.of_image(change.new))
