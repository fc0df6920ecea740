"""What the words of a village are called in each of its copies; used in the engine's process and in ours."""

import re
from collections.abc import Callable
from typing import Any

Item = dict[str, Any]
Renew = Callable[[int], Any]
_WORD = re.compile(r"[0-9A-Za-z_-]+")


class Names:
    """What each word is called in each copy; see ``village_copies.Plan``."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self.copies: int = plan["copies"]
        self.tails = frozenset(plan["tails"])
        self.numbers = frozenset(plan["numbers"])
        self.lists: dict[str, list[str]] = plan["lists"]

    def renews(self, text: str) -> Callable[[int], str] | None:
        """Makes the text of a copy; nothing when it is the same in all."""
        whole = self._word(text)
        if whole:
            return whole
        parts: list[str | Callable[[int], str]] = []
        end = 0
        for found in _WORD.finditer(text):
            renewed = self._word(found[0])
            if renewed:
                parts += [text[end : found.start()], renewed]
                end = found.end()
        if not parts:
            return None
        parts.append(text[end:])
        return lambda copy: "".join(one if isinstance(one, str) else one(copy) for one in parts)

    def _word(self, word: str) -> Callable[[int], str] | None:
        if word in self.tails:
            return lambda copy: f"{word[:-5]}{copy:05d}"
        if word in self.numbers:
            return lambda copy: f"{word}{copy:04d}"
        found = self.lists.get(word)
        return None if found is None else lambda copy: found[copy - 1]


def renewal(names: Names, value: Any) -> Renew | None:
    """Makes the value of a copy, be it a text, a typed attribute or a nested one."""
    if isinstance(value, str):
        return names.renews(value)
    pairs = (
        list(value.items())
        if isinstance(value, dict)
        else list(enumerate(value))
        if isinstance(value, list)
        else []
    )
    changed = {key: made for key, one in pairs if (made := renewal(names, one)) is not None}
    keys = {key: made for key, _ in pairs if isinstance(key, str) and (made := names.renews(key)) is not None}
    if not changed and not keys:
        return None
    if isinstance(value, list):
        return lambda copy: [changed[at](copy) if at in changed else one for at, one in enumerate(value)]
    return lambda copy: {
        (keys[key](copy) if key in keys else key): (changed[key](copy) if key in changed else one)
        for key, one in value.items()
    }
