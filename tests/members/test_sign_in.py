"""One person, one member (M1)."""

import threading
from collections.abc import Callable

import pytest

from chalicelib.kernel import sessions
from chalicelib.kernel.auth import admit, member
from chalicelib.members import store
from chalicelib.members.block import block
from chalicelib.members.refresh import refresh
from chalicelib.members.rules import MemberBlocked
from chalicelib.members.sign_in import SignedIn, sign_in
from chalicelib.members.start_session import start_session
from chalicelib.members.unblock import unblock
from chalicelib.wechat.login import Identity
from tests.members.people import MP, OA, join
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")


def at_once(count: int, work: Callable[[int], SignedIn]) -> list[SignedIn]:
    barrier = threading.Barrier(count)
    done: list[SignedIn] = []

    def run(number: int) -> None:
        barrier.wait()
        done.append(work(number))

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


class TestSignIn:
    def test_the_first_time_makes_a_member_and_the_next_finds_it(self) -> None:
        first = sign_in(Identity(MP, "openid-1", None))
        again = sign_in(Identity(MP, "openid-1", None))
        assert (first.is_new, again.is_new) == (True, False)
        assert first.member == again.member
        assert first.member.path == () and first.member.is_active

    def test_first_sign_ins_at_once_make_one_member(self) -> None:
        """wechat.md §6.2: a replayed or doubled login makes nobody twice."""
        done = at_once(12, lambda _: sign_in(Identity(MP, "openid-1", "union-1")))
        assert len({one.member.member_id for one in done}) == 1
        assert [one.is_new for one in done].count(True) == 1
        assert len(support.dump("members")) == 1
        assert len(support.dump("identities")) == 2

    def test_both_apps_at_once_make_one_member(self) -> None:
        """M1: the unionid joins the mini-program and the official account, also in a race."""
        done = at_once(8, lambda number: sign_in(Identity((MP, OA)[number % 2], f"o{number % 2}", "union-1")))
        assert len({one.member.member_id for one in done}) == 1
        assert len(support.dump("members")) == 1
        assert store.load(done[0].member.member_id).openids == {MP: "o0", OA: "o1"}

    def test_a_unionid_joins_the_second_app(self) -> None:
        first = sign_in(Identity(MP, "openid-mp", "union-1")).member
        second = sign_in(Identity(OA, "openid-oa", "union-1"))
        assert (second.member.member_id, second.is_new) == (first.member_id, False)
        assert second.member.openids == {MP: "openid-mp", OA: "openid-oa"}
        assert store.member_of_identity(OA, "openid-oa") == first.member_id

    def test_a_unionid_learned_later_joins_too(self) -> None:
        """Somebody who came before the apps were bound to one Open Platform account."""
        early = sign_in(Identity(MP, "openid-mp", None)).member
        assert sign_in(Identity(MP, "openid-mp", "union-1")).member.unionid == "union-1"
        assert sign_in(Identity(OA, "openid-oa", "union-1")).member.member_id == early.member_id

    def test_two_members_found_to_be_one_person_stay_as_they_are(self) -> None:
        """Money may hang on both, so nothing is merged by itself; it is counted for staff."""
        one = sign_in(Identity(MP, "openid-mp", None)).member
        other = sign_in(Identity(OA, "openid-oa", "union-1")).member
        found = sign_in(Identity(MP, "openid-mp", "union-1"))
        assert found.member.member_id == one.member_id != other.member_id
        assert store.member_of_unionid("union-1") == other.member_id


class TestBlocked:
    """A blocked member can neither sign in nor renew a session (M3)."""

    def test_sign_in_is_refused(self) -> None:
        found = join("1")
        block(found.member_id, reason="刷单")
        with pytest.raises(MemberBlocked):
            sign_in(Identity(MP, "openid-1", None))
        with pytest.raises(MemberBlocked):
            start_session(store.load(found.member_id), "mp")

    def test_renewing_is_refused_and_possible_again_after(self) -> None:
        found = join("1")
        tokens = start_session(found, "mp")
        block(found.member_id, reason="刷单")
        with pytest.raises(MemberBlocked):
            refresh(tokens.refresh_token)
        unblock(found.member_id)
        assert refresh(tokens.refresh_token)[0].member_id == found.member_id


class TestSessions:
    """Refresh tokens: kept only as a hash, good once, revocable, idle for a while at most (trust A6.2)."""

    def test_the_access_token_opens_doors_for_thirty_minutes(self, world: Clock) -> None:
        found = join("1")
        header = f"Bearer {start_session(found, 'oa').access_token}"
        entrant = admit(member, header)
        assert (entrant.id, entrant.via) == (found.member_id, "oa")
        world.advance(minutes=30)
        with pytest.raises(sessions.Unauthorized):
            admit(member, header)

    def test_a_refresh_token_is_good_once(self) -> None:
        first = start_session(join("1"), "mp")
        _, second = refresh(first.refresh_token)
        _, third = refresh(second.refresh_token)
        assert len({first.refresh_token, second.refresh_token, third.refresh_token}) == 3
        assert first.session_id == third.session_id

    def test_an_old_refresh_token_ends_the_session(self) -> None:
        """Somebody copied it: thief and owner are both signed out."""
        first = start_session(join("1"), "mp")
        _, second = refresh(first.refresh_token)
        for token in (first.refresh_token, second.refresh_token):
            with pytest.raises(sessions.SessionOver):
                refresh(token)

    def test_a_made_up_token_ends_nothing(self) -> None:
        tokens = start_session(join("1"), "mp")
        key_id, payload, mac = tokens.refresh_token.split(".")
        for wrong in ("", "nonsense", f"{key_id}.{payload}.{mac[::-1]}", tokens.access_token):
            with pytest.raises(sessions.SessionOver):
                refresh(wrong)
        refresh(tokens.refresh_token)

    def test_a_members_token_is_no_staff_token(self) -> None:
        tokens = start_session(join("1"), "mp")
        with pytest.raises(sessions.SessionOver):
            sessions.resume(tokens.refresh_token, "staff")

    def test_idle_sessions_are_over(self, world: Clock) -> None:
        tokens = start_session(join("1"), "mp")
        world.advance(minutes=119)
        _, tokens = refresh(tokens.refresh_token)
        world.advance(minutes=120)
        with pytest.raises(sessions.SessionOver):
            refresh(tokens.refresh_token)

    def test_no_session_outlives_its_longest_time(self, world: Clock) -> None:
        tokens = start_session(join("1"), "web")
        for _ in range(5):
            world.advance(days=6)
            if world.moment < support.START + sessions.LONGEST["member"]:
                _, tokens = refresh(tokens.refresh_token)
        with pytest.raises(sessions.SessionOver):
            refresh(tokens.refresh_token)

    def test_of_two_renewals_at_once_one_wins(self) -> None:
        tokens = start_session(join("1"), "mp")
        session = sessions.resume(tokens.refresh_token, "member")
        (_, mine), (_, theirs) = sessions.renew(session), sessions.renew(session)
        sessions.commit(mine)
        with pytest.raises(sessions.SessionOver):
            sessions.commit(theirs)

    def test_no_token_is_in_the_table(self) -> None:
        tokens = start_session(join("1"), "mp")
        kept = "".join(support.dump("sessions"))
        assert tokens.refresh_token not in kept and tokens.access_token not in kept
        assert tokens.refresh_token.split(".")[1] not in kept
