"""Hold the laws of the house: ruff (format and lint), mypy --strict, import-linter, tidy tests, templates."""

import json
import subprocess
import sys
from pathlib import Path

from scripts.local import fronts

BIN = Path(sys.executable).parent
LAWS = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet", "."]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet", "."]),
    ("types", [str(BIN / "mypy")]),
    ("floors", [str(BIN / "lint-imports"), "--no-cache"]),
    ("tidy", [sys.executable, "-m", "pytest", "-q", "tests/test_tidy.py", "tests/test_tables.py"]),
    ("templates", [sys.executable, "-m", "scripts.local.templates"]),
)
CONTRACT = Path(__file__).resolve().parents[2] / "openapi.json"
PLAN_SCHEMA = CONTRACT.parent / "docs" / "schemas" / "plan.json"
ORDERS_SCHEMA = PLAN_SCHEMA.with_name("orders.json")


def main() -> None:
    """Run every law; exit 1 when one is broken. ``--fix`` formats and mends what ruff can."""
    if "--help" in sys.argv:
        print(__doc__)
        print("  scripts/check        hold the laws")
        print("  scripts/check --fix  format, mend, and write openapi.json first")
        return
    if "--fix" in sys.argv:
        subprocess.run([str(BIN / "ruff"), "check", "--fix", "--quiet", "."], check=False)
        subprocess.run([str(BIN / "ruff"), "format", "--quiet", "."], check=False)
        write_contract()
    broken = []
    for name, command in (*LAWS, *_front_laws()):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name}", flush=True)
        if done.returncode != 0:
            print(done.stdout + done.stderr)
            broken.append(name)
    if broken:
        sys.exit(f"broken: {', '.join(broken)}")


def _front_laws() -> list[tuple[str, list[str]]]:
    """vue-tsc and eslint of each front end, its types made from the contract first."""
    return [
        (front.name, ["npm", "run", "--silent", "--prefix", str(front.folder), script])
        for front in fronts.FRONTS
        for script in ("types", "check")
    ]


def write_contract() -> None:
    """Write the contract and the schema of plans beside the code; both front ends take types from it."""
    import app  # noqa: F401
    from chalicelib import front_door
    from chalicelib.commissions.past_order import Orders
    from chalicelib.commissions.schemas import PlanIn
    from chalicelib.kernel import openapi

    contract = openapi.document(front_door.all_doors())
    plan = json.dumps(PlanIn.model_json_schema(), ensure_ascii=False, indent=1)
    PLAN_SCHEMA.write_text(plan + "\n", encoding="utf-8")
    orders = json.dumps(Orders.json_schema(), ensure_ascii=False, indent=1)
    ORDERS_SCHEMA.write_text(orders + "\n", encoding="utf-8")
    CONTRACT.write_text(json.dumps(contract, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
