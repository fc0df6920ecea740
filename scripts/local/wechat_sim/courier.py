"""Does what has come due on the shared clock: state changes in order, and deliveries with their retries."""

import asyncio
import time
from collections.abc import Callable

import httpx

from scripts.local.wechat_sim import notices, official_events
from scripts.local.wechat_sim.store import Doc
from scripts.local.wechat_sim.world import World

ANSWER_SECONDS = 5.0
"""WeChat waits five seconds for the shop's answer (wechat.md §2.3, §5)."""

LOOK_SECONDS = 0.05
AT_ONCE = 16
KEPT_ATTEMPTS = 80

Action = Callable[[World, str, float], None]


class Courier:
    """The background worker. One delivery per subject at a time, so an order's notices keep their order."""

    def __init__(self, world: World, actions: dict[str, Action]) -> None:
        self._world = world
        self._actions = actions
        self._client = httpx.AsyncClient(timeout=ANSWER_SECONDS, trust_env=False, follow_redirects=False)
        self._busy: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            while True:
                if not self._do_next():
                    await self._rest()
                else:
                    await asyncio.sleep(0)
        finally:
            for task in self._busy.values():
                task.cancel()
            await self._client.aclose()

    async def deliver_now(self, callback_id: str) -> None:
        """Make the next planned try at once and wait for its end."""
        subject = self._world.store.need("callback", callback_id)["subject"]
        while subject in self._busy:
            await asyncio.wait([self._busy[subject]])
        await self._start(subject, callback_id)

    async def redeliver(self, callback_id: str, *, times: int, is_parallel: bool) -> list[Doc]:
        """Send a callback again by hand; gives the attempts. Raises ``LookupError`` for an unknown id."""
        callback = self._world.store.need("callback", callback_id)
        if is_parallel:
            return list(await asyncio.gather(*(self._send(callback, {}) for _ in range(times))))
        return [await self._send(callback, {}) for _ in range(times)]

    async def forget(self) -> None:
        """Break off every delivery under way, since the world it belongs to is being forgotten."""
        tasks = list(self._busy.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _rest(self) -> None:
        self._world.wake.clear()
        try:
            await asyncio.wait_for(self._world.wake.wait(), LOOK_SECONDS)
        except TimeoutError:
            return

    def _do_next(self) -> bool:
        """Do the earliest due thing; ``False`` when nothing is due that can be done now."""
        now = self._world.now()
        timers = self._world.store.due("timer", now)
        waiting = [
            item for item in self._world.store.due("callback", now) if item["subject"] not in self._busy
        ]
        callback = waiting[0] if waiting and len(self._busy) < AT_ONCE else None
        if timers and (callback is None or timers[0]["due_at"] <= callback["next_at"]):
            self._act(timers[0])
            return True
        if callback is None:
            return False
        self._start(callback["subject"], callback["id"])
        return True

    def _start(self, subject: str, callback_id: str) -> asyncio.Task[None]:
        task = asyncio.create_task(self._attempt_planned(callback_id))
        self._busy[subject] = task
        task.add_done_callback(lambda _: self._release(subject))
        return task

    def _release(self, subject: str) -> None:
        self._busy.pop(subject, None)
        self._world.wake.set()

    def _act(self, timer: Doc) -> None:
        # Removed and done in one transaction: a kill between the two can neither lose nor repeat it.
        with self._world.store.transaction():
            self._world.store.delete("timer", timer["id"])
            self._actions[timer["action"]](self._world, timer["reference"], timer["due_at"])

    async def _attempt_planned(self, callback_id: str) -> None:
        callback = self._world.store.need("callback", callback_id)
        if callback["state"] != "waiting" or self._is_held_back(callback):
            return
        twists = self._twists(callback)
        faults, endpoint, is_notice = self._world.faults, callback["endpoint"], callback["channel"] == "pay"
        if is_notice and faults.hits("notify_signtest", endpoint):
            await self._send(callback, {"signtest": {}})
        parallel = faults.take("notify_parallel", endpoint) if is_notice else None
        copies = int(parallel["count"]) if parallel else 1
        attempts = await asyncio.gather(*(self._send(callback, twists) for _ in range(copies)))
        self._settle(callback_id, any(attempt["is_accepted"] for attempt in attempts))
        duplicate = faults.take("notify_duplicate" if is_notice else "event_duplicate", endpoint)
        for _ in range(int(duplicate["count"]) - 1 if duplicate else 0):
            await self._send(callback, twists)

    def _is_held_back(self, callback: Doc) -> bool:
        """Dropped for good or put off by a fault."""
        faults, endpoint, store = self._world.faults, callback["endpoint"], self._world.store
        is_notice = callback["channel"] == "pay"
        if faults.hits("notify_dropped" if is_notice else "event_dropped", endpoint):
            callback.update(state="dropped", next_at=None)
            store.put("callback", callback["id"], callback, parent=callback["subject"])
            return True
        delay = faults.take("notify_delayed", endpoint) if is_notice and callback["tried"] == 0 else None
        if delay:
            callback["next_at"] = self._world.now() + float(delay["seconds"])
            store.put(
                "callback", callback["id"], callback, parent=callback["subject"], due_at=callback["next_at"]
            )
        return delay is not None

    def _twists(self, callback: Doc) -> dict[str, Doc]:
        names = notices.TAMPERING if callback["channel"] == "pay" else ("event_bad_signature",)
        taken = {name: self._world.faults.take(name, callback["endpoint"]) for name in names}
        return {name: parameters for name, parameters in taken.items() if parameters is not None}

    async def _send(self, callback: Doc, twists: dict[str, Doc]) -> Doc:
        started, began = self._world.now(), time.monotonic()
        attempt: Doc = {"at": started, "url": callback["url"], "twists": sorted(twists), "status": None}
        answer = ""
        try:
            if callback["channel"] == "pay":
                headers, body = notices.compose(self._world, callback, twists)
                url = callback["url"]
            else:
                url, headers, body = official_events.compose(self._world, callback, twists)
            async with asyncio.timeout(ANSWER_SECONDS):
                response = await self._client.post(url, content=body.encode(), headers=headers)
            attempt["status"], answer = response.status_code, response.text
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            attempt["note"] = f"{type(error).__name__}: {error}"[:200]
        attempt["milliseconds"] = int((time.monotonic() - began) * 1000)
        attempt["is_accepted"] = attempt["status"] is not None and 200 <= attempt["status"] < 300
        if not attempt["is_accepted"] and answer:
            attempt["note"] = answer[:200]
        self._record(callback["id"], attempt, answer)
        return attempt

    def _record(self, callback_id: str, attempt: Doc, answer: str) -> None:
        callback = self._world.store.get("callback", callback_id)
        if callback is None:  # the world was reset while the shop was answering
            return
        if callback["channel"] == "official" and attempt["is_accepted"]:
            note = official_events.take_reply(self._world, callback, answer)
            if note:
                attempt["note"] = note
        callback["attempts"] = [*callback["attempts"], attempt][-KEPT_ATTEMPTS:]
        self._world.store.put(
            "callback", callback_id, callback, parent=callback["subject"], due_at=callback["next_at"]
        )

    def _settle(self, callback_id: str, is_accepted: bool) -> None:
        callback = self._world.store.get("callback", callback_id)
        if callback is None:
            return
        pauses = callback["retry_seconds"]
        if is_accepted:
            callback.update(state="delivered", next_at=None)
        elif callback["tried"] >= len(pauses):
            callback.update(state="given_up", next_at=None)
        else:
            # Counted from the planned time: after a jump of the clock all that is due follows in order.
            callback["next_at"] += pauses[callback["tried"]]
        callback["tried"] += 1
        self._world.store.put(
            "callback", callback_id, callback, parent=callback["subject"], due_at=callback["next_at"]
        )
