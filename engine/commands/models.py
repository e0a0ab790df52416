"""The life of the team's own models: promote, roll back, score the leads anew. Which one scores stands in the ledger, with who and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.access import Actor, Permission, require
from engine.commands.scoring import rescore_leads
from engine.errors import BadInput
from engine.runtime import Engine
from engine.runtime.champion import OWN_MODEL
from engine.scoring import registry
from engine.store import leads as lead_store
from engine.store import preferences as kept

_PAGE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelLine:
    """One model that could score: its version, its champion and log loss beside the constant answer's, and whether it scores."""

    version: str
    is_in_place: bool
    sentence: str


def list_models(engine: Engine, actor: Actor) -> list[ModelLine]:
    """The team's own models, the newest first, and last the shipped one."""
    require(actor, Permission.SEE_MODEL)
    in_place = engine.scorer.version
    own = [
        ModelLine(version=one.version, is_in_place=one.version == in_place, sentence=one.problem or _told(one.report))
        for one in registry.own_versions(engine.settings.own_models)
    ]
    shipped = registry.champion_version(engine.settings.models)
    return [*own, ModelLine(version=shipped, is_in_place=shipped == in_place, sentence="shipped, learned from made-up leads")]


def promote_model(engine: Engine, actor: Actor, version: str) -> None:
    """Let this model score from now on, in every process: one of the team's own, or the shipped one by its name.

    It is opened whole before; raises `ModelUnusable` when it is damaged, and the one in place stays. One transaction: setting, audit, news.
    """
    require(actor, Permission.CHANGE_SETTINGS)
    value = None
    if registry.is_own(version):
        fingerprint = registry.own_fingerprint(engine.settings.own_models, version)
        registry.load_own(engine.settings.own_models, version, fingerprint)
        value = {"version": version, "manifest_sha256": fingerprint}
    else:
        shipped = registry.champion_version(engine.settings.models)
        if version != shipped:
            raise BadInput(f"There is no model '{version}' of the team's own; the shipped one is '{shipped}'", field="version")
    _put_in_place(engine, actor, value, "promote_model")


def roll_back_model(engine: Engine, actor: Actor) -> str:
    """Go back to the model that scored before the one in place; answers its version. Rolling back again returns to this one."""
    require(actor, Permission.CHANGE_SETTINGS)
    with engine.ledger.read() as connection:
        changes = kept.setting_history(connection, OWN_MODEL)
    now = changes[0].value if changes else None
    earlier = [change.value for change in changes[1:] if change.value != now]
    if not earlier and now is None:
        raise BadInput("The shipped model has always scored here: there is nothing to go back to")
    before = earlier[0] if earlier else None
    if before is not None:
        registry.load_own(engine.settings.own_models, before["version"], before["manifest_sha256"])
    _put_in_place(engine, actor, before, "roll_back_model")
    return _name(engine, before)


def rescore_all(engine: Engine, actor: Actor) -> int:
    """Score every lead of the ledger with the model in place; answers how many. Interrupted, what is done stays done."""
    require(actor, Permission.CHANGE_SETTINGS)
    n_done = last = 0
    while True:
        with engine.ledger.read() as connection:
            ids = lead_store.visible_ids(connection, last, _PAGE)
        if not ids:
            return n_done
        n_done += rescore_leads(engine, actor, ids)
        last = ids[-1]


def _told(report: Mapping[str, Any]) -> str:
    champion, constant = report["champion"], report["constant"]
    return (
        f"{champion['name']}, {report['rows']:,} rows: log loss {champion['log_loss']:.4f} against {constant['log_loss']:.4f} of the "
        f"constant answer on {report['split']['test']:,} rows it had not seen"
    )


def _put_in_place(engine: Engine, actor: Actor, value: dict[str, str] | None, action: str) -> None:
    at = engine.clock.now()
    with engine.ledger.write(at=at, actor_id=actor.user_id) as txn:
        before = kept.get_setting(txn.connection, OWN_MODEL, at)
        if before == value:
            return  # it is in place already
        kept.set_setting(txn, OWN_MODEL, value)
        txn.audit(action, "settings", 0, {"model": _name(engine, value), "before": _name(engine, before)})
        txn.emit("model_promoted", "settings", 0)
    engine.show_changes()


def _name(engine: Engine, value: dict[str, str] | None) -> str:
    return value["version"] if value else registry.champion_version(engine.settings.models)
