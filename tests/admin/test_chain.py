"""The audit cannot be rewritten unseen (G2, invariant 24)."""

import json
import threading
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.admin import jobs, store
from chalicelib.admin import seal as sealing
from chalicelib.admin.link import Head, SealedRow, link
from chalicelib.admin.rules import AuditEntry
from chalicelib.admin.seal import seal
from chalicelib.admin.verify_chain import Finding, verify_chain
from chalicelib.kernel import aws, clock, crypto, ids, secrets
from chalicelib.kernel.dynamo import ConditionFailed, commit
from scripts.local.rotate import retired, rotated
from tests.support import api
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")
TABLE, CHAIN = "fenxiao-test-audit", "fenxiao-test-audit-chain"
DAY = "2026-11-23"


def act(count: int = 1) -> list[str]:
    """So many audit rows now; their ids as they sort."""
    made = [
        AuditEntry(ids.new_id("AU"), clock.now(), "ST1", "SE1", "POST /console/x", "RQ1", "", None, ())
        for _ in range(count)
    ]
    commit(store.put_audit(one) for one in made)
    return sorted(one.audit_id for one in made)


def tamper(audit_id: str, day: str = DAY) -> None:
    aws.client("dynamodb").update_item(
        TableName=TABLE,
        Key={"day": {"S": day}, "audit_id": {"S": audit_id}},
        UpdateExpression="SET staff_id = :other",
        ExpressionAttributeValues={":other": {"S": "ST2"}},
    )


def remove(audit_id: str, day: str = DAY) -> None:
    aws.client("dynamodb").delete_item(TableName=TABLE, Key={"day": {"S": day}, "audit_id": {"S": audit_id}})


def links() -> list[dict[str, Any]]:
    rows = (json.loads(line) for line in support.dump("audit-chain"))
    return sorted((row for row in rows if row["chain"]["S"] == "links"), key=lambda row: row["number"]["S"])


def put_link(item: dict[str, Any]) -> None:
    aws.client("dynamodb").put_item(TableName=CHAIN, Item=item)


def test_every_field_of_a_link_is_in_its_hash() -> None:
    """Nothing that a link says can be changed and its hash stay as it was."""
    rows = (SealedRow("AU1", "digest-1"), SealedRow("AU2", "digest-2"))
    last = Head(3, DAY, (), "", "hash-3")
    made = {
        link(last, DAY, rows).hash,
        link(replace(last, hash="hash-x"), DAY, rows).hash,
        link(replace(last, number=4), DAY, rows).hash,
        link(last, "2026-11-24", rows).hash,
        link(last, DAY, rows[::-1]).hash,
        link(last, DAY, rows[:1]).hash,
        link(last, DAY, (replace(rows[0], audit_id="AU0"), rows[1])).hash,
        link(last, DAY, (replace(rows[0], digest="digest-x"), rows[1])).hash,
    }
    assert len(made) == 8


