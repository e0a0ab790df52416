"""Roles: who sees which leads and whose money."""

import pytest

from engine.access import Actor, Permission, Role, Scope, require, scope_of, sees_office_money
from engine.errors import NotAllowed


def actor(role):
    return Actor(user_id=7, username="a", name="A", role=role)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.OWNER, Scope(agents=None, sees_money=True)),
        (Role.TEAM_LEADER, Scope(agents=None, sees_money=True)),
        (Role.AGENT, Scope(agents=frozenset({7}), sees_money=True, own=7)),
        (Role.ASSISTANT, Scope(agents=None, sees_money=False)),
        (Role.READ_ONLY, Scope(agents=None, sees_money=False)),
    ],
)
def test_each_role_sees_its_own_part(role, scope):
    assert scope_of(actor(role)) == scope


def test_a_team_leader_sees_his_people_and_himself_once_the_office_has_teams():
    lena = Actor(user_id=7, username="l", name="L", role=Role.TEAM_LEADER, led=frozenset({8, 9}))
    scope = scope_of(lena)
    assert scope == Scope(agents=frozenset({7, 8, 9}), sees_money=True)
    assert [scope.covers(owner) for owner in (7, 9, 10, None)] == [True, True, False, True]
    assert not sees_office_money(lena)


def test_only_the_owner_manages_people():
    allowed = [role for role in Role if actor(role).may(Permission.MANAGE_PEOPLE)]
    assert allowed == [Role.OWNER]


def test_a_read_only_account_changes_nothing():
    for permission in (Permission.WORK_LEADS, Permission.IMPORT, Permission.CHANGE_SETTINGS):
        with pytest.raises(NotAllowed, match="Read only accounts may not"):
            require(actor(Role.READ_ONLY), permission)
