"""The list of guards fits the code as it is; that tests notice each is shown by ``scripts/guards``."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from tests.guards import GUARDS
from tests.guards.guard import Guard

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.rule)
def test_it_stands_in_the_code_once(guard: Guard) -> None:
    code = (ROOT / guard.file).read_text(encoding="utf-8")
    assert code.count(guard.text) == 1, guard.text
    ast.parse(code.replace(guard.text, guard.without))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.rule)
def test_the_tests_that_notice_are_there(guard: Guard) -> None:
    for test in guard.noticed_by:
        file, _, name = test.partition("::")
        function = name.rpartition("::")[2].partition("[")[0]
        assert f"def {function}(" in (ROOT / file).read_text(encoding="utf-8"), test


def test_every_rule_is_listed_once() -> None:
    assert [rule for rule, times in Counter(guard.rule for guard in GUARDS).items() if times > 1] == []
