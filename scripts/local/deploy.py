"""Deploy what ``scripts/package`` made: show what would change, ask, do it, upload the pages.

Credentials and region come from the environment, as for every AWS tool. Nothing is changed before the answer
is yes; a change that would remove or replace what holds data is refused. A change that fails halfway is taken
back by CloudFormation itself.
"""

import argparse
import hashlib
import json
import mimetypes
import secrets
import sys
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, WaiterError

from scripts.local import fronts
from scripts.local.world import ROOT

HOLDS_DATA = {"AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::SQS::Queue", "AWS::EC2::EIP"}
PAGES = {"h5": ROOT / "mini-program" / "dist" / "build" / "h5", "admin": ROOT / "console" / "dist"}
FOREVER, ASK_AGAIN = "public, max-age=31536000, immutable", "no-cache"
CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]


def main() -> None:
    """Run ``./scripts/deploy``."""
    parser = argparse.ArgumentParser(prog="scripts/deploy", description=__doc__)
    parser.add_argument("--code-bucket", required=True, help="a private bucket for code and templates")
    parser.add_argument("--parameters", type=Path, help="JSON of parameters; others stay as they are")
    parser.add_argument("--from", dest="made", type=Path, default=ROOT / "build", help="default build/")
    parser.add_argument("--stage", default="prod", help="the stack is fenxiao-STAGE (default prod)")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--no-pages", action="store_true", help="leave H5 and console as they are")
    parser.add_argument("--endpoint-url", help="another engine than AWS")
    options = parser.parse_args()
    given = json.loads(options.parameters.read_text(encoding="utf-8")) if options.parameters else {}
    aws = Account(options.endpoint_url)
    stack = f"fenxiao-{options.stage}"
    url, names = aws.put_code(options.made, options.code_bucket)
    change = aws.propose(stack, url, names, {"Stage": options.stage, **given})
    if change is not None:
        print("\n".join(described(change)))
        if loss := lost(change):
            sys.exit(f"Fenxiao: this would lose data: {', '.join(loss)}. Nothing was changed.")
        if not options.yes and input("Go on? [y/N] ").strip().lower() != "y":
            sys.exit("Nothing was changed.")
        aws.carry_out(stack, change)
    outputs = aws.outputs(stack)
    if not options.no_pages:
        for front in fronts.FRONTS:
            fronts.build(front)
        for folder, built in PAGES.items():
            aws.put_pages(outputs["PagesBucket"], folder, built)
    print(json.dumps(outputs, indent=1))


