"""What the doors of this room take and give."""

from typing import Any, Literal

from pydantic import Field

from chalicelib.kernel.http import Body, Out, Paging
from chalicelib.privacy.rules import Part


class ClosingOut(Out):
    """Whether the account can be closed now, and what stands in the way."""

    can_close: bool
    reasons: list[str]


class CloseIn(Body):
    """The member has read what closing means."""

    understood: Literal[True] = Field(title="已了解注销的后果")


class ExportAsked(Paging):
    """One part of what is kept about me."""

    part: Part = Field(title="内容")


class ExportOut(Out):
    """One page of one part, in the words of the doors that show it."""

    part: Part
    items: list[dict[str, Any]]
    next: str | None
