"""Request bodies described as tables; whoever breaks one is refused as WeChat refuses it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Complaint = tuple[str, str]
"""JSON pointer of the field and what is wrong with it."""

UNKNOWN_FIELD = "请求中含有未在API文档中定义的参数"


@dataclass(frozen=True)
class Rule:
    """Says what is wrong with a value (``None`` when nothing), and whether the field may be absent."""

    test: Callable[[Any, str], Complaint | None]
    is_required: bool = False

    @property
    def required(self) -> "Rule":
        """The same rule for a field that must be there."""
        return Rule(self.test, True)


def complaint_about(value: object, rule: Rule) -> Complaint | None:
    """The first thing wrong with a whole body."""
    return rule.test(value, "")


def text(minimum: int = 0, maximum: int = 1 << 20, pattern: str = "") -> Rule:
    """A string of so many characters, fully matching ``pattern`` when one is given."""
    expression = re.compile(pattern) if pattern else None

    def test(value: Any, at: str) -> Complaint | None:
        if not isinstance(value, str):
            return at, "输入源的值类型不正确，应为字符串"
        if not minimum <= len(value) <= maximum:
            return at, f"长度不在允许范围内，最少{minimum}个字符，最多{maximum}个字符"
        if expression is not None and not expression.fullmatch(value):
            return at, "字符串不匹配正则表达式"
        return None

    return Rule(test)


def integer(minimum: int, maximum: int = 1 << 53) -> Rule:
    """A whole JSON number in the range; ``true`` and ``"1"`` are not numbers."""

    def test(value: Any, at: str) -> Complaint | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return at, "输入源的值类型不正确，应为整数"
        if not minimum <= value <= maximum:
            return at, f"数值不在允许范围内，最小{minimum}，最大{maximum}"
        return None

    return Rule(test)


def boolean() -> Rule:
    """``true`` or ``false``, not their names."""
    return Rule(
        lambda value, at: None if isinstance(value, bool) else (at, "输入源的值类型不正确，应为布尔值")
    )


def one_of(*choices: object) -> Rule:
    """Exactly one of the listed values, of the same type."""

    def test(value: Any, at: str) -> Complaint | None:
        is_listed = any(value == choice and type(value) is type(choice) for choice in choices)
        return None if is_listed else (at, "枚举值不在允许范围内")

    return Rule(test)


def listing(item: Rule, minimum: int = 0, maximum: int = 1 << 20) -> Rule:
    """An array of so many items."""

    def test(value: Any, at: str) -> Complaint | None:
        if not isinstance(value, list):
            return at, "输入源的值类型不正确，应为数组"
        if not minimum <= len(value) <= maximum:
            return at, f"数组长度不在允许范围内，最少{minimum}，最多{maximum}"
        found = (item.test(entry, f"{at}/{index}") for index, entry in enumerate(value))
        return next((complaint for complaint in found if complaint), None)

    return Rule(test)


def record(table: Mapping[str, Rule]) -> Rule:
    """An object with these fields and no other; ``null`` counts as a wrong type."""

    def test(value: Any, at: str) -> Complaint | None:
        if not isinstance(value, dict):
            return at, "输入源的值类型不正确，应为对象"
        for name in value:
            if name not in table:
                return f"{at}/{name}", UNKNOWN_FIELD
        for name, rule in table.items():
            if name not in value:
                if rule.is_required:
                    return f"{at}/{name}", "必填字段缺失"
                continue
            complaint = rule.test(value[name], f"{at}/{name}")
            if complaint:
                return complaint
        return None

    return Rule(test)


def mapping(item: Rule, minimum: int = 1) -> Rule:
    """An object with freely chosen names, each value following ``item``."""

    def test(value: Any, at: str) -> Complaint | None:
        if not isinstance(value, dict) or len(value) < minimum:
            return at, "输入源的值类型不正确，应为对象"
        found = (item.test(entry, f"{at}/{name}") for name, entry in value.items())
        return next((complaint for complaint in found if complaint), None)

    return Rule(test)


ANYTHING_TEXT = text()
