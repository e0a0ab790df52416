"""Roles: who sees which leads and whose money."""

import pytest

from engine.access import Actor, Permission, Role, Scope, require, scope_of
from engine.errors import NotAllowed


def actor(role):
    return Actor(user_id=7, username="a", name="A", role=role)


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.OWNER, Scope(agent_id=None, sees_money=True)),
        (Role.TEAM_LEADER, Scope(agent_id=None, sees_money=True)),
        (Role.AGENT, Scope(agent_id=7, sees_money=True)),
        (Role.ASSISTANT, Scope(agent_id=None, sees_money=False)),
        (Role.READ_ONLY, Scope(agent_id=None, sees_money=False)),
    ],
)
def test_each_role_sees_its_own_part(role, scope):
    assert scope_of(actor(role)) == scope


def test_only_the_owner_manages_people():
    allowed = [role for role in Role if actor(role).may(Permission.MANAGE_PEOPLE)]
    assert allowed == [Role.OWNER]


def test_a_read_only_account_changes_nothing():
    for permission in (Permission.WORK_LEADS, Permission.IMPORT, Permission.CHANGE_SETTINGS):
        with pytest.raises(NotAllowed, match="Read only accounts may not"):
            require(actor(Role.READ_ONLY), permission)
