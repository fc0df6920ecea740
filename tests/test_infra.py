"""What is deployed, read from the whole template: who leaves by the listed address, who may read files."""

import json
from typing import Any

import pytest

from scripts.local import package


@pytest.fixture(scope="module")
def whole() -> dict[str, Any]:
    return package.template()


def test_only_the_function_that_pays_out_leaves_by_the_listed_address(whole: dict[str, Any]) -> None:
    """Design §8, wechat §4: WeChat takes transfers only from listed addresses."""
    inside = [name for name, one in whole["Resources"].items() if "VpcConfig" in one.get("Properties", {})]
    assert inside == [package.PAYS]
    resources = whole["Resources"]
    assert resources["InnerRoute"]["Properties"]["NatGatewayId"] == {"Ref": "WayOut"}
    assert resources["WayOut"]["Properties"]["AllocationId"]["Fn::GetAtt"][0] == "FixedAddress"
    assert whole["Outputs"]["PayoutAddress"]["Value"] == {"Ref": "FixedAddress"}
    role = resources[resources[package.PAYS]["Properties"]["Role"]["Fn::GetAtt"][0]]
    assert "ec2:CreateNetworkInterface" in json.dumps(role)


def test_every_bucket_is_closed_and_read_only_through_the_content_network(whole: dict[str, Any]) -> None:
    """Trust A6: evidence and results are private; pictures and pages are read through CloudFront alone."""
    resources = whole["Resources"]
    for name, one in resources.items():
        if one["Type"] == "AWS::S3::Bucket":
            assert set(one["Properties"]["PublicAccessBlockConfiguration"].values()) == {True}, name
    allowed = {
        name: [part for part in one["Properties"]["PolicyDocument"]["Statement"] if part["Effect"] == "Allow"]
        for name, one in resources.items()
        if one["Type"] == "AWS::S3::BucketPolicy"
    }
    visitor = {"CanonicalUser": {"Fn::GetAtt": ["Visitor", "S3CanonicalUserId"]}}
    assert all(part["Principal"] == visitor for parts in allowed.values() for part in parts)
    assert all(part["Action"] == "s3:GetObject" for parts in allowed.values() for part in parts)
    assert [part["Resource"] for part in allowed["MediaPolicy"]] == [{"Fn::Sub": "${Media.Arn}/media/*"}]


def test_no_partition_is_written_down(whole: dict[str, Any]) -> None:
    """Both partitions: an ARN or a host of one of them would fail in the other."""
    ours = json.dumps({name: one for name, one in whole["Resources"].items() if name != "RestAPI"})
    assert "arn:aws:" not in ours
    assert "arn:aws-cn:" not in ours
    assert ".com.cn" not in ours


def test_the_pages_run_no_script_but_their_own(whole: dict[str, Any]) -> None:
    headers = whole["Resources"]["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert parts["default-src"] == "'self'"
    assert "script-src" not in parts
    assert parts["frame-ancestors"] == "'none'"
    site = whole["Resources"]["Site"]["Properties"]["DistributionConfig"]["CacheBehaviors"]
    shown = {one["PathPattern"]: "ResponseHeadersPolicyId" in one for one in site}
    assert shown == {"media/*": False, "h5/*": True, "admin/*": True}
