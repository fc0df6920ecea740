"""What followers of a stream may count on (design §3, invariant 22)."""

from typing import Any

import pytest

from chalicelib.kernel.jobs import Change, deliver


def record(number: int) -> dict[str, Any]:
    image = {"id": {"S": str(number)}}
    return {"eventID": f"E{number}", "dynamodb": {"NewImage": image, "SequenceNumber": str(number)}}


def test_what_one_follower_could_not_take_comes_again_and_keeps_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Its record is named to Lambda, which delivers it again; the metric rings the alarm."""
    told: list[str] = []

    def fails_at_two(change: Change) -> None:
        if change.id == "E2":
            raise RuntimeError("not now")

    def listens(change: Change) -> None:
        told.append(change.id)

    failed = deliver("orders", [record(number) for number in (1, 2, 3)], [fails_at_two, listens])
    assert failed == ["2"]
    assert told == ["E1", "E2", "E3"]
    assert '"follower_failed": 1' in capsys.readouterr().out


def test_followers_see_what_was_and_what_is() -> None:
    seen: list[Change] = []
    gone = {"eventID": "E1", "dynamodb": {"OldImage": {"id": {"S": "1"}}, "SequenceNumber": "1"}}
    assert deliver("orders", [gone], [seen.append]) == []
    assert seen == [Change("orders", "E1", {"id": {"S": "1"}}, None)]
