"""Keys and tokens: who gets in, for how long, and how he is put out again."""

import base64
import hashlib
import json
import threading
import warnings
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
from pydantic import SecretStr

from engine import commands
from engine.access import SYSTEM, Role
from engine.clock import FixedClock
from engine.commands import people, tokens
from engine.errors import BadInput, Conflict, NotAllowed, SignInRefused
from engine.records.key import KeyScope
from engine.runtime import Engine
from engine.settings import secret_key
from engine.store import keys as key_store
from engine.store.access_tables import api_keys, refresh_tokens
from tests.api.rest import PASSWORD, Api, key_of, opened, person


@pytest.fixture
def office(api_home: Path, tmp_path: Path) -> Iterator[Engine]:
    for engine in opened(api_home, tmp_path):
        engine.clock = FixedClock(engine.clock.now())
        yield engine


def later(engine: Engine, **passed: float) -> None:
    engine.clock = FixedClock(engine.clock.now() + timedelta(**passed))


def signed_in(engine: Engine, username: str = "maria") -> tokens.Tokens:
    return commands.issue_tokens(engine, username, PASSWORD, "127.0.0.1")


def me(engine: Engine, token: str) -> int:
    return Api(engine, token).get("/v1/auth/me").status_code


def claims(engine: Engine, **changed: object) -> dict[str, object]:
    now = int(engine.clock.now().timestamp())
    good = {"iss": tokens.ISSUER, "aud": tokens.AUDIENCE, "sub": "1", "jti": "x", "iat": now, "exp": now + 600}
    return {name: value for name, value in (good | changed).items() if value is not None}


def forged(engine: Engine, key: bytes | None = None, algorithm: str = "HS256", **changed: object) -> str:
    """A token signed with our own key unless another is given, of a living sign-in, with claims or header as wished."""
    own = tokens._signing_keys(engine.settings)[0]
    family = jwt.decode(signed_in(engine, "owner").access_token, options={"verify_signature": False})["fam"]
    return jwt.encode(
        claims(engine, **{"fam": family, **changed}), key or own, algorithm=algorithm, headers={"kid": tokens._key_name(own)}
    )


def test_a_token_stands_for_its_person_for_a_quarter_of_an_hour(office: Engine):
    token = signed_in(office).access_token
    assert Api(office, token).get("/v1/auth/me").json()["username"] == "maria"
    later(office, minutes=14, seconds=59)
    assert me(office, token) == 200
    later(office, seconds=1)
    assert me(office, token) == 401


def test_a_well_made_forgery_with_our_own_key_would_be_good_so_the_next_test_means_something(office: Engine):
    assert me(office, forged(office)) == 200


WRONG: list[dict[str, object]] = [
    {"exp": None}, {"iat": None}, {"iss": None}, {"aud": None}, {"jti": None}, {"exp": 1}, {"exp": "soon"}, {"exp": 1e300}, {"exp": True},
    {"iat": 9_999_999_999}, {"iss": "another"}, {"aud": "another"}, {"aud": ["jorge"]}, {"sub": "0"}, {"sub": "99"}, {"sub": "1; DROP"},
    {"sub": None}, {"fam": "another"}, {"fam": None},
]  # fmt: skip


def test_a_token_with_a_claim_missing_or_wrong_is_refused(office: Engine):
    let_in = [changed for changed in WRONG if me(office, forged(office, **changed)) != 401]
    assert let_in == []


def test_a_token_without_a_signature_or_of_another_kind_is_refused(office: Engine):
    own = tokens._signing_keys(office.settings)[0]
    head = {"alg": "none", "typ": "JWT", "kid": tokens._key_name(own)}
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (head, claims(office))]
    unsigned = ".".join([*parts, ""])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library warns that our key is short for this one
        longer = forged(office, algorithm="HS512")
    other = forged(office, key=b"x" * 32)
    raw = forged(office, key=secret_key(office.settings)[:64])  # the configured secret itself signs nothing
    assert [me(office, token) for token in (unsigned, longer, other, raw)] == [401] * 4


HEADERS = [
    "Bearer",
    "Bearer ",
    "Bearer x.y.z",
    "Basic b3duZXI6eA==",
    "Bearer jk_nothing",
    "jk_nothing",
    "Bearer " + "a" * 5_000,
    "Bearer \xff\xfe",
]


