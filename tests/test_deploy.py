"""``scripts/deploy`` against an engine: proposed before done, nothing lost, pages kept as long as right."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from scripts.local import deploy
from scripts.local.people import wait_for
from scripts.local.world import ENGINE_PYTHON, ROOT, free_port

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "TableName": {"Fn::Sub": "fenxiao-${Stage}-things"},
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    },
}
HERE = {"LocationConstraint": "cn-north-1"}
PAGES = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "fenxiao-pages"}}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The embedded engine alone, as a process: it knows CloudFormation and keeps nothing of a stage."""
    port = free_port()
    command = [str(ENGINE_PYTHON), "-m", "scripts.local.engine", "--port", str(port)]
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    running = subprocess.Popen(
        [*command, "--state", str(tmp_path_factory.mktemp("engine"))],
        cwd=ROOT, env={**os.environ, **keys, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for("engine", lambda: _answers(url))
        yield url
    finally:
        running.terminate()
        running.wait()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/_ministack/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.fixture(scope="module")
def account(engine: str) -> Iterator[deploy.Account]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "cn-north-1")
        made = deploy.Account(engine)
        made.files.create_bucket(
            Bucket="code", CreateBucketConfiguration={"LocationConstraint": "cn-north-1"}
        )
        yield made


def written(folder: Path, **resources: Any) -> Path:
    template = {
        "Parameters": {"Stage": {"Type": "String"}, "EdgeKey": {"Type": "String"}},
        "Resources": resources,
        "Outputs": {"PagesBucket": {"Value": "fenxiao-pages"}},
    }
    (folder / "template.json").write_text(json.dumps(template))
    (folder / "deployment.zip").write_bytes(b"zip")
    return folder


def test_a_change_is_shown_before_it_is_made(account: deploy.Account, tmp_path: Path) -> None:
    url, names = account.put_code(written(tmp_path, Things=TABLE, Pages=PAGES), "code")
    change = account.propose("fenxiao-prod", url, names, {"Stage": "prod"})
    assert change is not None
    assert [line.split()[2] for line in deploy.described(change)] == ["Things", "Pages"]
    account.carry_out("fenxiao-prod", change)
    assert account.outputs("fenxiao-prod") == {"PagesBucket": "fenxiao-pages"}


def test_what_is_not_given_the_first_time_is_asked_for(account: deploy.Account, tmp_path: Path) -> None:
    url, names = account.put_code(written(tmp_path, Things=TABLE), "code")
    with pytest.raises(SystemExit, match="lacks Stage"):
        account.propose("fenxiao-other", url, names, {})


@pytest.mark.parametrize("how", [{"Action": "Remove"}, {"Action": "Modify", "Replacement": "Conditional"}])
def test_what_would_lose_data_is_named(how: dict[str, str]) -> None:
    """Design §4: a table of money is never taken away by a deployment."""
    kinds = {"Orders": "AWS::DynamoDB::Table", "Late": "AWS::CloudWatch::Alarm"}
    changes = [
        {"ResourceChange": {"LogicalResourceId": name, "ResourceType": kind, **how}}
        for name, kind in kinds.items()
    ]
    assert deploy.lost({"Changes": changes}) == ["Orders"]


def test_pages_keep_as_long_as_their_names_do_not_change(account: deploy.Account, tmp_path: Path) -> None:
    """A file named by its content is kept for ever; the page that names it is not, and is put last."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "index-1a.js").write_text("1")
    (tmp_path / "index.html").write_text("<html>")
    account.files.create_bucket(Bucket="fenxiao-other-pages", CreateBucketConfiguration=HERE)
    order: list[str] = []
    account.files.meta.events.register(
        "provide-client-params.s3.PutObject", lambda params, **_: order.append(params["Key"])
    )
    account.put_pages("fenxiao-other-pages", "admin", tmp_path)
    assert order == ["admin/assets/index-1a.js", "admin/index.html"]
    head = {key: account.files.head_object(Bucket="fenxiao-other-pages", Key=key) for key in order}
    assert head["admin/index.html"]["CacheControl"] == "no-cache"
    assert head["admin/index.html"]["ContentType"] == "text/html"
    assert "immutable" in head["admin/assets/index-1a.js"]["CacheControl"]
