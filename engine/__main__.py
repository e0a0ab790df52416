"""The command line: `python -m engine …`. Exit 0 done, 1 failed with one clear sentence on stderr, 2 usage."""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

from engine import commands
from engine.access import SYSTEM, Role
from engine.commands import follow_up, privacy
from engine.commands.backups import back_up, restore
from engine.commission.forecast_data import forecast_text
from engine.errors import BadInput, JorgeError
from engine.logs import begin_logging
from engine.records.key import KeyScope
from engine.runtime import Engine, open_engine
from engine.settings import ROOT, Settings, load_settings


def main(arguments: list[str] | None = None) -> int:
    """Run one verb."""
    asked = _parser().parse_args(arguments)
    try:
        settings = load_settings()
        begin_logging(settings)
        code: int = asked.run(settings, asked) or 0
    except JorgeError as error:
        print(f"{asked.verb}: {error.message}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        code = 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Jorge's command center, from the command line.")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = verbs.add_parser("score", help="score a file of leads without storing it")
    verb.add_argument("input", type=Path, metavar="IN.csv")
    verb.add_argument("-o", "--output", type=Path, required=True, metavar="OUT.csv")
    verb.add_argument("--model", metavar="VERSION", help="a model under models/ (default: the champion)")
    verb.add_argument("--map", type=Path, metavar="map.json", help='columns to fields, e.g. {"Cell": "phone"} (default: guessed)')
    verb.set_defaults(run=_score)

    verb = verbs.add_parser("import", help="take a file of leads into the ledger (the same file twice changes nothing)")
    verb.add_argument("input", type=Path, nargs="?", metavar="IN.csv")
    verb.add_argument("--dry-run", action="store_true", help="only say what would happen, as JSON")
    verb.add_argument("--undo", type=int, metavar="BATCH", help="take an import back exactly; leads worked on since stay")
    verb.add_argument("--map", type=Path, metavar="map.json", help="columns to fields (default: guessed)")
    verb.add_argument(
        "--on-match", default="", metavar="POLICY", help="fill (default), overwrite or keep what a match has; or FIELD=POLICY,…"
    )
    verb.add_argument("--dates", choices=["mdy", "dmy"], default="", help="how the file writes dates (default: as its dates show)")
    verb.add_argument("--sheet", default="", metavar="NAME", help="of a workbook (default: the first that looks like a table)")
    verb.set_defaults(run=_import)

    for name, help_text in (("train", "train on a team's own history"), ("evaluate", "score a labelled file with the champion")):
        verb = verbs.add_parser(name, help=help_text)
        verb.add_argument("input", type=Path, metavar="HISTORY.csv")
        verb.add_argument("--outcome", required=True, metavar="COLUMN")
        verb.add_argument("--time", metavar="COLUMN", help="orders the rows; 'row' takes the file's own order")
        verb.add_argument("--positive", metavar="VALUE", help="the outcome's value that counts as a success")
        verb.add_argument("--report", type=Path, metavar="OUT.json", help="where the figures go (default: stdout)")
        if name == "train":
            verb.add_argument("--exclude", default="", metavar="COLUMN,…")
            verb.add_argument("--retrain-every", type=int, metavar="N")
            verb.add_argument("--promote", action="store_true", help="make the result the champion")
            verb.set_defaults(run=_train)
        else:
            verb.add_argument("--model", metavar="VERSION", help="a model under models/ (default: the champion)")
            verb.set_defaults(run=_evaluate)

    _prices_verb(verbs)
    _statement_verb(verbs)
    verb = verbs.add_parser("forecast", help="what the pipeline will pay, as a distribution by week, month and quarter")
    verb.add_argument("--as-of", type=_day, metavar="DATE", help="a past day, from the facts frozen then")
    verb.add_argument("--json", action="store_true", help="for programs")
    verb.set_defaults(run=_forecast)

    _users_verb(verbs)
    _add_programs_verbs(verbs)
    _add_care_verbs(verbs)
    verbs.add_parser("rebuild", help="build the analytical store from the ledger (while the web process is stopped)").set_defaults(
        run=_rebuild
    )
    verbs.add_parser("doctor", help="what works and what is missing, one line each").set_defaults(run=_doctor)
    verbs.add_parser("model", help="train the shipped first model from the labelled-synthetic generator").set_defaults(run=_model)

    verb = verbs.add_parser("setup", help="make the data folder, the ledger and the owner's account")
    verb.add_argument("--environment-only", action="store_true", help="only see to the first model")
    verb.set_defaults(run=_setup)
    verbs.add_parser("web", help="the web process").set_defaults(run=_web)
    _add_demo(verbs)
    verb = verbs.add_parser("work", help="do a queued import (the web process starts this itself)")
    verb.add_argument("batch_id", type=int)
    verb.set_defaults(run=_work)
    return parser


