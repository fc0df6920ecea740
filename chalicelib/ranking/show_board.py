"""A month's board as one distributor may see it (D6)."""

from chalicelib.kernel.clock import now
from chalicelib.kernel.money import yuan
from chalicelib.members import store as members
from chalicelib.members.rules import masked
from chalicelib.ranking import store
from chalicelib.ranking.rules import Board, BoardKind, Line, place_of, to_board
from chalicelib.ranking.schemas import BoardOut, OwnPlaceOut, PlaceOut
from chalicelib.standing import store as standing
from chalicelib.standing.period_of import period_named, period_of

_HIDDEN = "已隐藏"


def show_board(member_id: str, kind: BoardKind, month: str | None) -> BoardOut:
    """Masked names in order, without others' figures, and the own place.

    Who left, or is kept out, is hidden at once, before the next folding. Raises ``PeriodUnknown``.
    """
    asked = period_named(month) if month else period_of("MONTH", now())
    board = store.find_board(asked.period_id)
    lines = board.lines(kind) if board else ()
    is_in = store.is_in(member_id)
    return BoardOut(
        month=asked.period_id,
        kind=kind,
        as_of=board.as_of if board else None,
        is_in=is_in,
        mine=_own(member_id, kind, board, asked.period_id, is_in=is_in),
        items=_shown(member_id, lines),
    )


def _shown(member_id: str, lines: tuple[Line, ...]) -> list[PlaceOut]:
    listed = [line.member_id for line in lines]
    seen, people = store.who_is_in(listed), members.load_many(listed)
    return [
        PlaceOut(
            place=place_of(lines, line.figure),
            name=masked(people[line.member_id].nickname)
            if line.member_id in seen and line.member_id in people and people[line.member_id].is_active
            else _HIDDEN,
            is_me=line.member_id == member_id and line.member_id in seen,
        )
        for line in lines
    ]


def _own(member_id: str, kind: BoardKind, board: Board | None, month: str, *, is_in: bool) -> OwnPlaceOut:
    metrics = standing.metrics(member_id, month)
    figure = max(0, metrics.own_sales_fen if kind == "SALES" else metrics.direct_buyers)
    lines = board.lines(kind) if board else ()
    mine = next((line for line in lines if line.member_id == member_id), None)
    place = place_of(lines, mine.figure) if is_in and mine else None
    return OwnPlaceOut(place=place, figure=figure, says=_says(kind, lines, figure, place=place, is_in=is_in))


def _says(kind: BoardKind, lines: tuple[Line, ...], figure: int, *, place: int | None, is_in: bool) -> str:
    if not is_in:
        return "您没有参加排行，别人看不到您；打开后从下一次更新起上榜。"
    if place is not None:
        return f"您现在排第 {place} 名。"
    missing = to_board(lines, figure)
    if missing == 0:
        return "下一次更新后您就会上榜。"
    return f"距离上榜还差 {yuan(missing) if kind == 'SALES' else f'{missing} 位下单的好友'}。"
