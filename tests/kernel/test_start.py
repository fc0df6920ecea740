"""What a function needs is imported without the garbage collector (design.md section 9, cold start)."""

import gc

import pytest

from chalicelib.kernel.start import importing


def test_nothing_is_collected_while_it_imports_and_what_it_imported_is_left_out() -> None:
    before = gc.get_freeze_count()
    with importing():
        assert not gc.isenabled()
        kept = [[number] for number in range(1_000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)


def test_a_room_that_opens_within_a_start_does_not_end_the_pause() -> None:
    with importing():
        with importing():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()


def test_an_import_that_fails_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), importing():
        raise ImportError("no such room")
    assert gc.isenabled()
