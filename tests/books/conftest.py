"""The engine as the crash suite has it: quick answers, one shard to sweep."""

from tests.crash.conftest import _one_shard, _quick_answers

__all__ = ["_one_shard", "_quick_answers"]