class Account:
    """The calls that a deployment makes, at AWS or another engine."""

    def __init__(self, endpoint_url: str | None = None) -> None:
        self.stacks = boto3.client("cloudformation", endpoint_url=endpoint_url)
        self.files = boto3.client("s3", endpoint_url=endpoint_url)

    def put_code(self, made: Path, bucket: str) -> tuple[str, set[str]]:
        """Upload zip and template, named by their content; returns the template's URL and parameters."""
        code = self._put(bucket, made / "deployment.zip", (made / "deployment.zip").read_bytes())
        template = json.loads((made / "template.json").read_text(encoding="utf-8"))
        for one in template["Resources"].values():
            if one["Type"] == "AWS::Serverless::Function":
                one["Properties"]["CodeUri"] = {"Bucket": bucket, "Key": code}
        body = json.dumps(template, separators=(",", ":")).encode()
        key = self._put(bucket, made / "template.json", body)
        return f"{self.files.meta.endpoint_url}/{bucket}/{key}", set(template["Parameters"])

    def _put(self, bucket: str, file: Path, content: bytes) -> str:
        key = f"{hashlib.sha256(content).hexdigest()}{file.suffix}"
        self.files.put_object(Bucket=bucket, Key=key, Body=content)
        return key

    def propose(self, stack: str, url: str, names: set[str], given: dict[str, str]) -> dict[str, Any] | None:
        """The change set; ``None`` when nothing would change. Exits with the reason when refused."""
        before = self._existing(stack)
        kept = {one["ParameterKey"] for one in before.get("Parameters", [])} if before else set()
        if "EdgeKey" in names - kept:
            given = {"EdgeKey": secrets.token_hex(32), **given}
        if missing := sorted(names - kept - given.keys()):
            sys.exit(f"Fenxiao: --parameters lacks {', '.join(missing)}")
        values: list[dict[str, Any]] = [
            {"ParameterKey": name, "ParameterValue": given[name]} for name in sorted(names & given.keys())
        ]
        for name in sorted(names - given.keys()):
            values.append({"ParameterKey": name, "UsePreviousValue": True})
        made = self.stacks.create_change_set(
            StackName=stack, ChangeSetName=f"change-{secrets.token_hex(6)}", TemplateURL=url,
            Parameters=values, ChangeSetType="UPDATE" if before else "CREATE", Capabilities=CAPABILITIES,
        )  # fmt: skip
        try:
            self.stacks.get_waiter("change_set_create_complete").wait(
                ChangeSetName=made["Id"], StackName=stack, WaiterConfig={"Delay": 2, "MaxAttempts": 150}
            )
        except WaiterError:
            reason = self.stacks.describe_change_set(ChangeSetName=made["Id"])["StatusReason"]
            if "didn't contain changes" in reason or "No updates" in reason:
                return None
            sys.exit(f"Fenxiao: {reason}")
        return self._whole(made["Id"])

    def _whole(self, change_set: str) -> dict[str, Any]:
        """The change set with all its changes; AWS gives a hundred at a time."""
        found: dict[str, Any] = self.stacks.describe_change_set(ChangeSetName=change_set)
        following = found.get("NextToken")
        while following:
            more = self.stacks.describe_change_set(ChangeSetName=change_set, NextToken=following)
            found["Changes"] += more["Changes"]
            following = more.get("NextToken")
        return {"Id": change_set, "is_new": self._existing(found["StackName"]) is None, **found}

    def carry_out(self, stack: str, change: dict[str, Any]) -> None:
        """Execute and wait. Exits with the first failures when CloudFormation took it back."""
        self.stacks.execute_change_set(ChangeSetName=change["Id"], StackName=stack)
        done = "stack_create_complete" if change["is_new"] else "stack_update_complete"
        try:
            self.stacks.get_waiter(done).wait(StackName=stack, WaiterConfig={"Delay": 2, "MaxAttempts": 1800})
        except WaiterError:
            events = self.stacks.describe_stack_events(StackName=stack)["StackEvents"]
            failed = [one for one in reversed(events) if one["ResourceStatus"].endswith("FAILED")]
            sys.exit(
                "\n".join(
                    f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason')}" for one in failed[:5]
                )
            )

    def outputs(self, stack: str) -> dict[str, str]:
        """What the stack tells: addresses, names."""
        (found,) = self.stacks.describe_stacks(StackName=stack)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}

    def put_pages(self, bucket: str, folder: str, built: Path) -> None:
        """Upload one front end; the page itself last, so that nobody sees one whose parts are not there."""
        files = [file for file in built.rglob("*") if file.is_file() and file.name != "built-from"]
        for file in sorted(files, key=lambda one: one.name == "index.html"):
            kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            self.files.put_object(
                Bucket=bucket, Key=f"{folder}/{file.relative_to(built).as_posix()}", Body=file.read_bytes(),
                ContentType=kind, CacheControl=FOREVER if "assets" in file.parts else ASK_AGAIN,
            )  # fmt: skip

    def _existing(self, stack: str) -> dict[str, Any] | None:
        """The stack; one that was only ever proposed does not count."""
        try:
            (found,) = self.stacks.describe_stacks(StackName=stack)["Stacks"]
        except ClientError as refusal:
            if "does not exist" in str(refusal):
                return None
            raise
        there: dict[str, Any] | None = None if found["StackStatus"] == "REVIEW_IN_PROGRESS" else found
        return there


def described(change: dict[str, Any]) -> list[str]:
    """One line a change, what is removed or replaced first."""
    lines = []
    for one in (part["ResourceChange"] for part in change["Changes"]):
        new = " (replaced)" if one.get("Replacement") in ("True", "Conditional") else ""
        lines.append(
            (
                one["Action"] != "Remove" and not new,
                f"{one['Action']:7} {one['ResourceType']:40} {one['LogicalResourceId']}{new}",
            )
        )
    return [line for _, line in sorted(lines)]


def lost(change: dict[str, Any]) -> list[str]:
    """What holds data and would be removed or replaced."""
    return [
        one["LogicalResourceId"]
        for one in (part["ResourceChange"] for part in change["Changes"])
        if one["ResourceType"] in HOLDS_DATA
        and (one["Action"] == "Remove" or one.get("Replacement") in ("True", "Conditional"))
    ]


if __name__ == "__main__":
    main()
