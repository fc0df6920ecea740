"""Every page of the mall in the shop of the story, for weak eyes, large letters and a screen reader. N1.

axe-core judges the contrast (WCAG AA) and the names of what can be tapped; a window of two thirds of a
phone's width is what letters half as large again leave of it (WCAG 1.4.10).
"""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts.local import fronts
from scripts.local.lived_in import LivedIn, live_on
from scripts.local.screens import CLIENT, be
from scripts.local.story import Story
from scripts.local.world import ROOT

pytestmark = pytest.mark.local_world

PHONE, LARGE_LETTERS = {"width": 390, "height": 844}, {"width": 260, "height": 563}
AXE = ROOT / "mini-program" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ("color-contrast", "button-name", "link-name", "role-img-alt", "aria-valid-attr-value")
HIDDEN_SIDEWAYS = """() => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth
  const cut = [...document.querySelectorAll('button, uni-button, [role=button], input')].filter((one) => {
    const { left, right, width } = one.getBoundingClientRect()
    const slides = one.closest('uni-scroll-view, .uni-scroll-view, uni-swiper, uni-picker-view')
    return width > 0 && !slides && (left < -1 || right > innerWidth + 1)
  })
  return [...(wide > 1 ? [`${wide} px too wide`] : []), ...cut.map((one) => one.outerHTML.slice(0, 120))]
}"""


@pytest.fixture(scope="module")
def shop(story: Story, facts: dict[str, Any]) -> LivedIn:
    """The days after the story, once its figures are taken."""
    for front in fronts.FRONTS:
        fronts.build(front)
    assert facts
    return live_on(story)


@pytest.mark.parametrize("who", ["guest", "buyer", "distributor"])
def test_every_page_can_be_read_and_reached(chromium: Browser, shop: LivedIn, who: str) -> None:
    context = chromium.new_context(viewport=PHONE, is_mobile=True, has_touch=True)  # type: ignore[arg-type]
    context.add_init_script(path=AXE)
    page = context.new_page()
    mall = f"{shop.story.api_url}/h5/"
    page.goto(mall)
    if who != "guest":
        be(page, {"buyer": shop.buyer, "distributor": shop.distributor}[who])
    found = {}
    for shot in (one for one in CLIENT if one.who == who):
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto("about:blank")
        page.goto(f"{mall}#/{shot.path.format(**shop.ids)}")
        page.locator("uni-page-body").first.wait_for()
        expect(page.get_by_test_id("loading")).to_have_count(0)
        if shot.tap:
            page.get_by_test_id(shot.tap).first.click()
            page.wait_for_timeout(400)  # the sheet slides in
        found[shot.name] = [*_hard_to_read(page), *_out_of_reach(page)]
    context.close()
    wrong = {name: problems for name, problems in found.items() if problems}
    assert not wrong, json.dumps(wrong, ensure_ascii=False, indent=1)


def _hard_to_read(page: Page) -> list[str]:
    how = {"runOnly": {"type": "rule", "values": RULES}, "resultTypes": ["violations"]}
    judged = page.evaluate("how => axe.run(document, how)", how)
    return [
        f"{one['id']}: {node['html'][:140]} {' '.join(node['failureSummary'].split())[:200]}"
        for one in judged["violations"]
        for node in one["nodes"]
    ]


def _out_of_reach(page: Page) -> list[str]:
    page.set_viewport_size(LARGE_LETTERS)  # type: ignore[arg-type]
    page.wait_for_timeout(150)
    hidden: list[str] = page.evaluate(HIDDEN_SIDEWAYS)
    return hidden
