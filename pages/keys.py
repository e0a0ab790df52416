"""Team and access: who may sign in, and which programs may come in with a key."""

from collections.abc import Mapping
from datetime import timedelta

import streamlit as st

from engine import commands
from engine.access import Role
from engine.records.key import KeyScope
from engine.views import AccessPage, KeyRow
from pages import live, marks, ui, words

LASTS = {"90 days": timedelta(days=90), "A year": timedelta(days=365), "Until revoked": None}
USUAL = [KeyScope.SCORE, KeyScope.LEADS_READ]


def show_secret(kind: str) -> None:
    """What was just made and can be seen only now: a key, or a password."""
    made = st.session_state.get("made")
    if made is None or made[0] != kind:
        return
    _, title, secret, more = made
    with st.container(border=True, key="panel-secret"):
        ui.section(title, "shown only now; it is kept nowhere")
        st.code(secret, language=None, wrap_lines=True)
        ui.show(f'<p class="jc-sub">{marks.text(more)}</p>')
        st.button("I have kept it", key="forget_secret", icon=":material/check:", on_click=forget_secret)


def forget_secret() -> None:
    """Take it off the screen."""
    st.session_state.pop("made", None)


def keep_key(made: commands.NewKey) -> None:
    """Show a new key once."""
    more = "Send it as  Authorization: Bearer jk_…  — the document to read and try is at /api/docs."
    st.session_state["made"] = ("key", f"Key for {made.key.name}", made.secret, more)


def keep_password(name: str, password: str | None) -> None:
    """Show a one-time password once."""
    if password:
        st.session_state["made"] = (
            "password",
            f"One-time password of {name}",
            password,
            "It has to be changed at the first sign-in.",
        )


def ask_key(page: AccessPage) -> None:
    """What a new key is for, as whom, and for how long."""
    people = {user.user_id: user.name for user in page.people if not user.is_disabled}
    with st.form("new_key", border=True):
        ui.section("New key", "it sees the rows and the money that its person sees")
        name = st.text_input("Which program uses it", max_chars=60, placeholder="Website form")
        left, right = st.columns(2)
        person = left.selectbox(
            "Acts as",
            list(people),
            index=list(people).index(ui.require_actor().user_id),
            format_func=lambda user_id: people[user_id],
        )
        lasts = right.selectbox("Good for", list(LASTS))
        scopes = st.pills(
            "May be used to", list(KeyScope), selection_mode="multi", default=USUAL, format_func=lambda scope: scope.label
        )
        if st.form_submit_button("Make the key", type="primary", icon=":material/add:"):
            facts = {"user_id": person, "name": name, "scopes": scopes or [], "lasts": LASTS[lasts]}
            ui.act(commands.issue_key, then=keep_key, **facts)
            st.rerun()


def show_key(row: KeyRow, page: AccessPage) -> None:
    """One key: what it is, when it was last used, and its end."""
    key = row.key
    with st.container(horizontal=True, vertical_alignment="center", key=f"key-{key.key_id}", gap="small"):
        ui.show(key_marks(row, page))
        if row.is_good:
            with st.popover("Change", icon=":material/more_horiz:", key=f"end-{key.key_id}"):
                ui.show(
                    '<p class="jc-sub">Rotate: a new key; this one holds for another day. Revoke: its next request is refused.</p>'
                )
                st.button(
                    "Rotate",
                    key=f"rotate-{key.key_id}",
                    icon=":material/autorenew:",
                    on_click=ui.act,
                    args=(commands.rotate_key, key.key_id),
                    kwargs={"then": keep_key},
                )
                told = {"told": f"{key.name}: revoked"}
                st.button(
                    "Revoke now",
                    key=f"revoke-{key.key_id}",
                    icon=":material/block:",
                    on_click=ui.act,
                    args=(commands.revoke_key, key.key_id),
                    kwargs=told,
                )


def key_marks(row: KeyRow, page: AccessPage) -> str:
    """One key in a line."""
    key = row.key
    state = marks.chip("good", "money") if row.is_good else marks.chip("revoked" if key.revoked_at else "expired", "off")
    used = f"used {words.ago(key.last_used_at, page.at)}" if key.last_used_at else "never used"
    until = f"until {words.day(key.expires_at.date())}" if row.is_good and key.expires_at else ""
    scopes = "May do all its person may" if len(key.scopes) == len(KeyScope) else " · ".join(scope.label for scope in key.scopes)
    facts = " · ".join(part for part in (f"acts as {row.person}", used, until) if part)
    return (
        f'<div class="jc-key">{state}<div><b>{marks.text(key.name)}</b> <code>{marks.text(key.prefix)}…</code>'
        f"<span>{marks.text(facts)}</span><span>{marks.text(scopes)}</span></div></div>"
    )


@live.live_part("keys", "key_changed", every=60)
def show_keys() -> None:
    """The keys there are, the good ones first."""
    page: AccessPage = ui.fresh("access_page")
    show_secret("key")
    if not page.keys:
        ui.show('<p class="jc-sub">No keys yet. A program that sends or reads leads needs one.</p>')
    for row in sorted(page.keys, key=lambda one: not one.is_good):
        show_key(row, page)