class TestSeal:
    def test_rows_are_sealed_after_the_delay(self, world: Clock) -> None:
        act(3)
        world.advance(seconds=119)
        assert seal() == 0
        world.advance(seconds=1)
        assert seal() == 3
        assert seal() == 0

    def test_each_row_once_over_many_runs(self, world: Clock) -> None:
        every: list[str] = []
        for _ in range(6):
            every += act(2)
            world.advance(seconds=70)
            jobs.seal_audit()
        world.advance(minutes=5)
        jobs.seal_audit()
        sealed = [row["M"]["audit_id"]["S"] for one in links() for row in one["rows"]["L"]]
        assert sealed == sorted(every)
        assert verify_chain() == []

    def test_a_busy_day_is_sealed_in_batches(self, world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "BATCH", 4)
        act(10)
        world.advance(minutes=3)
        assert seal() == 10
        assert [len(one["rows"]["L"]) for one in links()] == [4, 4, 2]
        assert verify_chain() == []

    def test_days_are_closed_also_those_without_a_row(self, world: Clock) -> None:
        act(2)
        world.advance(days=3)
        act(1)
        world.advance(minutes=3)
        assert seal() == 3
        closed = {day.day: day.number for day, _ in store.days()}
        assert closed["2026-11-22"] == 0
        assert [closed[f"2026-11-{day}"] for day in (23, 24, 25)] == [1, 1, 1]
        assert "2026-11-26" not in closed
        assert verify_chain() == []

    def test_two_sealers_at_once_make_one_chain(self, world: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sealing, "BATCH", 3)
        every = act(20)
        world.advance(minutes=3)
        threads = [threading.Thread(target=seal) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        seal()
        assert [row["M"]["audit_id"]["S"] for one in links() for row in one["rows"]["L"]] == every
        assert verify_chain() == []


class TestVerify:
    @pytest.fixture
    def sealed(self, world: Clock, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """Two days of six rows, sealed in links of two, both days closed."""
        monkeypatch.setattr(sealing, "BATCH", 2)
        first = act(6)
        world.advance(days=1)
        second = act(6)
        world.advance(days=1)
        seal()
        assert verify_chain() == []
        return first + second

    @pytest.mark.parametrize("which", range(6))
    def test_an_edited_row_is_found(self, sealed: list[str], which: int) -> None:
        tamper(sealed[which])
        assert verify_chain() == [Finding("EDITED", DAY, sealed[which])]

    def test_staff_are_told_in_the_console(self, sealed: list[str]) -> None:
        """G2: whole as it was sealed, or what was done and where."""
        token = api.staff_token("audit.read")
        whole = api.get(f"/console/audit/chain?since={DAY}", token=token).json
        assert (whole["is_whole"], whole["findings"]) == (True, [])
        tamper(sealed[2])
        told = api.get("/console/audit/chain", token=token).json
        assert not told["is_whole"]
        assert told["findings"] == [
            {"kind": "EDITED", "day": DAY, "where": sealed[2], "says": "这条操作记录被改过"}
        ]
        assert api.get("/console/audit/chain", token=api.staff_token("settings.read")).status == 403

    @pytest.mark.parametrize("which", range(6))
    def test_a_deleted_row_is_found(self, sealed: list[str], which: int) -> None:
        remove(sealed[which])
        assert verify_chain() == [Finding("DELETED", DAY, sealed[which])]

    def test_a_row_slipped_in_is_found(self, sealed: list[str]) -> None:
        between, after = sealed[2] + "Z", sealed[5] + "Z"
        for audit_id in (between, after):
            entry = AuditEntry(audit_id, support.START, "ST1", "SE1", "x", "RQ1", "", None, ())
            commit(store.put_audit(entry))
        assert verify_chain() == [Finding("ADDED", DAY, between), Finding("ADDED", DAY, after)]

    def test_a_link_rewritten_for_an_edited_row_is_found(self, sealed: list[str]) -> None:
        """Who edits the row and its link breaks the signature and the next link."""
        tamper(sealed[2])
        _, second, *_ = links()
        heads = [head for head, _ in store.links()]
        rows = tuple(
            SealedRow(row.audit_id, row.digest)
            for row, _ in store.audit_between(DAY, after=sealed[1], until=sealed[3])
        )
        forged = link(heads[0], DAY, rows)
        second["hash"]["S"] = forged.hash
        second["rows"]["L"] = [
            {"M": {"audit_id": {"S": row.audit_id}, "digest": {"S": row.digest}}} for row in rows
        ]
        put_link(second)
        assert {(one.kind, one.where) for one in verify_chain()} == {
            ("BROKEN_LINK", "2"),
            ("BROKEN_LINK", "3"),
        }

    def test_rows_put_in_another_order_are_found(self, sealed: list[str]) -> None:
        """The hash is over the rows as they follow each other."""
        second = links()[1]
        assert len(second["rows"]["L"]) > 1
        second["rows"]["L"].reverse()
        put_link(second)
        assert ("BROKEN_LINK", "2") in {(one.kind, one.where) for one in verify_chain()}

    def test_links_put_in_another_order_are_found(self, sealed: list[str]) -> None:
        first, second, *_ = links()
        first["number"], second["number"] = second["number"], first["number"]
        put_link(first)
        put_link(second)
        assert {one.kind for one in verify_chain()} >= {"BROKEN_LINK"}

    def test_a_link_taken_away_is_found(self, sealed: list[str]) -> None:
        aws.client("dynamodb").delete_item(
            TableName=CHAIN, Key={"chain": {"S": "links"}, "number": {"S": f"{2:012d}"}}
        )
        assert Finding("BROKEN_LINK", DAY, "3") in verify_chain()

    def test_the_newest_links_taken_away_are_found(self, sealed: list[str]) -> None:
        """The closed day names a link that is gone."""
        for number in (5, 6):
            aws.client("dynamodb").delete_item(
                TableName=CHAIN, Key={"chain": {"S": "links"}, "number": {"S": f"{number:012d}"}}
            )
        kinds = {(one.kind, one.where) for one in verify_chain()}
        assert ("BROKEN_DAY", "2026-11-24") in kinds

    def test_a_day_rewritten_is_found(self, sealed: list[str]) -> None:
        rows = [json.loads(line) for line in support.dump("audit-chain")]
        day = next(row for row in rows if row["number"]["S"] == DAY)
        day["link_number"]["N"], day["hash"]["S"] = "2", links()[1]["hash"]["S"]
        put_link(day)
        assert verify_chain() == [Finding("BROKEN_DAY", DAY, DAY)]

    def test_from_a_day_on(self, sealed: list[str]) -> None:
        tamper(sealed[0])
        assert verify_chain(since="2026-11-24") == []
        tamper(sealed[7], day="2026-11-24")
        assert verify_chain(since="2026-11-24") == [Finding("EDITED", "2026-11-24", sealed[7])]
        assert len(verify_chain()) == 2

    def test_what_is_not_sealed_is_not_judged(self, sealed: list[str], world: Clock) -> None:
        (fresh,) = act()
        tamper(fresh, day="2026-11-25")
        assert verify_chain() == []
        world.advance(minutes=3)
        assert seal() == 1
        remove(fresh, day="2026-11-25")
        assert verify_chain() == [Finding("DELETED", "2026-11-25", fresh)]


def test_what_is_written_once_is_never_put_over(world: Clock) -> None:
    """Permissions cannot tell a new row from one put over another: the stores' conditions do."""
    entry = AuditEntry("AU1", clock.now(), "ST1", "SE1", "POST /console/x", "RQ1", "", None, ())
    commit(store.put_audit(entry))
    world.advance(days=1)
    seal()
    ((head, _),), closed = list(store.links()), store.last_day()
    assert closed is not None
    before = support.dump_all()
    for write in (
        store.put_audit(replace(entry, staff_id="ST2")),
        store.put_link(head),
        store.put_day(closed),
    ):
        with pytest.raises(ConditionFailed):
            commit(write)
    assert support.dump_all() == before


class TestKeys:
    def test_the_chain_outlives_the_keys_of_tokens(self, world: Clock) -> None:
        """Retiring every old signing key ends tokens, never the proof of what staff did."""
        (first,) = act()
        world.advance(days=1)
        seal()
        put_ring(crypto.SIGNING, retired(rotated(secrets.secret(crypto.SIGNING)), "k1"))
        assert verify_chain() == []
        tamper(first)
        assert verify_chain() == [Finding("EDITED", DAY, first)]

    def test_a_chain_goes_on_under_a_new_key(self, world: Clock) -> None:
        first, second = act(2)
        world.advance(days=1)
        seal()
        put_ring(crypto.AUDIT, rotated(secrets.secret(crypto.AUDIT)))
        act()
        world.advance(days=1)
        assert seal() == 1
        assert {row["signature"]["S"].partition(".")[0] for row in links()} == {"k1", "k2"}
        assert verify_chain() == []
        tamper(first)
        remove(second)
        assert verify_chain() == [Finding("EDITED", DAY, first), Finding("DELETED", DAY, second)]

    def test_a_key_of_tokens_cannot_sign_the_chain(self, world: Clock) -> None:
        act()
        world.advance(minutes=3)
        seal()
        (forged,) = links()
        text = f"{int(forged['number']['S'])}:{forged['hash']['S']}".encode()
        forged["signature"]["S"] = crypto.sign(text, purpose="audit-link")
        put_link(forged)
        assert verify_chain() == [Finding("BROKEN_LINK", DAY, "1")]


def put_ring(name: str, ring: str) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId=f"fenxiao-test/{name}", SecretString=ring)
    secrets.forget()
