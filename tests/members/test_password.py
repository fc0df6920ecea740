"""Username and password for the H5 shop (M1): hashed, limited, silent about who exists."""

import threading

import pytest

from chalicelib.kernel import passwords
from chalicelib.kernel.limits import TooOften
from chalicelib.kernel.passwords import WeakPassword
from chalicelib.members.block import block
from chalicelib.members.rules import BadUsername, MemberBlocked, UsernameTaken, WrongPassword
from chalicelib.members.sign_in_with_password import sign_in_with_password
from chalicelib.members.sign_up import sign_up
from tests.support import world as support
from tests.support.world import Clock

pytestmark = pytest.mark.usefixtures("world")
RIGHT = "four plain words"


class TestSignUp:
    def test_a_member_comes_of_it(self) -> None:
        made = sign_up("Lucy_88", RIGHT, ip="1.2.3.4")
        assert made.username == "lucy_88"
        assert sign_in_with_password(" LUCY_88", RIGHT, ip="1.2.3.4") == made

    def test_others_do_not_see_the_username(self) -> None:
        assert "lucy" not in sign_up("lucy", RIGHT, ip="1.2.3.4").nickname

    def test_a_username_is_given_once(self) -> None:
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        with pytest.raises(UsernameTaken):
            sign_up("LUCY", "another good one", ip="1.2.3.4")
        assert len(support.dump("members")) == 1

    @pytest.mark.parametrize("name", ["abc", "1lucy", "lucy!", "小明同学", "a" * 21, "lu cy"])
    def test_odd_usernames_are_refused(self, name: str) -> None:
        with pytest.raises(BadUsername):
            sign_up(name, RIGHT, ip="1.2.3.4")

    @pytest.mark.parametrize(
        "password", ["short", "12345678", "87654321", "aaaaaaaaaa", "my lucy 2026", "x" * 65]
    )
    def test_weak_passwords_are_refused(self, password: str) -> None:
        with pytest.raises(WeakPassword):
            sign_up("lucy", password, ip="1.2.3.4")

    def test_an_address_makes_so_many_only(self) -> None:
        for number in range(20):
            sign_up(f"lucy_{number:02d}", RIGHT, ip="1.2.3.4")
        with pytest.raises(TooOften):
            sign_up("lucy_last", RIGHT, ip="1.2.3.4")
        sign_up("lucy_last", RIGHT, ip="1.2.3.5")


class TestSignIn:
    def test_unknown_and_wrong_get_the_same_answer(self) -> None:
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        with pytest.raises(WrongPassword) as wrong:
            sign_in_with_password("lucy", "not this one", ip="1.2.3.4")
        with pytest.raises(WrongPassword) as unknown:
            sign_in_with_password("nobody", "not this one", ip="1.2.3.4")
        assert wrong.value.detail == unknown.value.detail

    def test_an_unknown_user_costs_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The time is argon2's, so both ways must verify exactly once, at the same cost."""
        verified: list[str] = []
        hasher = passwords._hasher()

        class Counting:
            def verify(self, stored: str, password: str) -> bool:
                verified.append(stored)
                return bool(hasher.verify(stored, password))

        sign_up("lucy", RIGHT, ip="1.2.3.4")
        monkeypatch.setattr(passwords, "_hasher", Counting)
        for name in ("lucy", "nobody"):
            with pytest.raises(WrongPassword):
                sign_in_with_password(name, "not this one", ip="1.2.3.4")
        known, unknown = (stored.rsplit("$", 2)[0] for stored in verified)
        assert known == unknown == "$argon2id$v=19$m=19456,t=2,p=1"

    def test_five_failures_lock_a_username_for_a_while(self, world: Clock) -> None:
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        for number in range(5):
            with pytest.raises(WrongPassword):
                sign_in_with_password("lucy", "not this one", ip=f"1.2.3.{number}")
        with pytest.raises(TooOften):
            sign_in_with_password("lucy", RIGHT, ip="9.9.9.9")
        world.advance(minutes=15)
        sign_in_with_password("lucy", RIGHT, ip="9.9.9.9")

    def test_an_address_may_fail_so_often_over_all_names(self) -> None:
        for number in range(20):
            with pytest.raises(WrongPassword):
                sign_in_with_password(f"somebody{number}", "not this one", ip="1.2.3.4")
        with pytest.raises(TooOften):
            sign_in_with_password("one_more", "not this one", ip="1.2.3.4")

    def test_success_is_not_counted(self) -> None:
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        for _ in range(12):
            sign_in_with_password("lucy", RIGHT, ip="1.2.3.4")

    def test_guesses_sent_at_once_are_five_guesses(self) -> None:
        """Counted before judged: a race gains nothing."""
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        answers: list[type[Exception]] = []

        def guess() -> None:
            try:
                sign_in_with_password("lucy", "not this one", ip="1.2.3.4")
            except (WrongPassword, TooOften) as refused:
                answers.append(type(refused))

        threads = [threading.Thread(target=guess) for _ in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (answers.count(WrongPassword), answers.count(TooOften)) == (5, 7)

    def test_a_blocked_member_is_told_only_after_the_right_password(self) -> None:
        made = sign_up("lucy", RIGHT, ip="1.2.3.4")
        block(made.member_id, reason="刷单")
        with pytest.raises(WrongPassword):
            sign_in_with_password("lucy", "not this one", ip="1.2.3.4")
        with pytest.raises(MemberBlocked):
            sign_in_with_password("lucy", RIGHT, ip="1.2.3.4")

    def test_no_password_and_no_address_is_kept(self) -> None:
        sign_up("lucy", RIGHT, ip="1.2.3.4")
        with pytest.raises(WrongPassword):
            sign_in_with_password("lucy", "not this one", ip="1.2.3.4")
        everything = str(support.dump_all())
        assert RIGHT not in everything and "1.2.3.4" not in everything
