"""The laws of the house that no linter knows (style B5, trust A5.8). A wound becomes a law here."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ROOT / "chalicelib"
NOUNS = {"models", "store", "rules", "schemas", "routes", "console", "jobs", "forms"}
"""``forms`` is the port of decision 6."""
DOORS = {"routes", "console", "jobs"}


@functools.cache
def tracked() -> tuple[Path, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return tuple(ROOT / name for name in listed if (ROOT / name).is_file())


def sources(*tops: str) -> list[Path]:
    return [
        file
        for file in tracked()
        if file.suffix == ".py"
        and file.relative_to(ROOT).parts[0] in (tops or ("chalicelib", "scripts", "tests"))
    ]


@functools.cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def functions(file: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def imports(file: Path) -> Iterator[str]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def calls(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree(file)):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def none(breaches: list[Any]) -> None:
    assert not breaches, "\n".join(map(str, breaches))


def test_no_file_is_over_400_lines() -> None:
    kinds = {".py", ".ts", ".vue", ".js", ".mjs", ".css"}
    code = [file for file in tracked() if file.suffix in kinds and not file.name.endswith(".d.ts")]
    none([name_of(file) for file in code if len(file.read_text(encoding="utf-8").splitlines()) > 400])


def test_no_function_is_over_50_lines() -> None:
    none(
        [
            f"{name_of(file)}:{one.lineno} {one.name}"
            for file in sources()
            for one in functions(file)
            if (one.end_lineno or 0) - one.lineno + 1 > 50
        ]
    )


def test_at_most_four_positional_parameters() -> None:
    def positional(one: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        named = [argument.arg for argument in one.args.posonlyargs + one.args.args]
        return len([name for name in named if name not in ("self", "cls")])

    none(
        [
            f"{name_of(file)}:{one.lineno} {one.name}"
            for file in sources("chalicelib", "scripts")
            for one in functions(file)
            if positional(one) > 4
        ]
    )


def test_the_front_of_the_house_is_small() -> None:
    assert len((ROOT / "app.py").read_text().splitlines()) <= 25


def test_public_functions_of_the_product_say_what_they_promise() -> None:
    none(
        [
            f"{name_of(file)}:{node.lineno} {node.name}"
            for file in sources("chalicelib")
            for node in tree(file).body
            if isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and ast.get_docstring(node) is None
            and not (isinstance(node, ast.ClassDef) and _is_error_or_row(node))
        ]
    )


def _is_error_or_row(node: ast.ClassDef) -> bool:
    """Errors say it in their Chinese title and detail, rows and schemas in their fields."""
    assigned = {ast.unparse(part.targets[0]) for part in node.body if isinstance(part, ast.Assign)}
    return bool({"title", "detail"} & assigned)


def test_a_rooms_files_are_nouns_or_verbs() -> None:
    """A verb file holds the one public function it is named for (style B5.10)."""
    breaches = []
    for file in sources("chalicelib"):
        room = file.parent.name
        if file.parent.parent != ROOMS or room in ("kernel", "wechat") or file.stem in NOUNS | {"__init__"}:
            continue
        public = [
            node.name
            for node in tree(file).body
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        ]
        if file.stem not in public:
            breaches.append(f"{name_of(file)} has no function {file.stem}: {public}")
    none(breaches)


def test_models_are_imported_only_by_their_own_store() -> None:
    breaches = []
    for file in sources("chalicelib"):
        for imported in imports(file):
            match = re.match(r"chalicelib\.(\w+)\.models$", imported)
            if match and (file.parent.name != match[1] or file.stem != "store"):
                breaches.append(f"{name_of(file)} imports {imported}")
    none(breaches)


def test_doors_are_imported_only_by_the_front_door() -> None:
    breaches = []
    for file in sources("chalicelib"):
        for imported in imports(file):
            match = re.match(r"chalicelib\.(\w+)\.(\w+)$", imported)
            if match and match[1] != "kernel" and match[2] in DOORS and file.stem != "front_door":
                breaches.append(f"{name_of(file)} imports {imported}")
    none(breaches)


def test_time_and_chance_come_from_the_kernel() -> None:
    """Determinism (trust A5.7)."""
    banned = re.compile(r"(datetime\.(now|utcnow|today)|date\.today|uuid4|uuid\.uuid4|uuid1)$")
    none(
        [
            f"{name_of(file)}:{line} {called}"
            for file in sources("chalicelib")
            if file.relative_to(ROOMS).parts[:2] not in (("kernel", "clock.py"), ("kernel", "ids.py"))
            for called, line in calls(file)
            if banned.search(called)
        ]
    )


def test_no_float_near_money() -> None:
    """Rules and the kernel's money hold no float literal, no true division, no float() (invariant 1)."""
    breaches = []
    for file in sources("chalicelib"):
        if file.stem not in ("rules", "money") and file.parent.name not in ("commissions", "wallet"):
            continue
        for node in ast.walk(tree(file)):
            is_float = isinstance(node, ast.Constant) and isinstance(node.value, float)
            is_division = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            is_call = isinstance(node, ast.Call) and ast.unparse(node.func) in ("float", "round")
            if is_float or is_division or is_call:
                breaches.append(f"{name_of(file)}:{node.lineno} {ast.unparse(node)}")  # type: ignore[attr-defined]
    none(breaches)


