"""The statements about accounts, sessions and failures, on both stores."""

from datetime import UTC, datetime, timedelta

import pytest

from engine.access import Role
from engine.store import people
from engine.store.ledger import Ledger

AT = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)


def person(user_id: int, username: str, role: Role = Role.AGENT) -> people.User:
    return people.User(
        user_id, username, username.title(), None, role, must_change_password=False, is_disabled=False, created_at=AT
    )


@pytest.fixture
def office(ledger: Ledger) -> Ledger:
    """An owner and an agent."""
    with ledger.write(at=AT) as txn:
        people.insert_user(txn.connection, person(1, "olga", Role.OWNER), "hash-1")
        people.insert_user(txn.connection, person(2, "ann"), "hash-2")
    return ledger


def test_an_account_reads_back_as_it_was_written(office: Ledger):
    with office.read() as connection:
        assert people.user_by_name(connection, "ann") == people.user_by_id(connection, 2) == person(2, "ann")
        assert people.user_by_name(connection, "ghost") is None
        assert people.password_hash(connection, 2) == "hash-2"
        assert (people.count_users(connection), people.count_owners(connection)) == (2, 1)
        assert [user.username for user in people.all_users(connection)] == ["ann", "olga"]


def test_a_closed_account_counts_as_no_owner_and_is_listed_last(office: Ledger):
    with office.write(at=AT) as txn:
        people.update_role(txn.connection, 2, Role.OWNER)
        people.update_disabled(txn.connection, 2, is_disabled=True)
        people.update_password(txn.connection, 2, "new", must_change=True)
    with office.read() as connection:
        assert people.count_owners(connection) == 1
        assert [user.username for user in people.all_users(connection)] == ["olga", "ann"]
        assert people.names(connection) == {1: "Olga", 2: "Ann"}
        assert people.names(connection, only_active=True) == {1: "Olga"}
        assert people.password_hash(connection, 2) == "new"


def test_sessions_end_one_by_one_or_all_at_once_and_only_once(office: Ledger):
    end = AT + timedelta(days=14)
    with office.write(at=AT) as txn:
        for session_id, user_id in (("a", 1), ("b", 2), ("c", 2), ("d", 2)):
            people.insert_session(txn.connection, session_id=session_id, user_id=user_id, at=AT, expires_at=end)
        people.touch_session(txn.connection, "a", AT + timedelta(hours=1))
        people.revoke_session(txn.connection, "b", AT)
        assert sorted(people.revoke_sessions_of(txn.connection, 2, AT)) == ["c", "d"]
        assert people.revoke_sessions_of(txn.connection, 2, AT) == []
    with office.read() as connection:
        kept = people.session_by_id(connection, "a")
        assert kept == people.SessionRow("a", person(1, "olga", Role.OWNER), AT, AT + timedelta(hours=1), end, None)
        ended = people.session_by_id(connection, "b")
        assert ended is not None
        assert ended.revoked_at == AT
        assert people.session_by_id(connection, "z") is None
    with office.write(at=AT) as txn:
        people.forget_sessions(txn.connection, ended_before=end + timedelta(seconds=1))
        assert people.session_by_id(txn.connection, "a") is None


def test_failures_are_replaced_dropped_and_forgotten(office: Ledger):
    held = people.Failures(5, AT, AT + timedelta(minutes=1))
    with office.write(at=AT) as txn:
        people.set_failures(txn.connection, "user:ann", people.Failures(4, AT, None))
        people.set_failures(txn.connection, "user:ann", held)
        people.set_failures(txn.connection, "address:::1", people.Failures(1, AT - timedelta(days=2), None))
        assert people.failures_of(txn.connection, "user:ann") == held
        people.forget_failures(txn.connection, last_before=AT - timedelta(days=1))
        assert people.failures_of(txn.connection, "address:::1") == people.NO_FAILURES
        people.set_failures(txn.connection, "user:ann", people.NO_FAILURES)
        assert people.failures_of(txn.connection, "user:ann") == people.NO_FAILURES