def show_teams(page: AccessPage) -> None:
    """The teams: who leads each, and the way to set one up."""
    if not page.teams:
        ui.show(
            '<p class="jc-sub">No teams yet: team leaders see the whole office’s leads. From the first team on each sees his own.</p>'
        )
    people = {user.user_id: user.name for user in page.people}
    may_lead = [user.user_id for user in page.people if user.role in (Role.TEAM_LEADER, Role.OWNER) and not user.is_disabled]
    for team in page.teams:
        with st.container(horizontal=True, vertical_alignment="center", key=f"team-{team.team_id}", gap="small"):
            lead_by = f"led by {people.get(team.leader_id, 'somebody')}" if team.leader_id else "nobody leads it yet"
            members = ", ".join(sorted(people[number] for number in team.member_ids)) or "nobody in it yet"
            ui.show(
                f'<div class="jc-key">{marks.chip(words.count(len(team.member_ids), "person", "people"), "info")}'
                f"<div><b>{marks.text(team.name)}</b> <span>{marks.text(f'{lead_by} · {members}')}</span></div></div>"
            )
            with st.popover("Change", icon=":material/more_horiz:", key=f"change-team-{team.team_id}"):
                choices = [None, *may_lead]
                here = choices.index(team.leader_id) if team.leader_id in choices else 0
                key = f"leader-{team.team_id}"
                chosen = st.selectbox("Led by", choices, index=here, format_func=lambda one: people.get(one, "Nobody"), key=key)
                if chosen != choices[here]:
                    args = (commands.set_team_leader, team.team_id, chosen)
                    st.button(
                        "Let him lead" if chosen else "Take the lead away", key=f"lead-{team.team_id}", on_click=ui.act, args=args
                    )
                args = (commands.drop_team, team.team_id)
                st.button("Dissolve the team", key=f"drop-team-{team.team_id}", on_click=ui.act, args=args)


def ask_team() -> None:
    """A new team by name."""
    with st.form("new_team", border=False, clear_on_submit=True):
        name = st.text_input("New team", placeholder="Rancho Cucamonga", max_chars=60)
        if st.form_submit_button("Set up", icon=":material/group_add:"):
            ui.act(commands.add_team, name)
            st.rerun()


def show_people(page: AccessPage) -> None:
    """The accounts, and what can be done with each."""
    me = ui.require_actor().user_id
    teams = {team.team_id: team.name for team in page.teams}
    for user in page.people:
        with st.container(horizontal=True, vertical_alignment="center", key=f"person-{user.user_id}", gap="small"):
            state = marks.chip("closed", "off") if user.is_disabled else marks.chip(user.role.label, "info")
            ui.show(
                f'<div class="jc-key">{state}<div><b>{marks.text(user.name)}</b> <span>{marks.text(user.username)}'
                f"{' · has not signed in yet' if user.must_change_password else ''}"
                f"{marks.text(f' · team {teams[user.team_id]}') if user.team_id in teams else ''}</span></div></div>"
            )
            if user.user_id == me and not teams:
                continue
            with st.popover("Change", icon=":material/more_horiz:", key=f"change-{user.user_id}"):
                if teams and not user.is_disabled:
                    ask_team_of(user.user_id, user.team_id, teams)
                if user.user_id != me:
                    change_person(user.user_id, user.name, user.role, is_disabled=user.is_disabled)


def ask_team_of(user_id: int, team_id: int | None, teams: Mapping[int, str]) -> None:
    """Which team the person is in."""
    choices = [None, *teams]
    here = choices.index(team_id) if team_id in choices else 0
    chosen = st.selectbox("Team", choices, index=here, format_func=lambda one: teams.get(one, "None"), key=f"team-of-{user_id}")
    if chosen != choices[here]:
        args = (commands.set_team, user_id, chosen)
        st.button("Put there" if chosen else "Take out", key=f"put-{user_id}", type="primary", on_click=ui.act, args=args)


def change_person(user_id: int, name: str, role: Role, *, is_disabled: bool) -> None:
    """Another role, a new password, or in and out."""
    if is_disabled:
        st.button("Let in again", key=f"enable-{user_id}", on_click=ui.act, args=(commands.enable_user, user_id))
        return
    roles = list(Role)
    chosen = st.selectbox("Role", roles, index=roles.index(role), format_func=lambda one: one.label, key=f"role-{user_id}")
    if chosen is not role:
        st.button(
            "Give this role", key=f"give-{user_id}", type="primary", on_click=ui.act, args=(commands.set_role, user_id, chosen)
        )
    st.button(
        "New one-time password",
        key=f"reset-{user_id}",
        on_click=ui.act,
        args=(commands.reset_password, user_id),
        kwargs={"then": lambda password: keep_password(name, password)},
    )
    st.button("Shut out, at once", key=f"disable-{user_id}", on_click=ui.act, args=(commands.disable_user, user_id))


def ask_person() -> None:
    """Somebody new."""
    with st.form("new_person", border=True, clear_on_submit=True):
        ui.section("New account", "with a one-time password")
        left, right = st.columns(2)
        name = left.text_input("Name", placeholder="Maria Lopez")
        username = right.text_input("Signs in as", placeholder="maria")
        role = st.selectbox("Role", list(Role), index=list(Role).index(Role.AGENT), format_func=lambda one: one.label)
        if st.form_submit_button("Add", type="primary", icon=":material/person_add:"):
            facts = {"username": username, "name": name, "role": role}
            ui.act(commands.add_user, then=lambda made: keep_password(made.user.name, made.one_time_password), **facts)
            st.rerun()


ui.title("Team & access", "Who may sign in, and which programs may come in")
seen: AccessPage = ui.fresh("access_page")
programs, team = st.tabs(["Programs", "People"])
with programs:
    ui.section("Keys")
    with st.container(border=True, key="panel-keys"):
        show_keys()
    ask_key(seen)
with team:
    show_secret("password")
    ui.section("Accounts")
    with st.container(border=True, key="panel-people"):
        show_people(seen)
    ui.section("Teams", "a team leader sees the leads of his people, and those nobody has taken")
    with st.container(border=True, key="panel-teams"):
        show_teams(seen)
        ask_team()
    ask_person()
