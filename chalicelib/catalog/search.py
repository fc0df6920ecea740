"""Find products by words (搜索; P1): every word must be in the title or subtitle, newest first."""

from collections import deque
from collections.abc import Sequence

from chalicelib.catalog import store
from chalicelib.catalog.rules import Card
from chalicelib.catalog.words import Term, terms
from chalicelib.kernel import crypto
from chalicelib.kernel.paging import MAX_PAGE, BadCursor, Page

_BLOCK = 50
_MAX_READS = 60
"""After so many queries in one request the page ends early with a cursor, whatever was found."""
_MAX_OPEN = 500
"""A single letter begins many words; no more of their entries are looked at."""
_LAST = "~"
"""Sorts after every letter of an id: below ``id~`` means at or below the id."""


def search(query: str, *, limit: int, cursor: str | None = None, only_on_shelf: bool = True) -> Page[Card]:
    """Products with every word of the query. Raises ``BadCursor``.

    Nothing is scanned: each word's list lies in the order of product ids, and the lists leap over each
    other to the ids they share. A page may hold fewer than ``limit`` while ``next`` still goes on.
    """
    purpose = f"search:{query}"
    below: str | None = _opened(cursor, purpose)
    lists = [_List(term) for term in terms(query)]
    limit = max(1, min(limit, MAX_PAGE))
    found: list[Card] = []
    while lists and below is not None and len(found) < limit and not _are_spent(lists):
        shared, below = _shared(lists, below, limit - len(found))
        known = store.cards(shared)
        cards = [known[one] for one in shared if one in known]
        found += [card for card in cards if card.is_on_shelf or not only_on_shelf]
    if not lists or below is None:
        return Page(found)
    return Page(found, crypto.sign(below.encode(), purpose=purpose))


def _shared(lists: Sequence["_List"], below: str, count: int) -> tuple[list[str], str | None]:
    """Up to ``count`` ids that all lists share, and below what to go on; ``None`` at the end.

    A shared id is never above the lowest of the lists' heads, so everything above it is leapt over.
    """
    shared: list[str] = []
    while len(shared) < count and not _are_spent(lists):
        heads = [head for one in lists if (head := one.first_below(below)) is not None]
        if len(heads) < len(lists):
            return shared, None
        if min(heads) == max(heads):
            below = heads[0]
            shared.append(below)
        else:
            below = min(heads) + _LAST
    return shared, below


class _List:
    """The ids of the products with one word, highest first, read block by block as needed."""

    def __init__(self, term: Term) -> None:
        self.reads = 0
        self._word = term.word
        self._is_all_read = term.is_open
        ids = store.products_with_words_like(term.word, limit=_MAX_OPEN) if term.is_open else []
        self._ids = deque(ids)

    def first_below(self, bound: str) -> str | None:
        """The highest id below ``bound``; bounds only go down."""
        while self._ids and self._ids[0] >= bound:
            self._ids.popleft()
        if not self._ids and not self._is_all_read:
            self._ids.extend(store.products_with(self._word, below=bound, limit=_BLOCK))
            self._is_all_read = not self._ids
            self.reads += 1
        return self._ids[0] if self._ids else None


def _are_spent(lists: Sequence[_List]) -> bool:
    return sum(one.reads for one in lists) >= _MAX_READS


def _opened(cursor: str | None, purpose: str) -> str:
    if not cursor:
        return _LAST
    raw = crypto.open_signed(cursor, purpose=purpose)
    if raw is None:
        raise BadCursor()
    return raw.decode()
