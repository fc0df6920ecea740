"""What the doors of this room take and give."""

from datetime import datetime

from pydantic import Field

from chalicelib.agreements.rules import Device
from chalicelib.kernel.http import Body, Out


class AgreementTextIn(Body):
    """A new version; published at once, and never edited."""

    title: str = Field(title="标题", min_length=2, max_length=40, pattern=r"\S")
    text: str = Field(title="协议正文", min_length=20, max_length=20_000, pattern=r"\S")
    version: int = Field(
        title="现行版本", ge=0, le=10**6, description="In force when this was written; 0: none."
    )


class SignIn(Body):
    """The version that was read."""

    version: int = Field(title="版本", ge=1, le=10**6)
    device: Device = Field("H5", title="设备", description="The kind alone; nothing else is kept of it.")


class AgreementOut(Out):
    """One version."""

    version: int
    title: str
    text: str
    digest: str = Field(description="SHA-256 of title, a line feed and text.")
    published_at: datetime


class SignatureOut(Out):
    """What I signed, when."""

    version: int
    digest: str
    signed_at: datetime
    device: Device


class AgreementStateOut(Out):
    """The version in force, and whether the asking member signed it."""

    current: AgreementOut | None
    signed: SignatureOut | None
    is_open: bool = Field(description="It is asked for before something new is shared.")


class SignaturesOut(Out):
    """What I signed, newest version first."""

    items: list[SignatureOut]
    next: str | None = None


class StaffAgreementOut(AgreementOut):
    """A version as staff see it."""

    published_by: str
    is_current: bool


class StaffAgreementsOut(Out):
    """All versions, newest first."""

    items: list[StaffAgreementOut]
    next: str | None = None


class StaffSignaturesOut(SignaturesOut):
    """What one member signed."""
