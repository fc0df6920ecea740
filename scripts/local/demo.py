"""Tell the story of one sale, from the invite to the payout, with real signatures and real money rules.

Without ``--url`` it makes a temporary world of its own and removes it afterwards.
"""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scripts.local.people import Refused
from scripts.local.story import Story, yuan
from scripts.local.world import World, WorldError, free_port


def main() -> None:
    """Run ``./scripts/demo``."""
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--url", help="tell it on this running world, e.g. http://127.0.0.1:8800")
    parser.add_argument("--step", action="store_true", help="wait for Enter between the acts")
    parser.add_argument("--json", action="store_true", help="print the facts as one JSON document")
    options = parser.parse_args()
    screen = Console(stderr=options.json)
    try:
        if options.url:
            port = int(options.url.rstrip("/").rsplit(":", 1)[1])
            story = _tell(World(Path(), port), screen, is_stepped=options.step)
        else:
            story = _tell_in_own_world(screen, is_stepped=options.step)
    except (WorldError, Refused, TimeoutError, OSError) as problem:
        sys.exit(f"Fenxiao: the story stopped: {problem}")
    if options.json:
        print(json.dumps(story, ensure_ascii=False))
    sys.exit(0 if story["books_off_fen"] == 0 else 1)


def _tell_in_own_world(screen: Console, *, is_stepped: bool) -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="fenxiao-demo-") as folder:
        world = World(Path(folder), free_port())
        try:
            with screen.status("正在准备一个临时的世界 …"):
                world.start()
            screen.print(f"手机页面：{world.wechat_url}/")
            return _tell(world, screen, is_stepped=is_stepped)
        finally:
            world.stop()


def _tell(world: World, screen: Console, *, is_stepped: bool) -> dict[str, object]:
    began = time.monotonic()
    story = Story(world.api_url, world.wechat_url, lambda line: screen.print(f"    {line}", highlight=False))
    acts = story.acts()
    for number, (title, act) in enumerate(acts, 1):
        screen.print(f"\n[bold]第 {number}/{len(acts)} 幕  {title}[/bold]", highlight=False)
        act()
        if is_stepped and number < len(acts):
            screen.input("    按回车继续 …")
    facts = story.facts()
    _show(screen, story, facts)
    story.close()
    screen.print(f"\n讲完了，用时 {time.monotonic() - began:.1f} 秒。", highlight=False)
    return facts


def _show(screen: Console, story: Story, facts: dict[str, object]) -> None:
    who = Table(title="谁有多少钱", title_justify="left")
    for heading in ("", "可提现", "待结算", "提现中", "已提现", "待还款"):
        who.add_column(heading, justify="left" if not heading else "right")
    for letter, phone in story.people.items():
        purse = phone.get("/shop/wallet")
        amounts = ("available_fen", "pending_fen", "frozen_fen", "withdrawn_fen", "debt_fen")
        who.add_row(f"{letter} {phone.nickname}", *(yuan(purse[name]) for name in amounts))
    screen.print()
    screen.print(who)
    for one in story.commissions():
        screen.print(f"\n[bold]{one['payee']} 的佣金，为什么是这个数[/bold]", highlight=False)
        for sentence in one["explanation"]:
            screen.print(f"    {sentence}", highlight=False)
    off = facts["books_off_fen"]
    screen.print(f"\n[bold]{'账目分毫不差' if off == 0 else '账目有差错！'}[/bold]  books_off_fen = {off}")


if __name__ == "__main__":
    main()
