"""A review is written, judged, answered and erased wherever the process dies (P1, M2)."""

from chalicelib.orders.receive import receive
from chalicelib.service import store
from chalicelib.service.erase_reviews import erase_reviews
from chalicelib.service.judge_review import judge_review
from chalicelib.service.recount_reviews import recount_reviews
from chalicelib.service.reply_review import reply_review
from chalicelib.service.write_review import Said, write_review
from tests.crash.harness import is_whole, kills, survives
from tests.crash.street import Street
from tests.orders.shop import Shop
from tests.support.world import Clock


def review(shop: Shop, line_no: int = 1) -> str:
    order = receive(shop.shipped(shop.paid(key=f"order-{line_no}")))
    return write_review(shop.c, order.order_id, Said(line_no, 5, "", ())).review_id


@kills(write_review)
def test_writing(shop: Shop, peer: Street, world: Clock) -> None:
    """Tapped again after a death: one review of the line."""
    order = receive(shop.shipped(shop.paid()))
    survives(
        peer, world, lambda: write_review(shop.c, order.order_id, Said(1, 5, "很好喝", ())), money_commits=0
    )


@kills(judge_review)
def test_taking_down(shop: Shop, peer: Street, world: Clock) -> None:
    review_id = review(shop)
    is_whole(peer, world, lambda: judge_review(review_id, "HIDDEN", reason="含有电话号码"))


@kills(reply_review)
def test_answering(shop: Shop, peer: Street, world: Clock) -> None:
    review_id = review(shop)
    is_whole(peer, world, lambda: reply_review(review_id, "谢谢您"))


@kills(erase_reviews)
def test_erasing(shop: Shop, peer: Street, world: Clock) -> None:
    """Some are gone, the rest the next time."""
    ids = [review(shop, line_no) for line_no in (1, 2)]
    survives(peer, world, lambda: erase_reviews(shop.c), money_commits=0)
    assert [store.load(one).state for one in ids] == ["GONE", "GONE"]


@kills(recount_reviews)
def test_counting_again(shop: Shop, peer: Street, world: Clock) -> None:
    review(shop)
    drift = recount_reviews(shop.tea.product_id)
    survives(peer, world, lambda: recount_reviews(shop.tea.product_id, drift), money_commits=0)
    assert store.sums(shop.tea.product_id).count == 1
