"""Plans to begin with: one for each scheme the market knows (R1 … R9)."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from chalicelib.commissions.schemas import PlanIn

_FOLDER = Path(__file__).parent.joinpath("templates")


@dataclass(frozen=True)
class Template:
    """A plan to begin with. ``CHOOSE`` stands where the shop must choose one of its own things."""

    template_id: str
    title: str
    says: str
    plan: PlanIn


@functools.cache
def plan_templates() -> tuple[Template, ...]:
    """Every shipped template, in the order of their names."""
    found = []
    for file in sorted(_FOLDER.glob("*.json")):
        given = json.loads(file.read_text(encoding="utf-8"))
        plan = PlanIn.model_validate_json(json.dumps(given["plan"]))
        found.append(Template(file.stem, given["title"], given["says"], plan))
    return tuple(found)