def _users_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("users", help="accounts")
    actions = verb.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = actions.add_parser("add", help="add a person; prints his one-time password")
    action.add_argument("username")
    action.add_argument("--name", required=True)
    action.add_argument("--email")
    action.add_argument("--role", choices=[role.value for role in Role], default=Role.AGENT.value)
    actions.add_parser("list", help="who may sign in")
    for name, help_text in (
        ("disable", "shut a person out, at once"),
        ("enable", "let him in again"),
        ("reset", "a new one-time password"),
    ):
        actions.add_parser(name, help=help_text).add_argument("username")
    action = actions.add_parser("team", help="put a person in a team, with --lead as its leader, or with --out in none")
    action.add_argument("username")
    action.add_argument("team", nargs="?", help="set up when there is none of that name")
    how = action.add_mutually_exclusive_group()
    how.add_argument("--lead", action="store_true", help="he leads the team: sees the leads of all its people")
    how.add_argument("--out", action="store_true", help="take him out of his team")
    verb.set_defaults(run=_users)


def _add_programs_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What other programs need: keys, and the document of the API."""
    verb = verbs.add_parser("token", help="API keys for other programs")
    actions = verb.add_subparsers(dest="action", required=True, metavar="ACTION")
    action = actions.add_parser("issue", help="make a key; prints it once")
    action.add_argument("name", help="which program uses it")
    action.add_argument("--user", default=commands.OWNER_USERNAME, help="the person it acts as (default: the owner)")
    action.add_argument("--scope", action="append", choices=[scope.value for scope in KeyScope], help="what for (default: all)")
    action.add_argument("--days", type=int, help="how long it is good (default: until revoked)")
    actions.add_parser("list", help="the keys, the newest first")
    for name, help_text in (("rotate", "a new key; the old one holds for another day"), ("revoke", "take a key back, at once")):
        actions.add_parser(name, help=help_text).add_argument("key_id", type=int)
    verb.set_defaults(run=_token)

    verb = verbs.add_parser("openapi", help="the API's OpenAPI document, as JSON")
    verb.add_argument("-o", "--output", type=Path, metavar="OUT.json", help="where it goes (default: stdout)")
    verb.set_defaults(run=_openapi)


def _prices_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("models", help="the team's own models: list, promote, roll back")
    actions = verb.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="what could score, and what does")
    actions.add_parser("promote", help="let a model score from now on, in every process").add_argument("version")
    actions.add_parser("rollback", help="back to the model that scored before")
    actions.add_parser("rescore", help="score every lead of the ledger with the model in place")
    verb.set_defaults(run=_models)

    verb = verbs.add_parser("prices", help="train a price model on a team's own sales")
    verb.add_argument("input", type=Path, metavar="SALES.csv")
    verb.add_argument("--price", required=True, metavar="COLUMN")
    verb.add_argument("--time", metavar="COLUMN", help="when each was sold: the later fifth is the test (default: five folds)")
    verb.add_argument("--exclude", default="", metavar="COLUMN,…")
    verb.add_argument("--columns", choices=["all", "lead"], default="all", help="lead: only ZIP, beds and baths, as a lead tells")
    verb.add_argument(
        "--adjust", type=float, default=0.0, metavar="RATE", help="your own correction of the market, 0.02 is 2 %% up"
    )
    verb.add_argument("--report", type=Path, metavar="OUT.json", help="where the figures go (default: stdout)")
    verb.add_argument("--promote", action="store_true", help="let it price leads (with --columns lead)")
    verb.set_defaults(run=_prices)


def _statement_verb(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("statement", help="what each deal of a file pays to whom under a plan, as JSON")
    verb.add_argument("--plan", type=Path, required=True, metavar="PLAN.json", help="e.g. one of data/sample/plans")
    verb.add_argument("--deals", type=Path, required=True, metavar="DEALS.json", help="e.g. data/sample/deals.json")
    verb.set_defaults(run=_statement)


def _add_demo(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    verb = verbs.add_parser("demo", help="everything on a throw-away folder with synthetic leads and visible traffic")
    verb.add_argument("--traffic", action="store_true", help=argparse.SUPPRESS)
    verb.set_defaults(run=_demo)
    verb = verbs.add_parser("ghl-double", help="a stand-in for GoHighLevel on this machine, for trying things out")
    verb.add_argument("--port", type=int, help="default: the one that JORGE_GHL_BASE_URL names")
    verb.add_argument("--webhooks", action="store_true", help="send signed webhooks to this installation's own web process")
    verb.add_argument(
        "--list-lag", type=float, default=3.0, metavar="SECONDS", help="how long a new message stays out of the lists"
    )
    verb.set_defaults(run=_ghl_double)


def _add_care_verbs(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Copies of the ledger, what a person may ask for about himself, and the switch that stops every message."""
    verb = verbs.add_parser("backup", help="write a consistent copy of the ledger into a folder, while everything runs")
    verb.add_argument("folder", type=Path, metavar="DIR")
    verb.set_defaults(run=lambda settings, asked: print(back_up(settings, asked.folder)))
    verb = verbs.add_parser("restore", help="bring the newest copy in a folder back (web process and sidecar stopped)")
    verb.add_argument("folder", type=Path, metavar="DIR")
    verb.set_defaults(run=lambda settings, asked: print(restore(settings, asked.folder)))
    verb = verbs.add_parser("forget", help="take one person out of everything; can't be undone")
    verb.add_argument("lead_id", type=int, metavar="LEAD")
    verb.add_argument("--yes", action="store_true", required=True, help="say that you mean it")
    verb.set_defaults(run=_forget)
    verb = verbs.add_parser("export", help="everything the ledger keeps about one person, as JSON")
    verb.add_argument("lead_id", type=int, metavar="LEAD")
    verb.set_defaults(run=_export)
    verb = verbs.add_parser("messages", help="stop every message at once, or let them go again")
    verb.add_argument("action", choices=["stop", "go"])
    verb.add_argument("--why", default="from the command line")
    verb.set_defaults(run=_messages)


