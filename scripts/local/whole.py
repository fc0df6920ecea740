"""Hold the rules of money whole: every branch of them is taken by their own tests, or this fails.

Only files that reach no table stand here, with the tests that prove them: it takes seconds, and what no
test of theirs reaches is not proved by a wide test happening to pass by.
"""

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Whole:
    """Files of which every branch is held, and the tests that hold them."""

    files: tuple[str, ...]
    tests: tuple[str, ...]


RULES = Whole(
    (
        "chalicelib/kernel/money.py",
        "chalicelib/adjustments/rules.py",
        "chalicelib/admin/rules.py",
        "chalicelib/agreements/rules.py",
        "chalicelib/catalog/rules.py",
        "chalicelib/content/rules.py",
        "chalicelib/distributors/rules.py",
        "chalicelib/distributors/application.py",
        "chalicelib/inventory/rules.py",
        "chalicelib/invites/rules.py",
        "chalicelib/jobs/rules.py",
        "chalicelib/members/rules.py",
        "chalicelib/orders/rules.py",
        "chalicelib/payments/rules.py",
        "chalicelib/privacy/rules.py",
        "chalicelib/reports/rules.py",
        "chalicelib/reports/day_figures.py",
        "chalicelib/service/rules.py",
        "chalicelib/wallet/rules.py",
        "chalicelib/withdrawals/rules.py",
        "chalicelib/commissions/rules.py",
        "chalicelib/commissions/kinds/*",
        "chalicelib/commissions/check_plan.py",
        "chalicelib/commissions/check_skus.py",
        "chalicelib/commissions/find_unreachable.py",
        "chalicelib/commissions/level_rules.py",
        "chalicelib/standing/rules.py",
        "chalicelib/marketing/rules.py",
        "chalicelib/wallet/points_for.py",
    ),
    (
        "tests/kernel/test_money.py",
        "tests/adjustments/test_rules.py",
        "tests/admin/test_rules.py",
        "tests/agreements/test_rules.py",
        "tests/catalog/test_rules.py",
        "tests/content/test_rules.py",
        "tests/distributors/test_rules.py",
        "tests/distributors/test_application.py",
        "tests/inventory/test_rules.py",
        "tests/invites/test_rules.py",
        "tests/jobs/test_rules.py",
        "tests/members/test_rules.py",
        "tests/orders/test_rules.py",
        "tests/payments/test_rules.py",
        "tests/privacy/test_rules.py",
        "tests/reports/test_rules.py",
        "tests/reports/test_day_figures.py",
        "tests/reports/test_rules_of_orders.py",
        "tests/service/test_rules.py",
        "tests/wallet/test_rules.py",
        "tests/withdrawals/test_rules.py",
        "tests/commissions/test_kinds.py",
        "tests/commissions/test_kinds_at_work.py",
        "tests/commissions/test_level_rules.py",
        "tests/commissions/test_unreachable.py",
        "tests/commissions/test_guards.py",
        "tests/commissions/test_templates.py",
        "tests/commissions/test_plans.py::TestCompliance",
        "tests/marketing/test_rules.py",
        "tests/standing/test_rules.py",
        "tests/wallet/test_check_in.py::TestRules",
    ),
)
HELD = (RULES,)


def main() -> None:
    """Run the tests under coverage; exit 1 when a branch was not taken, and say which."""
    for held in HELD:
        with tempfile.TemporaryDirectory() as folder:
            data = f"--data-file={Path(folder) / 'coverage'}"
            only = f"--include={','.join(held.files)}"
            _run("run", "--branch", data, only, "-m", "pytest", "-q", *held.tests)
            _run("report", data, "--show-missing", "--skip-covered", "--fail-under=100")


def _run(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "coverage", *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(done.stdout + done.stderr)
        sys.exit("FAIL every branch of the rules is taken by their own tests")


if __name__ == "__main__":
    main()
