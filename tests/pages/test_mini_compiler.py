"""WeChat's own compiler takes the built mini-program, and refuses a broken one. N1.

Nightly, since the compiler is a large package to install.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.local import fronts

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def built() -> Path:
    fronts.weigh(fronts.FRONTS[0])
    fronts.finish_install(fronts.begin_install((fronts.COMPILER,)))
    return fronts.FRONTS[0].folder / "dist/build/mp-weixin"


def compile_it(project: Path) -> subprocess.CompletedProcess[str]:
    command = ["node", "check.cjs", str(project)]
    return subprocess.run(command, cwd=fronts.COMPILER.folder, capture_output=True, text=True, check=False)


def test_wechat_would_take_it(built: Path) -> None:
    done = compile_it(built)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        ("pages/index/index.wxml", "<view><text>never closed"),
        ("pages/index/index.wxss", ".broken {{ color: red"),
        ("pages/index/index.js", "const = 1"),
        ("app.json", '{"pages": ["pages/no/where"]}'),
    ],
)
def test_a_fault_is_named(built: Path, tmp_path: Path, file: str, fault: str) -> None:
    broken = tmp_path / "project"
    shutil.copytree(built, broken)
    (broken / file).write_text(fault)
    done = compile_it(broken)
    assert done.returncode == 1
    assert "FAIL" in done.stdout