def _forget(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        done = privacy.forget_lead(engine, SYSTEM, asked.lead_id)
    print(f"lead {asked.lead_id} is forgotten; {len(done.files_removed)} kept files are gone. {done.note}")


def _export(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        print(json.dumps(privacy.export_lead(engine, SYSTEM, asked.lead_id), indent=2, ensure_ascii=False))


def _messages(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        follow_up.set_kill_switch(engine, SYSTEM, is_on=asked.action == "stop", why=asked.why)
    print("nothing is sent until you let it go again" if asked.action == "stop" else "messages go again, through the gate")


@contextmanager
def _opened(settings: Settings) -> Iterator[Engine]:
    engine = open_engine(settings)
    try:
        yield engine
    finally:
        engine.close()


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(f"There is no file {path}")
    return path


def _mapping(path: Path | None) -> dict[str, str] | None:
    if path is None:
        return None
    try:
        mapping = json.loads(_readable(path).read_text(encoding="utf-8"))
    except ValueError:
        raise BadInput(f"{path} is not JSON") from None
    return commands.checked_mapping(mapping)


def _score(settings: Settings, asked: argparse.Namespace) -> None:
    summary = commands.score_to_file(
        settings, _readable(asked.input), asked.output, mapping=_mapping(asked.map), model=asked.model, progress=_progress("scored")
    )
    print(json.dumps(summary), file=sys.stderr)


def _import(settings: Settings, asked: argparse.Namespace) -> None:
    if (asked.input is None) == (asked.undo is None):
        raise BadInput("Name a file to import, or an import to take back with --undo BATCH")
    with _opened(settings) as engine:
        if asked.undo is not None:
            done = commands.undo_import_now(engine, SYSTEM, asked.undo, dry_run=asked.dry_run, say=_progress("taken back"))
            print(json.dumps(done, indent=2))
            return
        path, mapping, choices = _readable(asked.input), _mapping(asked.map), commands.choices_of(asked.on_match, asked.dates)
        if asked.dry_run:
            print(json.dumps(commands.dry_run(engine, path, mapping, choices, sheet=asked.sheet), indent=2))
        else:
            say = _progress("read")
            print(json.dumps(commands.import_file(engine, SYSTEM, path, mapping, choices=choices, sheet=asked.sheet, say=say)))


def _train(settings: Settings, asked: argparse.Namespace) -> None:
    report = commands.train(
        settings,
        _readable(asked.input),
        outcome=asked.outcome,
        time=asked.time,
        positive=asked.positive,
        exclude=_names(asked.exclude),
        retrain_every=asked.retrain_every,
        promote=asked.promote,
    )
    _report(asked.report, report)


def _evaluate(settings: Settings, asked: argparse.Namespace) -> None:
    report = commands.evaluate(
        settings, _readable(asked.input), outcome=asked.outcome, time=asked.time, positive=asked.positive, model=asked.model
    )
    _report(asked.report, report)


def _models(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        if asked.action == "promote":
            commands.promote_model(engine, SYSTEM, asked.version)
            print(f"{asked.version} scores from now on; `models rescore` brings the leads that are here up to it")
        elif asked.action == "rollback":
            print(
                f"{commands.roll_back_model(engine, SYSTEM)} scores again; `models rescore` brings the leads that are here up to it"
            )
        elif asked.action == "rescore":
            print(f"{commands.rescore_all(engine, SYSTEM):,} leads scored by {engine.scorer.version}")
        else:
            for model in commands.list_models(engine, SYSTEM):
                print(f"{'*' if model.is_in_place else ' '} {model.version:<30} {model.sentence}")


def _prices(settings: Settings, asked: argparse.Namespace) -> None:
    report = commands.prices(
        settings,
        _readable(asked.input),
        price=asked.price,
        time=asked.time,
        exclude=_names(asked.exclude),
        columns=asked.columns,
        adjustment_rate=asked.adjust,
        promote=asked.promote,
    )
    _report(asked.report, report)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _report(path: Path | None, report: object) -> None:
    text = json.dumps(report, indent=2)
    if path:
        path.write_text(text + "\n", encoding="utf-8")
    else:
        print(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a day like 2026-03-31") from None


def _forecast(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        data = commands.forecast(engine, SYSTEM, asked.as_of)
    print(json.dumps(data, indent=2) if asked.json else forecast_text(data))


def _statement(settings: Settings, asked: argparse.Namespace) -> None:
    print(json.dumps(commands.statements_of_files(asked.plan, asked.deals), indent=2, ensure_ascii=False))


def _users(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        if asked.action == "add":
            new = commands.add_user(
                engine, SYSTEM, username=asked.username, name=asked.name, role=Role(asked.role), email=asked.email
            )
            print(f"{asked.username} may sign in with the one-time password {new.one_time_password}")
        elif asked.action == "disable":
            commands.disable_user(engine, SYSTEM, commands.user_called(engine, asked.username).user_id)
            print(f"{asked.username} is shut out")
        elif asked.action == "enable":
            commands.enable_user(engine, SYSTEM, commands.user_called(engine, asked.username).user_id)
            print(f"{asked.username} may sign in again")
        elif asked.action == "reset":
            password = commands.reset_password(engine, SYSTEM, commands.user_called(engine, asked.username).user_id)
            print(f"{asked.username} may sign in with the one-time password {password}")
        elif asked.action == "team":
            print(_put_in_team(engine, asked))
        else:
            teams = {team.team_id: team.name for team in commands.list_teams(engine, SYSTEM)}
            for user in commands.list_users(engine, SYSTEM):
                standing = "disabled" if user.is_disabled else "active"
                print(
                    f"{user.username:<20} {user.name:<28} {user.role:<12} {standing:<9} {teams.get(user.team_id or 0, '')}".rstrip()
                )


def _put_in_team(engine: Engine, asked: argparse.Namespace) -> str:
    user = commands.user_called(engine, asked.username)
    if asked.out:
        commands.set_team(engine, SYSTEM, user.user_id, None)
        return f"{asked.username} is in no team"
    if not asked.team:
        raise BadInput("Name the team, or say --out", field="team")
    team = next((one for one in commands.list_teams(engine, SYSTEM) if one.name.casefold() == asked.team.strip().casefold()), None)
    team_id = team.team_id if team else commands.add_team(engine, SYSTEM, asked.team)
    if asked.lead:
        commands.set_team_leader(engine, SYSTEM, team_id, user.user_id)
        return f"{asked.username} leads {asked.team}"
    commands.set_team(engine, SYSTEM, user.user_id, team_id)
    return f"{asked.username} is in {asked.team}"


def _token(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        if asked.action == "issue":
            lasts = timedelta(days=asked.days) if asked.days is not None else None
            scopes = [KeyScope(scope) for scope in asked.scope or KeyScope]
            user_id = commands.user_called(engine, asked.user).user_id
            print(commands.issue_key(engine, SYSTEM, user_id=user_id, name=asked.name, scopes=scopes, lasts=lasts).secret)
        elif asked.action == "rotate":
            print(commands.rotate_key(engine, SYSTEM, asked.key_id).secret)
        elif asked.action == "revoke":
            key = commands.revoke_key(engine, SYSTEM, asked.key_id)
            print(f"key {key.key_id} ({key.prefix}…, {key.name}) lets nobody in any more")
        else:
            for key in commands.list_keys(engine, SYSTEM):
                state = "good" if key.is_good(engine.clock.now()) else "revoked" if key.revoked_at else "expired"
                used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
                print(f"{key.key_id:<5} {key.prefix}…  {key.name:<28} {state:<8} {used:<22} {' '.join(key.scopes)}")


def _openapi(settings: Settings, asked: argparse.Namespace) -> None:
    from engine.api.document import document  # the web's parts, which no other verb needs

    _report(asked.output, document())


def _rebuild(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        print(f"rebuilt from the ledger, up to change {commands.rebuild(engine):,}")


def _doctor(settings: Settings, asked: argparse.Namespace) -> int:
    findings = commands.examine(settings)
    for finding in findings:
        print(f"{'ok  ' if finding.is_ok else 'FAIL' if finding.is_needed else 'note'}  {finding.subject:<14} {finding.sentence}")
    return 0 if all(finding.is_ok or not finding.is_needed for finding in findings) else 1


def _model(settings: Settings, asked: argparse.Namespace) -> None:
    print(commands.train_shipped_model(settings))


def _setup(settings: Settings, asked: argparse.Namespace) -> None:
    commands.need_model(settings)
    if asked.environment_only:
        return
    with _opened(settings) as engine:
        privacy.drop_stale_analytics(engine)
        password = commands.ensure_owner(engine, settings.owner_password.get_secret_value() or None)
        if password:
            print(
                f"\n  Sign in once as  {commands.OWNER_USERNAME}  with  {password}\n"
                "  You will choose your own password then. This is shown only now.\n"
            )
    print(f"  Jorge's command center: http://127.0.0.1:{settings.port}")


def _web(settings: Settings, asked: argparse.Namespace) -> None:
    """Become Streamlit's own process, so that signals and exit codes are its own."""
    streamlit = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port", str(settings.port)]
    os.chdir(ROOT)
    os.execv(sys.executable, streamlit)  # noqa: S606


def _demo(settings: Settings, asked: argparse.Namespace) -> int:
    return commands.demo_traffic(settings) if asked.traffic else commands.demo(settings)


def _ghl_double(settings: Settings, asked: argparse.Namespace) -> None:
    commands.serve_double(settings, port=asked.port, with_webhooks=asked.webhooks, list_lag_seconds=asked.list_lag)


def _work(settings: Settings, asked: argparse.Namespace) -> None:
    with _opened(settings) as engine:
        commands.work_on_batch(engine, asked.batch_id)


def _progress(word: str) -> "_Progress":
    return _Progress(word)


class _Progress:
    """Rows done so far, rewritten in place on a terminal and silent elsewhere."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __call__(self, n_rows: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{n_rows:,} rows {self._word}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
