"""Accounts, signing in, and the wait after too many wrong tries."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from engine.access import SYSTEM, Actor, Role
from engine.commands import passwords, people, sessions
from engine.errors import BadInput, ConfigurationError, Conflict, NotAllowed, NotFound, SignInRefused
from engine.runtime import Engine
from engine.settings import ROOT
from engine.store import tables
from tests.commands.conftest import PASSWORD, START, later, open_office

HOME = "10.0.0.7"


def enter(office: Engine, username: str = "owner", password: str = PASSWORD, address: str = HOME) -> people.SignedIn:
    return people.sign_in(office, username, password, address)


def owner_of(office: Engine) -> Actor:
    actor = people.actor_of_session(office, enter(office).token)
    assert actor is not None
    return actor


def add_agent(office: Engine, username: str = "maria", role: Role = Role.AGENT) -> people.User:
    return people.add_user(office, SYSTEM, username=username, name="Maria Lopez", role=role, password=PASSWORD).user


def fail(office: Engine, times: int, username: str = "owner", address: str = HOME) -> list[str]:
    """Sign in wrongly; what the person reads each time."""
    messages = []
    for _ in range(times):
        with pytest.raises(SignInRefused) as refused:
            enter(office, username, "wrong-password", address)
        messages.append(refused.value.message)
    return messages


# Accounts


def test_the_first_start_makes_an_owner_with_a_one_time_password_and_only_once(tmp_path: Path):
    office = open_office(tmp_path)
    one_time = people.ensure_owner(office, None)
    assert one_time is not None
    assert people.ensure_owner(office, None) is None
    signed_in = enter(office, "owner", one_time)
    assert signed_in.must_change_password
    assert signed_in.user.role is Role.OWNER
    office.close()


def test_a_given_owner_password_needs_no_change(office: Engine):
    assert not enter(office).must_change_password


def test_an_owner_password_that_is_too_short_is_refused_by_its_variable(tmp_path: Path):
    office = open_office(tmp_path)
    with pytest.raises(ConfigurationError, match=r"JORGE_OWNER_PASSWORD .*at least 10 characters"):
        people.ensure_owner(office, "short")
    office.close()


def test_a_one_time_password_opens_nothing_but_the_choice_of_an_own_one(office: Engine):
    new = people.add_user(office, SYSTEM, username="maria", name="Maria Lopez", role=Role.AGENT)
    token = enter(office, "maria", new.one_time_password or "").token
    assert people.actor_of_session(office, token) is None
    session = people.session_of(office, token)
    assert session is not None
    people.change_password(office, session.actor, current=new.one_time_password or "", new="green-gate-12-oak")
    assert people.session_of(office, token) is None
    assert people.actor_of_session(office, enter(office, "maria", "green-gate-12-oak").token) is not None


def test_two_accounts_cannot_share_a_name_in_any_case(office: Engine):
    add_agent(office, "maria")
    with pytest.raises(Conflict):
        add_agent(office, " MARIA ")


def test_an_agent_manages_nobody(office: Engine):
    agent = people.actor_of_session(office, enter(office, add_agent(office).username).token)
    assert agent is not None
    with pytest.raises(NotAllowed):
        people.add_user(office, agent, username="x1", name="Somebody", role=Role.OWNER)
    with pytest.raises(NotAllowed):
        people.list_users(office, agent)
    with pytest.raises(NotAllowed):
        people.set_role(office, agent, agent.user_id, Role.OWNER)
    with pytest.raises(NotAllowed):
        people.reset_password(office, agent, 1)
    with pytest.raises(NotAllowed):
        people.revoke_sessions(office, agent, 1)


def test_a_disabled_person_is_out_at_once_and_cannot_return(office: Engine):
    user = add_agent(office)
    token = enter(office, "maria").token
    assert people.actor_of_session(office, token) is not None
    people.disable_user(office, SYSTEM, user.user_id)
    assert people.actor_of_session(office, token) is None
    with pytest.raises(SignInRefused):
        enter(office, "maria")
    people.enable_user(office, SYSTEM, user.user_id)
    assert people.actor_of_session(office, token) is None
    assert enter(office, "maria")


def test_the_last_owner_stays(office: Engine):
    owner = owner_of(office)
    with pytest.raises(Conflict):
        people.disable_user(office, owner, owner.user_id)
    with pytest.raises(Conflict):
        people.set_role(office, owner, owner.user_id, Role.AGENT)
    other = add_agent(office, "second", Role.OWNER)
    people.disable_user(office, owner, owner.user_id)
    assert [user.is_disabled for user in people.list_users(office, SYSTEM)] == [False, True]
    with pytest.raises(Conflict):
        people.disable_user(office, SYSTEM, other.user_id)


def test_a_new_role_holds_from_the_next_click(office: Engine):
    user = add_agent(office)
    token = enter(office, "maria").token
    people.set_role(office, SYSTEM, user.user_id, Role.READ_ONLY)
    actor = people.actor_of_session(office, token)
    assert actor is not None
    assert actor.role is Role.READ_ONLY


def test_a_reset_password_ends_sessions_and_the_wait(office: Engine):
    user = add_agent(office)
    token = enter(office, "maria").token
    fail(office, 5, "maria")
    one_time = people.reset_password(office, SYSTEM, user.user_id)
    assert people.session_of(office, token) is None
    assert enter(office, "maria", one_time).must_change_password


def test_an_account_that_is_not_there_is_said_to_be_missing(office: Engine):
    with pytest.raises(NotFound):
        people.user_called(office, "ghost")
    with pytest.raises(NotFound):
        people.disable_user(office, SYSTEM, 999)


def test_every_change_of_an_account_is_in_the_audit_and_in_the_feed(office: Engine):
    user = add_agent(office)
    people.set_role(office, SYSTEM, user.user_id, Role.ASSISTANT)
    people.disable_user(office, SYSTEM, user.user_id)
    with office.ledger.read() as connection:
        actions = list(connection.execute(select(tables.audit.c.action).where(tables.audit.c.ref == user.user_id)).scalars())
        events = set(connection.execute(select(tables.changes.c.event_type).where(tables.changes.c.kind == "users")).scalars())
    assert actions == ["add_user", "set_role", "disable_user"]
    assert events == {"user_changed", "signed_out"}


# Passwords


@pytest.mark.parametrize(
    ("password", "sentence"),
    [("short", "at least 10"), ("x" * 73, "at most 72"), ("é" * 37 + "abc", "at most 72"), ("aaaaaaaaaaaa", "different")],
)
def test_a_password_that_will_not_do_is_told_why(password: str, sentence: str):
    with pytest.raises(BadInput, match=sentence):
        passwords.hash_password(password)


@given(st.text(min_size=10, max_size=18).filter(lambda text: len(set(text)) > 5), st.text(max_size=30))
def test_only_the_password_itself_fits(password: str, other: str):
    import bcrypt

    plain = passwords._normal(password)
    if len(plain) < 10 or len(plain.encode()) > 72:
        return
    kept = bcrypt.hashpw(plain.encode(), bcrypt.gensalt(rounds=4)).decode()
    assert passwords.is_password(password, kept)
    assert passwords.is_password(other, kept) == (passwords._normal(other) == plain)


def test_one_time_passwords_are_good_passwords_and_differ():
    made = {passwords.one_time_password() for _ in range(200)}
    assert len(made) == 200
    assert all(passwords.hash_password(password) for password in list(made)[:5])


def test_the_password_is_nowhere_in_the_ledger(office: Engine, tmp_path: Path):
    token = enter(office).token
    office.ledger.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in kept
    assert token.encode() not in kept


@pytest.mark.parametrize("username", ["", "a b", "x" * 21, "né", "a\nb", "<script>"])
def test_a_user_name_that_cannot_be_typed_everywhere_is_refused(office: Engine, username: str):
    with pytest.raises(BadInput):
        add_agent(office, username)


# Sessions


def test_a_copied_cookie_is_worth_nothing_after_sign_out(office: Engine):
    token = enter(office).token
    assert people.actor_of_session(office, token) is not None
    people.sign_out(office, token)
    people.sign_out(office, token)
    assert people.actor_of_session(office, token) is None
    assert people.actor_of_session_id(office, sessions.session_id_of(token)) is None


def test_signing_out_here_leaves_the_other_device_signed_in(office: Engine):
    here, there = enter(office).token, enter(office).token
    people.sign_out(office, here)
    assert people.actor_of_session(office, there) is not None


def test_revoking_ends_every_device(office: Engine):
    tokens = [enter(office).token for _ in range(3)]
    owner = people.actor_of_session(office, tokens[0])
    assert owner is not None
    assert people.revoke_sessions(office, owner, owner.user_id) == 3
    assert [people.actor_of_session(office, token) for token in tokens] == [None, None, None]


def test_a_session_nobody_uses_ends_after_twelve_hours(office: Engine):
    token = enter(office).token
    for _ in range(3):
        later(office, hours=11)
        assert people.actor_of_session(office, token) is not None
    later(office, hours=12, seconds=1)
    assert people.actor_of_session(office, token) is None


def test_a_session_in_daily_use_ends_after_two_weeks(office: Engine):
    token = enter(office).token
    for _ in range(33):
        later(office, hours=10)
        assert people.actor_of_session(office, token) is not None
    later(office, hours=6)  # 336 hours are 14 days
    assert people.actor_of_session(office, token) is None


def test_a_page_that_only_listens_does_not_keep_a_session_alive(office: Engine):
    token = enter(office).token
    for _ in range(12):
        later(office, hours=1)
        assert people.actor_of_session(office, token, is_use=False) is not None
    later(office, minutes=1)
    assert people.actor_of_session(office, token, is_use=False) is None


def test_another_process_sees_a_revocation_within_two_seconds(office: Engine, tmp_path: Path):
    token = enter(office).token
    assert people.actor_of_session(office, token) is not None
    with office.ledger.write(at=START) as txn:  # as the command line would, in a process with a memory of its own
        people.store.revoke_session(txn.connection, sessions.session_id_of(token), START)
    assert people.actor_of_session(office, token) is not None
    later(office, seconds=3)
    assert people.actor_of_session(office, token) is None


@pytest.mark.parametrize("token", [None, "", "nonsense", "x" * 5000])
def test_a_made_up_cookie_stands_for_nobody(office: Engine, token: str | None):
    assert people.actor_of_session(office, token) is None


# Wrong tries


def test_five_wrong_tries_lock_a_name_for_a_minute_even_for_the_right_password(office: Engine):
    assert set(fail(office, 5)) == {"The name or the password isn't right."}
    with pytest.raises(SignInRefused, match="wait 1 minute and"):
        enter(office)
    later(office, seconds=61)
    assert enter(office)


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(office: Engine):
    fail(office, 4)
    waits = []
    for _ in range(6):
        fail(office, 1, address="10.1.1.1")
        waits.append(int(fail(office, 1, address="10.1.1.1")[0].split("wait ")[1].split()[0]))
        later(office, minutes=waits[-1], seconds=1)
    assert waits == [1, 2, 4, 8, 15, 15]


def test_a_wait_survives_a_restart_and_ends_by_itself(office: Engine, tmp_path: Path):
    fail(office, 5)
    office.close()
    restarted = open_office(tmp_path, START + timedelta(seconds=30))
    with pytest.raises(SignInRefused, match="Too many"):
        enter(restarted)
    later(restarted, seconds=31)
    assert enter(restarted)
    restarted.close()


def test_a_refusal_reads_alike_for_a_name_that_is_not_there(office: Engine):
    assert fail(office, 6, "ghost") == fail(office, 6, "owner", "10.2.2.2")


def test_a_name_that_is_not_there_costs_a_check_too(office: Engine, monkeypatch: pytest.MonkeyPatch):
    import bcrypt

    checked = []
    real = bcrypt.checkpw
    monkeypatch.setattr(bcrypt, "checkpw", lambda *given: checked.append(1) or real(*given))
    fail(office, 1, "ghost")
    assert len(checked) == 1
    fail(office, 1, "owner")
    assert len(checked) == 2
    with pytest.raises(SignInRefused):
        enter(office, "owner", "x" * 200)
    assert len(checked) == 3


def test_one_address_cannot_try_all_names(office: Engine):
    for number in range(20):
        fail(office, 1, f"name{number}")
    with pytest.raises(SignInRefused, match="Too many"):
        enter(office, "owner")
    assert enter(office, "owner", address="10.9.9.9")


def test_a_busy_office_behind_one_address_is_not_locked_by_right_sign_ins(office: Engine):
    assert all(enter(office) for _ in range(30))


def test_guesses_made_at_the_same_moment_do_not_slip_past_the_limit(office: Engine, monkeypatch: pytest.MonkeyPatch):
    checked = []
    real = sessions.is_password
    monkeypatch.setattr(sessions, "is_password", lambda *given: checked.append(1) or real(*given))

    def guess(number: int) -> str:
        try:
            enter(office, "owner", f"guess-number-{number}", f"10.3.3.{number}")
        except SignInRefused as refused:
            return refused.message
        return "in"

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(guess, range(20)))
    assert len(checked) == 5
    assert sum("Too many" in answer for answer in answers) == 15


def test_a_right_sign_in_forgives_the_wrong_ones_before_it(office: Engine):
    fail(office, 4)
    enter(office)
    fail(office, 4)
    assert enter(office)


def test_failures_are_forgotten_after_an_hour(office: Engine):
    fail(office, 4)
    later(office, hours=1, seconds=1)
    fail(office, 4)
    assert enter(office)


def test_guessing_the_current_password_in_an_open_session_is_limited_too(office: Engine):
    owner = owner_of(office)
    for _ in range(5):
        with pytest.raises(SignInRefused, match="current password"):
            people.change_password(office, owner, current="wrong-one-1", new="green-gate-12-oak")
    with pytest.raises(SignInRefused, match="Too many"):
        people.change_password(office, owner, current=PASSWORD, new="green-gate-12-oak")


def test_a_new_password_must_be_new(office: Engine):
    with pytest.raises(BadInput, match="differ"):
        people.change_password(office, owner_of(office), current=PASSWORD, new=PASSWORD)


def test_hashing_in_the_command_line_does_not_start_streamlit():
    script = "import sys; from engine.commands import passwords; passwords.checked_email('a@b.org'); assert 'streamlit' not in sys.modules"
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT)
