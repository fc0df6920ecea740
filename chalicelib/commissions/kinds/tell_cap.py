"""Limits of caps in words, and what they may not be. Pure."""

from chalicelib.commissions.kinds.model import bad_rate
from chalicelib.kernel.money import percent, yuan


def tell_limit(bps: int | None, fen: int | None) -> str:
    """``实付的 30%`` or ``¥100.00`` or both."""
    parts = [f"实付的 {percent(bps)}"] if bps is not None else []
    parts += [yuan(fen)] if fen is not None else []
    return "且不超过 ".join(parts)


def check_limit(bps: int | None, fen: int | None) -> list[tuple[str, str, str]]:
    """A cap says at least one limit, and a possible one."""
    if bps is None and fen is None:
        return [("", "上限没有填写。", "请填比例或金额，或去掉这个上限。")]
    return bad_rate("bps", bps) if bps is not None else []
