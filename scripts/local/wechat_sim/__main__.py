"""Start the simulator: ``python -m scripts.local.wechat_sim --port 8801 --state DIR --clock FILE``."""

import argparse
from pathlib import Path

import uvicorn

from scripts.local.wechat_sim.app import build
from scripts.local.wechat_sim.world import Options


def main() -> None:
    """Read the flags and serve until stopped; everything is kept in ``--state``."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.local.wechat_sim", description="A simulated WeChat."
    )
    parser.add_argument("--port", type=int, default=8801)
    parser.add_argument("--state", type=Path, required=True, help="folder for keys.json and the memory")
    parser.add_argument("--clock", type=Path, required=True, help="the clock file shared by the local world")
    parser.add_argument("--shop-url", default="http://127.0.0.1:8800")
    flags = parser.parse_args()
    options = Options(
        directory=flags.state,
        base_url=f"http://127.0.0.1:{flags.port}",
        clock_file=flags.clock,
        shop_url=flags.shop_url.rstrip("/"),
    )
    uvicorn.run(build(options), host="127.0.0.1", port=flags.port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