def test_only_the_kernel_opens_connections_and_writes_items() -> None:
    banned = re.compile(
        r"(^|\.)(Connection|TableConnection|create_client|boto3\.client|boto3\.resource|TransactWrite"
        r"|put_item|update_item|delete_item|transact_write_items|batch_write|scan)$"
    )
    none(
        [
            f"{name_of(file)}:{line} {called}"
            for file in sources("chalicelib")
            if file.parent.name != "kernel"
            for called, line in calls(file)
            if banned.search(called)
        ]
    )


def test_models_are_never_saved_past_the_commit() -> None:
    """``row.save()``, ``row.update()`` and ``row.delete()`` of PynamoDB go round the commit."""
    breaches = []
    for file in sources("chalicelib"):
        if file.parent.name == "kernel" or "Row" not in file.read_text(encoding="utf-8"):
            continue
        breaches.extend(
            f"{name_of(file)}:{line} {called}" for called, line in calls(file) if called.endswith(".save")
        )
    none(breaches)


def test_only_the_street_speaks_http() -> None:
    """SSRF: an HTTP client only in chalicelib/wechat (trust A6.7)."""
    clients = {"requests", "httpx", "urllib.request", "http.client", "aiohttp", "wechatpy", "wechatpayv3"}
    none(
        [
            f"{name_of(file)} imports {imported}"
            for file in sources("chalicelib")
            if file.parent.name != "wechat"
            for imported in imports(file)
            if imported in clients or imported.split(".")[0] in clients - {"urllib.request", "http.client"}
        ]
    )


def test_no_floating_add_on_money() -> None:
    """Money changes by a condition, never by a bare ADD."""
    none(
        [
            f"{name_of(file)}:{line} {called}"
            for file in sources("chalicelib")
            for called, line in calls(file)
            if called.endswith("_fen.add")
        ]
    )


def test_what_is_tracked_speaks_of_the_project_alone() -> None:
    """No machine path, no registry host, no key in the tree."""
    banned = re.compile(
        r"(/home/\w+/|/root/|/work/\w+|resolved\": *\"https?://|--(extra-)?index-url|AKIA[0-9A-Z]{16}"
        r"|-----BEGIN (RSA |EC )?PRIVATE KEY-----)"
    )
    breaches = []
    for file in tracked():
        relative = name_of(file)
        if (
            file.suffix in {".png", ".jpg", ".otf", ".ttf", ".ico", ".woff2"}
            or relative == "tests/test_tidy.py"
        ):
            continue
        if "vectors" in relative:
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        breaches.extend(f"{relative}: {match[0]}" for match in banned.finditer(text))
    none(breaches)


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_readme_opens_with_the_two_commands(page: str) -> None:
    opening = (ROOT / page).read_text(encoding="utf-8")[:3000]
    assert "./scripts/start" in opening
    assert "./scripts/test" in opening
