"""No verb is forgotten: whatever commits is killed by a test of this folder, or stands here with a reason.

The list of verbs is made from the source; the list of the killed from what the tests say by ``kills``
and ``Cases.of``, to which each test is held when it runs.
"""

import ast
import functools
import importlib
from pathlib import Path

from tests.crash import harness

ROOT = Path(__file__).resolve().parents[2]
NOUNS = {"models", "store", "rules", "schemas", "routes", "console", "jobs", "__init__"}
"""A room's nouns; of these only what itself calls ``commit`` is asked for."""

GATEWAYS = "chalicelib.wechat."
"""Who calls WeChat is killed before and after each call; the gateways keep a token and nothing else."""
EXCUSED = {
    "chalicelib.kernel.limits": "counts tries, and a death is a try; in every case of signing in",
    "chalicelib.admin.enter": "only reads whether the session lives",
    "chalicelib.members.begin_oauth": "calls nobody; it names WeChat's address",
    "chalicelib.members.finish_oauth": "uses a state up and asks WeChat: who dies begins again at WeChat",
    "chalicelib.admin.set_key": "a line, then the vault's own put: whoever dies between does it again",
    "chalicelib.distributors.first_level": "one level through `save_level`, which is killed; there or not",
    "chalicelib.members.offer_avatar": "counts a try and signs an address",
    "chalicelib.orders.offer_upload": "counts a try and signs an address",
    "chalicelib.invites.draw": "a picture under a name made of its content, drawn again if missing",
    "chalicelib.marketing.make_poster": "a picture under a name made of its content, painted anew if missing",
    "chalicelib.commissions.show_estimate": "counts a try and reckons",
    "chalicelib.commissions.show_periods": "only reads how far closing is",
    "chalicelib.marketing.show": "only reads; it takes the words for a day from where coupons end",
    "chalicelib.privacy.export": "only reads; through ``marketing.show``",
    "chalicelib.payments.preview_refund": "only reads what a refund would move",
    "chalicelib.reports.check_bills": "only reads what WeChat has billed",
    "chalicelib.admin.tell_audit": "only words; it takes the names of keys from WeChat's",
    "chalicelib.admin.record": "makes a write that rides in another's commit; through ``tell_audit``",
    "chalicelib.reports.show_audit": "only reads; through ``tell_audit``",
    "chalicelib.reports.export_lists": "only reads; through ``tell_audit``",
    "chalicelib.reports.export_step": "only reads; its job is killed as an import",
    "chalicelib.orders.routes": "one row of a cart, taken out: gone or not",
}


def _sources() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text())
        for path in sorted((ROOT / "chalicelib").glob("*/*.py"))
    }


def _commits_itself(tree: ast.Module) -> bool:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = (call.func.id if isinstance(call.func, ast.Name) else None for call in calls)
    attributes = (
        f"{node.func.value.id}.{node.func.attr}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
    )
    return "commit" in names or "dynamo.commit" in attributes


def _uses(tree: ast.Module) -> set[str]:
    """The modules of the product that this one takes something from."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("chalicelib."):
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


@functools.cache
def committing() -> set[str]:
    """Every module that calls ``commit``, and every verb that reaches one which does, or calls WeChat."""
    sources = _sources()
    found = {name for name, tree in sources.items() if _commits_itself(tree)}
    found |= {f"{GATEWAYS}pay", f"{GATEWAYS}transfer", f"{GATEWAYS}bills"}
    verbs = {name for name in sources if name.rpartition(".")[2] not in NOUNS}
    before = -1
    while before != len(found):
        before = len(found)
        found |= {name for name in verbs if _uses(sources[name]) & found}
    return {name for name in found if not name.startswith(GATEWAYS)}


def test_every_verb_that_commits_is_killed() -> None:
    """Trust A5.3: a new verb needs a kill case of its own."""
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"tests.crash.{path.stem}")
    there, killed = committing(), harness.claimed.keys()
    assert len(there) > 100, "the source was not read"
    assert there - killed - EXCUSED.keys() == set()


def test_nobody_is_excused_without_need() -> None:
    """An excuse for what does not commit, or is killed all the same, is no excuse."""
    for path in Path(__file__).parent.glob("test_*.py"):
        importlib.import_module(f"tests.crash.{path.stem}")
    assert EXCUSED.keys() - committing() == set()
    assert EXCUSED.keys() & harness.claimed.keys() == set()
