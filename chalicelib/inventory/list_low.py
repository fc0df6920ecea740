"""Put a SKU on the low-stock list, or take it off (S2)."""

from chalicelib.inventory import rules, store
from chalicelib.inventory.rules import Stock
from chalicelib.kernel.dynamo import commit


def list_low(stock: Stock, *, is_listed: bool) -> None:
    """Let the list say what the stock says, as both were read together.

    Raises ``StockMoved`` when the stock moved since; nothing is written then.
    """
    if stock.version == 0 or rules.is_low(stock) == is_listed:
        return
    commit(store.unmark_low(stock) if is_listed else store.mark_low(stock))