def test_whatever_else_is_sent_as_a_token_is_refused_alike(office: Engine):
    with Api(office) as client:
        answers = [client.get("/v1/auth/me", headers={"Authorization": header.encode("latin-1")}) for header in HEADERS]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert {answer.json()["error"]["code"] for answer in answers} == {"sign_in_refused"}


def test_a_refresh_token_is_good_once_and_used_twice_ends_the_whole_sign_in(office: Engine):
    first = signed_in(office)
    with Api(office) as client:
        second = client.post("/v1/auth/refresh", json={"refresh_token": first.refresh_token}).json()
        assert me(office, second["access_token"]) == me(office, first.access_token) == 200
        assert client.post("/v1/auth/refresh", json={"refresh_token": first.refresh_token}).status_code == 401
        assert me(office, second["access_token"]) == me(office, first.access_token) == 401
        assert client.post("/v1/auth/refresh", json={"refresh_token": second["refresh_token"]}).status_code == 401


def test_a_sign_in_can_be_ended_by_its_own_token(office: Engine):
    pair, other = signed_in(office), signed_in(office)
    assert Api(office, pair.access_token).post("/v1/auth/revoke").status_code == 204
    assert (me(office, pair.access_token), me(office, other.access_token)) == (401, 200)
    with pytest.raises(SignInRefused):
        commands.refresh_tokens(office, pair.refresh_token)


def test_a_refresh_token_runs_out(office: Engine):
    pair = signed_in(office)
    later(office, days=14)
    with pytest.raises(SignInRefused):
        commands.refresh_tokens(office, pair.refresh_token)


ENDS: dict[str, Callable[[Engine, int], object]] = {
    "disabled": lambda engine, who: people.disable_user(engine, SYSTEM, who),
    "signed out everywhere": lambda engine, who: people.revoke_sessions(engine, SYSTEM, who),
    "new password": lambda engine, who: people.reset_password(engine, SYSTEM, who),
}


@pytest.mark.parametrize("ends", ENDS.values(), ids=ENDS)
def test_what_ends_a_persons_sessions_ends_his_tokens(office: Engine, ends: Callable[[Engine, int], object]):
    pair = signed_in(office)
    assert me(office, pair.access_token) == 200
    ends(office, person(office, "maria").user_id)
    assert me(office, pair.access_token) == 401
    with pytest.raises(SignInRefused):
        commands.refresh_tokens(office, pair.refresh_token)


def test_a_role_taken_away_is_gone_from_the_next_request(office: Engine):
    token = signed_in(office, "lea").access_token
    assert Api(office, token).get("/v1/pipeline").json()["total_cents"] == 0
    people.set_role(office, SYSTEM, person(office, "lea").user_id, Role.READ_ONLY)
    assert Api(office, token).get("/v1/pipeline").json()["total_cents"] is None


def test_wrong_passwords_are_refused_alike_and_lock_the_name(office: Engine):
    with Api(office) as client:
        known, unknown = (
            [client.post("/v1/auth/token", json={"username": name, "password": "wrong"}) for _ in range(5)]
            for name in ("maria", "nobody")
        )
        assert {answer.text for answer in [*known, *unknown]} == {known[0].text}
        locked = client.post("/v1/auth/token", json={"username": "maria", "password": PASSWORD})
    assert (known[0].status_code, locked.status_code) == (401, 401)
    assert "Too many" in locked.json()["error"]["message"]


def test_who_must_choose_a_password_gets_no_token(office: Engine):
    one_time = people.reset_password(office, SYSTEM, person(office, "maria").user_id)
    with pytest.raises(SignInRefused, match="own password"):
        commands.issue_tokens(office, "maria", one_time, "127.0.0.1")


def test_while_keys_are_changed_tokens_of_the_one_before_still_hold(office: Engine):
    old = signed_in(office).access_token
    before = secret_key(office.settings).decode()
    office.settings = office.settings.model_copy(
        update={"secret_key": SecretStr("n" * 40), "secret_key_previous": SecretStr(before)}
    )
    assert (me(office, old), me(office, signed_in(office).access_token)) == (200, 200)
    office.settings = office.settings.model_copy(update={"secret_key_previous": SecretStr("")})
    later(office, seconds=5)
    assert me(office, old) == 401


