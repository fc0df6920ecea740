"""Cut a text into the words that search finds it by: pairs of Chinese letters, and Latin words (P1). Pure."""

import re
import unicodedata
from dataclasses import dataclass

MAX_WORDS = 44
"""A change of title takes old words away and puts new ones in one transaction of at most 100 items."""
MAX_TERMS = 6
_MAX_LETTERS = 24
_RUN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]+|[a-z]+|[0-9]+")


@dataclass(frozen=True)
class Term:
    """One word to look for; an open one stands for every word that begins with it."""

    word: str
    is_open: bool = False


def words(*texts: str) -> tuple[str, ...]:
    """The first ``MAX_WORDS`` different words of the texts.

    Chinese is cut into overlapping pairs, and its last letter stands alone too, so that each single
    letter begins some word and can be looked for.
    """
    found: dict[str, None] = {}
    for run in _runs(*texts):
        if _is_latin(run):
            found[run[:_MAX_LETTERS]] = None
        else:
            found.update(dict.fromkeys([*_pairs(run), run[-1]]))
    return tuple(found)[:MAX_WORDS]


def terms(query: str) -> tuple[Term, ...]:
    """What must all be found for the query; a single Chinese letter finds every word it begins."""
    found: dict[Term, None] = {}
    for run in _runs(query):
        if _is_latin(run):
            found[Term(run[:_MAX_LETTERS])] = None
        elif len(run) == 1:
            found[Term(run, is_open=True)] = None
        else:
            found.update(dict.fromkeys(Term(pair) for pair in _pairs(run)))
    return tuple(found)[:MAX_TERMS]


def head(word: str) -> str:
    """The key under which the index keeps a word: a Chinese word's first letter, a Latin word's first two."""
    return word[:2] if _is_latin(word) else word[:1]


def _runs(*texts: str) -> list[str]:
    return [run for text in texts for run in _RUN.findall(unicodedata.normalize("NFKC", text).casefold())]


def _pairs(run: str) -> list[str]:
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _is_latin(run: str) -> bool:
    return run.isascii()
