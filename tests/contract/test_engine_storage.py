"""What our code takes for granted of S3 and Secrets Manager holds on every engine we test with.

Where an engine breaks AWS's rule, the test says so with ``engine.known``.
"""

import pytest
import requests

from chalicelib.kernel import aws, secrets
from tests.contract.engines import Engine, every_engine  # noqa: F401 - a fixture
from tests.contract.things import refusal


class TestStorage:
    """S3 keeps pictures; the browser puts and gets them by links that we sign."""

    BUCKET = "fenxiao-test-engines"

    @pytest.fixture(autouse=True)
    def bucket(self, engine: Engine) -> None:
        place = {"LocationConstraint": "cn-north-1"}
        made = lambda: aws.client("s3").create_bucket(Bucket=self.BUCKET, CreateBucketConfiguration=place)  # noqa: E731
        assert refusal(made) in (None, "BucketAlreadyOwnedByYou")

    def test_an_object_comes_back_as_it_was_put(self, engine: Engine) -> None:
        storage, content = aws.client("s3"), bytes(range(256)) * 40
        storage.put_object(Bucket=self.BUCKET, Key="a/b", Body=content, ContentType="image/webp")
        found = storage.get_object(Bucket=self.BUCKET, Key="a/b")
        assert found["ContentType"] == "image/webp"
        assert found["Body"].read() == content
        assert refusal(lambda: storage.get_object(Bucket=self.BUCKET, Key="a/c")) == "NoSuchKey"
        link = storage.generate_presigned_url("get_object", Params={"Bucket": self.BUCKET, "Key": "a/b"})
        assert _get(link) == (200, content)

    def test_a_link_is_good_for_its_key_alone(self, engine: Engine) -> None:
        """S3 and ministack refuse a signature over something else; moto looks at no signature."""
        storage = aws.client("s3")
        for key in ("mine", "hers"):
            storage.put_object(Bucket=self.BUCKET, Key=key, Body=key.encode())
        link = storage.generate_presigned_url("get_object", Params={"Bucket": self.BUCKET, "Key": "mine"})
        assert _get(link.replace("mine", "hers"))[0] == engine.known(moto_locked=200, ministack=403)

    @pytest.mark.parametrize(
        ("changed", "content", "ministack"),
        [
            ({}, b"12345", 204),
            ({}, b"x" * 11, 400),
            ({}, b"", 400),
            ({"Content-Type": "text/html"}, b"<script>", 403),
            ({"key": "pictures/another"}, b"12345", 403),
            ({"x-amz-signature": "0" * 64, "signature": "0"}, b"12345", 204),
        ],
    )
    def test_a_form_posts_only_what_was_signed(
        self, engine: Engine, changed: dict[str, str], content: bytes, ministack: int
    ) -> None:
        """S3 refuses all but the first; ministack looks at the policy, not the signature; moto at neither."""
        form = aws.client("s3").generate_presigned_post(
            self.BUCKET,
            "pictures/one",
            Fields={"Content-Type": "image/png"},
            Conditions=[{"Content-Type": "image/png"}, ["content-length-range", 1, 10]],
            ExpiresIn=60,
        )
        fields = form["fields"] | {name: value for name, value in changed.items() if name in form["fields"]}
        assert fields != form["fields"] or not changed
        assert _post(form["url"], fields, content) == engine.known(moto_locked=204, ministack=ministack)
        if not changed and ministack == 204:
            found = aws.client("s3").get_object(Bucket=self.BUCKET, Key="pictures/one")
            assert (found["Body"].read(), found["ContentType"]) == (content, "image/png")


class TestSecrets:
    def test_a_secret_is_read_by_name_and_its_newest_value_counts(self, engine: Engine) -> None:
        vault = aws.client("secretsmanager")
        vault.create_secret(Name="fenxiao-test/engine-key", SecretString="first")
        secrets.forget()
        assert secrets.secret("engine-key") == "first"
        again = lambda: vault.create_secret(Name="fenxiao-test/engine-key", SecretString="x")  # noqa: E731
        assert refusal(again) == "ResourceExistsException"
        vault.put_secret_value(SecretId="fenxiao-test/engine-key", SecretString="second")
        assert secrets.secret("engine-key") == "first", "kept for five minutes"
        secrets.forget()
        assert secrets.secret("engine-key") == "second"
        assert refusal(lambda: secrets.secret("never-made")) == "ResourceNotFoundException"


def _get(link: str) -> tuple[int, bytes]:
    answer = requests.get(link, timeout=30)
    return answer.status_code, answer.content


def _post(url: str, fields: dict[str, str], content: bytes) -> int:
    """As a browser does: the fields first, then the file."""
    return requests.post(url, data=fields, files={"file": ("picture", content)}, timeout=30).status_code