def test_a_key_is_kept_only_as_its_hash(office: Engine):
    secret = key_of(office)
    with office.ledger.read() as connection:
        row = connection.execute(api_keys.select()).one()
        kept = connection.execute(refresh_tokens.select()).all()
    assert (row.key_hash, row.prefix) == (hashlib.sha256(secret.encode()).hexdigest(), secret[:11])
    assert secret not in str(row)
    assert kept == []


def test_a_revoked_key_lets_nobody_in_from_the_next_request(office: Engine):
    secret = key_of(office)
    assert me(office, secret) == 200
    [key] = commands.list_keys(office, SYSTEM)
    commands.revoke_key(office, SYSTEM, key.key_id)
    assert me(office, secret) == 401
    assert commands.revoke_key(office, SYSTEM, key.key_id).revoked_at == office.clock.now()


def test_a_key_made_for_a_time_runs_out(office: Engine):
    made = commands.issue_key(office, SYSTEM, user_id=1, name="for a day", scopes=[KeyScope.SCORE], lasts=timedelta(days=1))
    later(office, hours=23, minutes=59)
    assert me(office, made.secret) == 200
    later(office, minutes=1)
    assert me(office, made.secret) == 401


def test_a_rotated_key_holds_for_one_more_day_beside_the_new_one(office: Engine):
    old = key_of(office)
    [key] = commands.list_keys(office, SYSTEM)
    new = commands.rotate_key(office, SYSTEM, key.key_id)
    assert (new.key.scopes, new.key.name, new.key.replaces) == (key.scopes, key.name, key.key_id)
    assert (me(office, old), me(office, new.secret)) == (200, 200)
    later(office, days=1)
    assert (me(office, old), me(office, new.secret)) == (401, 200)
    with pytest.raises(Conflict):
        commands.rotate_key(office, SYSTEM, key.key_id)


def test_a_closed_account_closes_its_keys(office: Engine):
    secret = key_of(office, "maria")
    assert me(office, secret) == 200
    people.disable_user(office, SYSTEM, person(office, "maria").user_id)
    assert me(office, secret) == 401


def test_use_is_noted_at_most_every_five_minutes(office: Engine):
    secret, begun = key_of(office), office.clock.now()

    def used() -> object:
        assert me(office, secret) == 200
        with office.ledger.read() as connection:
            return key_store.all_keys(connection)[0].last_used_at

    assert used() == begun
    later(office, minutes=4)
    assert used() == begun
    later(office, minutes=2)
    assert used() == office.clock.now()


def test_only_who_manages_people_makes_keys_and_every_key_has_a_name_and_a_use(office: Engine):
    with pytest.raises(NotAllowed):
        commands.issue_key(office, person(office, "lea"), user_id=1, name="x", scopes=[KeyScope.SCORE])
    for name, scopes in [("", [KeyScope.SCORE]), ("x" * 61, [KeyScope.SCORE]), ("x", [])]:
        with pytest.raises(BadInput):
            commands.issue_key(office, SYSTEM, user_id=1, name=name, scopes=scopes)


def test_a_known_caller_costs_the_ledger_nothing(office: Engine, monkeypatch: pytest.MonkeyPatch):
    secret = key_of(office)
    commands.actor_from_bearer(office, secret)
    read, caller, asked = office.ledger.read, threading.get_ident(), []

    def watched():  # the feed's thread may read meanwhile
        if threading.get_ident() == caller:
            asked.append("read")
        return read()

    monkeypatch.setattr(office.ledger, "read", watched)
    subject = commands.actor_from_bearer(office, secret).subject
    assert asked == []
    assert subject == tokens.known_caller(office, secret).subject


def test_the_access_page_of_another_process_is_seen_within_two_seconds(office: Engine):
    secret = key_of(office)
    assert me(office, secret) == 200
    with office.ledger.write(at=office.clock.now()) as txn:  # as another process would
        key_store.end_key(txn.connection, 1, revoked_at=txn.at)
    later(office, seconds=2.1)
    assert me(office, secret) == 401


def test_a_hundred_threads_get_one_answer(office: Engine):
    from concurrent.futures import ThreadPoolExecutor

    secret = key_of(office)
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: commands.actor_from_bearer(office, secret).subject, range(100)))
    assert set(found) == {"key:1"}


def test_tokens_that_ran_out_do_not_pile_up(office: Engine):
    signed_in(office)
    later(office, days=15)
    signed_in(office)
    with office.ledger.read() as connection:
        assert len(connection.execute(refresh_tokens.select()).all()) == 1
