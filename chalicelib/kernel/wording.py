"""What is wrong with a field, in words that a shopper understands."""

from typing import Any

_MESSAGES = {
    "missing": "请填写此项",
    "extra_forbidden": "不支持的内容",
    "string_too_short": "至少 {min_length} 个字",
    "string_too_long": "最多 {max_length} 个字",
    "string_pattern_mismatch": "格式不对",
    "string_type": "应为文字",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_from_float": "应为整数",
    "bool_type": "应为是或否",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "不能小于 {ge}",
    "less_than": "应小于 {lt}",
    "less_than_equal": "不能大于 {le}",
    "too_short": "至少 {min_length} 项",
    "too_long": "最多 {max_length} 项",
    "literal_error": "不在可选范围内",
    "enum": "不在可选范围内",
    "list_type": "应为列表",
    "datetime_parsing": "时间格式不对",
    "date_parsing": "日期格式不对",
}


def field_message(problem: dict[str, Any]) -> str:
    """The sentence for one of pydantic's errors; a validator's own Chinese text is kept."""
    if problem["type"] == "value_error":
        return str(problem["ctx"]["error"])
    text = _MESSAGES.get(problem["type"], "填写有误")
    return text.format(**problem.get("ctx", {}))
