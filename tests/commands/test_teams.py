"""Whose leads each person gets, whichever view, page of the API or export he asks: an agent his own, a team leader his team's."""

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from engine import commands, runtime, views
from engine.access import SYSTEM, Actor, Role
from engine.commands import people
from engine.errors import BadInput, Conflict, JorgeError, NotFound
from engine.records import Stage
from engine.records.key import KeyScope
from engine.runtime import Engine
from engine.settings import Settings
from tests.commands.conftest import PASSWORD

PEOPLE = {"lena": Role.TEAM_LEADER, "ann": Role.AGENT, "bob": Role.AGENT, "carl": Role.AGENT, "mia": Role.TEAM_LEADER}
WITH = ("ann", "bob", "carl", "nobody")  # whose lead each is: `Anntium`, `Bobtium` …


def named(owner: str) -> str:
    return f"{owner.capitalize()}tium"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Lena leads the team North with Ann and Bob; Carl is in none; Mia leads none. Each agent has a lead with a deal; one lead is free."""
    engine = runtime.start(Settings(home=tmp_path_factory.mktemp("teams"), _env_file=None))
    people.ensure_owner(engine, PASSWORD)
    for username, role in PEOPLE.items():
        people.add_user(engine, SYSTEM, username=username, name=username.capitalize(), role=role)
    ids = {user.username: user.user_id for user in people.list_users(engine, SYSTEM)}
    north = commands.add_team(engine, SYSTEM, "North", ids["lena"])
    for member in ("ann", "bob"):
        commands.set_team(engine, SYSTEM, ids[member], north)
    for place, owner in enumerate(WITH):
        told = {
            "first_name": named(owner),
            "phone": f"909555010{place}",
            "source": "portal",
            "message": "Hello",
            "tags": f"tag-{owner}",
        }
        lead_id = commands.take_lead(engine, SYSTEM, told)
        if owner in ids:
            commands.assign_lead(engine, SYSTEM, lead_id, ids[owner])
        commands.open_deal(engine, SYSTEM, lead_id, Stage.OFFER, price_cents=40_000_000)
    engine.show_changes()
    yield engine
    runtime.stop()


def person(engine: Engine, username: str) -> Actor:
    """As his key lets a program in: the way every actor comes to be."""
    user = people.user_called(engine, username)
    key = commands.issue_key(engine, SYSTEM, user_id=user.user_id, name="test", scopes=list(KeyScope))
    return commands.actor_from_bearer(engine, key.secret).actor


def whole_views() -> dict[str, Callable[..., Any]]:
    """Every view that can be asked with nothing but the engine and the person."""
    found = {}
    for name in views.__all__:
        view = getattr(views, name)
        if inspect.isfunction(view):
            asked = list(inspect.signature(view).parameters.values())
            is_whole = all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in asked[2:])
            if [one.name for one in asked[:2]] == ["engine", "actor"] and is_whole:
                found[name] = view
    return found


def views_of_a(what: str) -> dict[str, Callable[..., Any]]:
    """Every view of one lead, or of one deal."""
    found = {}
    for name in views.__all__:
        view = getattr(views, name)
        if inspect.isfunction(view):
            asked = list(inspect.signature(view).parameters.values())
            needed = [one.name for one in asked[2:] if one.default is one.empty]
            if [one.name for one in asked[:2]] == ["engine", "actor"] and needed == [what]:
                found[name] = view
    return found


def seen_in(answer: object) -> set[str]:
    told = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else repr(answer)
    return {owner for owner in WITH if named(owner) in told or f"tag-{owner}" in told}


def everything(engine: Engine, actor: Actor) -> dict[str, set[str]]:
    found = {}
    for name, view in whole_views().items():
        try:
            found[name] = seen_in(view(engine, actor))
        except JorgeError:  # a role without it
            found[name] = set()
    return found


@pytest.mark.parametrize(
    ("who", "may_see"),
    [
        ("ann", {"ann", "nobody"}),
        ("lena", {"ann", "bob", "nobody"}),
        ("mia", {"nobody"}),  # leads no team, in an office that has teams
        ("owner", set(WITH)),
    ],
)
def test_every_view_shows_a_person_the_leads_he_may_see_and_no_other(office: Engine, who: str, may_see: set[str]):
    found = everything(office, person(office, who))
    assert {name: owners - may_see for name, owners in found.items() if owners - may_see} == {}
    for name in ("inbox", "pipeline_deals", "lead_page", "queue_csv"):  # and these show all of them
        assert found[name] == may_see, name


@pytest.mark.parametrize(("who", "foreign"), [("ann", "bob"), ("ann", "carl"), ("lena", "carl"), ("mia", "ann")])
def test_a_lead_and_a_deal_of_another_are_not_there(office: Engine, who: str, foreign: str):
    actor = person(office, who)
    [row] = views.inbox(office, SYSTEM, search=named(foreign)).rows
    [deal] = views.deal_page(office, SYSTEM, lead_id=row.lead_id).deals
    assert len(views_of_a("lead_id")) >= 5
    for what, number in (("lead_id", row.lead_id), ("opportunity_id", deal.opportunity_id)):
        for view in views_of_a(what).values():
            as_asked = str if inspect.signature(view).parameters[what].annotation is str else int
            with pytest.raises(NotFound):
                view(office, actor, **{what: as_asked(number)})
    assert views.inbox_rows(office, actor, lead_ids=[row.lead_id]) == ()
    for refused in (commands.wake_lead, commands.claim_lead):
        with pytest.raises((NotFound, Conflict)):
            refused(office, actor, row.lead_id)


def test_the_switch_offers_what_a_person_may_see(office: Engine):
    assert [one.whose for one in views.reaches(office, person(office, "ann"))] == ["mine", "all", "unassigned"]
    assert [one.whose for one in views.reaches(office, person(office, "lena"))] == ["mine", "team", "all", "unassigned"]
    lena = person(office, "lena")
    assert seen_in(views.inbox(office, lena, whose="team")) == {"ann", "bob"}
    assert seen_in(views.pipeline_deals(office, lena, whose="team")) == {"ann", "bob"}
    assert seen_in(views.inbox(office, person(office, "ann"), whose="team-1")) == set()  # asked for by hand in the address


def test_only_who_has_the_role_leads_a_team(office: Engine):
    ann = people.user_called(office, "ann").user_id
    with pytest.raises(BadInput, match="team leader or the owner"):
        commands.set_team_leader(office, SYSTEM, 1, ann)
    with pytest.raises(Conflict):
        commands.add_team(office, SYSTEM, "north")
