"""What is deployed, read from the whole template: who leaves by the listed address, who may read files."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from chalicelib.kernel import aws
from chalicelib.kernel.config import config
from chalicelib.kernel.uploads import signed_post
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


@pytest.mark.parametrize("region", ["us-east-1", "ap-southeast-1", "eu-central-1", "cn-north-1"])
def test_a_page_may_post_a_picture_where_it_is_told(
    whole: dict[str, Any], monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    """O4, P1: the form's host is one that the pages may reach, and the bucket answers their origin."""
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("FENXIAO_REGION", region)
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "y"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    for kept in (config, aws.client):
        kept.cache_clear()
    try:
        form = signed_post("evidence/x.png", {"Content-Type": "image/png"}, max_bytes=9, valid_seconds=9)
    finally:
        for kept in (config, aws.client):
            kept.cache_clear()
    headers = whole["Resources"]["SecurityHeaders"]["Properties"]["ResponseHeadersPolicyConfig"]
    policy = headers["SecurityHeadersConfig"]["ContentSecurityPolicy"]["ContentSecurityPolicy"]["Fn::Sub"]
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    told = policy.replace("${AWS::Region}", region).replace("${AWS::URLSuffix}", suffix)
    (reach,) = [part for part in told.split(";") if part.strip().startswith("connect-src")]
    assert f"https://{urlsplit(form.url).netloc}" in reach.split()
    assert form.fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    (rule,) = whole["Resources"]["Media"]["Properties"]["CorsConfiguration"]["CorsRules"]
    assert rule == {
        "AllowedMethods": ["POST"],
        "AllowedOrigins": [{"Ref": "WebOrigin"}],
        "AllowedHeaders": ["*"],
    }
