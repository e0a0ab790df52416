"""The life of the models, panel by panel: what scores, what could, its columns, whether it drifts. Parts of the Model page."""

import streamlit as st

from engine import commands
from engine.access import Permission
from engine.views import ModelLife, ModelVersion, OwnOutcomes
from engine.views.model import LEAST_FORETOLD, LEAST_LIFTED
from engine.views.model_life import LEAST_ENDED, LEAST_ROWS
from pages import charts, marks, record, ui, words

_MOST_ROWS = 12
_NAMES = {
    "source_prior": "Published rates, shrunk to your rows",
    "logistic": "Logistic regression",
    "random_forest": "Random forest",
    "boosted_trees": "Boosted trees",
    "blend": "Mean of all",
}


def show_trouble(life: ModelLife) -> None:
    """What the owner must know first: a model that can't be used, columns that leads lack, an alarm."""
    if life.problem:
        ui.show(f'<p class="jc-note">{marks.chip("Model", "hot")} {marks.text(life.problem)}.</p>')
    if life.missing:
        lacking = ", ".join(f"“{name}”" for name in life.missing)
        told = f"No lead has {lacking}, which {life.in_place} learned from: what it can't see counts as not filled in."
        ui.show(f'<p class="jc-note">{marks.chip("Columns", "assumed")} {marks.text(told)}</p>')
    if life.n_by_own < life.n_looked_at:
        n = life.n_looked_at - life.n_by_own
        many = f"{words.count(n, 'lead')} of the newest {life.n_looked_at:,}"
        told = f"{many} say too little of its columns: {life.shipped} scores them instead."
        ui.show(f'<p class="jc-note">{marks.chip("Columns", "assumed")} {marks.text(told)}</p>')
    for row in life.drift.alarms:
        what = f"{row.what}: the leads of the last thirty days are another population than {life.drift.reference}"
        told = f"{what}. Look at why, and train anew."
        ui.show(f'<p class="jc-note">{marks.chip("Drift", "hot")} {marks.text(told)}</p>')


def show_models(life: ModelLife, n_by_others: int) -> None:
    """Champion and challengers on the same rows; what else was trained; promote and go back."""
    with record.panel("models", "Champion and challengers", "which model scores, and which could"):
        if life.candidates:
            rows = [
                (
                    _NAMES.get(name, words.said(name)),
                    f"{one['log_loss']:.4f}",
                    f"{one['auc']:.3f}",
                    words.rate(one["ece"]),
                    f"{one['lift_top_decile']:.1f}×",
                )
                for name, one in sorted(life.candidates.items(), key=lambda pair: pair[1]["log_loss"])
            ]
            constant = ("The constant answer", f"{life.constant['log_loss']:.4f}", "0.500", "", "1.0×")
            record.table(("On the same unseen rows", "log loss", "AUC", "off by", "lift"), [*rows, constant])
            ui.show('<p class="jc-sub">Off by: calibration error. Lift: the top tenth against the average.</p>')
        in_place = next((one for one in life.versions if one.is_in_place), None)
        told = f"{life.in_place} scores" + (
            f": {_NAMES.get(in_place.name, in_place.name)}." if in_place else ", learned from made-up leads."
        )
        ui.show(f"<p>{marks.text(told)}</p>")
        for one in life.versions:
            if not one.is_in_place:
                _show_other(one)
        if life.in_place != life.shipped:
            _promote_button(life.shipped, f"Let the shipped {life.shipped} score")
        if not life.versions:
            ui.show(
                '<p class="jc-sub">No model of your own yet: <code>python -m engine train HISTORY.csv --outcome COLUMN</code></p>'
            )
        with st.container(horizontal=True, key="model-actions"):
            if life.can_roll_back_to and ui.may(Permission.CHANGE_SETTINGS):
                back = f"Back to {life.can_roll_back_to}"
                kwargs = {"told": f"{life.can_roll_back_to} scores again"}
                st.button(
                    back, key="roll_back", icon=":material/undo:", on_click=ui.act, args=(commands.roll_back_model,), kwargs=kwargs
                )
            if n_by_others and ui.may(Permission.CHANGE_SETTINGS):
                label = f"Score all leads with it ({n_by_others:,} still by another)"
                kwargs = {"told": f"Every lead was scored by {life.in_place}, as far as it knows him"}
                st.button(
                    label, key="rescore", icon=":material/refresh:", on_click=ui.act, args=(commands.rescore_all,), kwargs=kwargs
                )
        if life.changes:
            with st.expander("Who changed it, and when", key="model-changes"):
                record.table(
                    ("When", "Who", "From then on"),
                    [(ui.local_time(one.at), one.by, one.version) for one in life.changes],
                    n_words=3,
                )


def _show_other(one: ModelVersion) -> None:
    """A model that was trained and does not score."""
    if one.problem:
        ui.show(f'<p class="jc-sub">{marks.text(f"{one.version}: {one.problem}")}</p>')
        return
    figures = (
        f"log loss {one.figures['log_loss']:.4f}, AUC {one.figures['auc']:.3f} on {one.n_tested:,} unseen rows of its own file"
    )
    ui.show(f'<p class="jc-sub">{marks.text(f"{one.version}: {one.n_rows:,} rows, {figures}")}</p>')
    _promote_button(one.version, f"Let {one.version} score")


def _promote_button(version: str, label: str) -> None:
    if ui.may(Permission.CHANGE_SETTINGS):
        kwargs = {"told": f"{version} scores from now on"}
        st.button(label, key=f"promote-{version}", icon=":material/military_tech:", on_click=ui.act,
                  args=(commands.promote_model, version), kwargs=kwargs)  # fmt: skip


def show_sources(life: ModelLife) -> None:
    """Where a lead of the ledger keeps what the own model reads."""
    if not life.sources:
        return
    line = f"for the newest {words.count(life.n_looked_at, 'lead')}; {life.n_by_own:,} of them are scored by it"
    with record.panel("sources", "Where its columns come from", line):
        record.table(
            ("Column", "Taken from", "weight", "filled then", "now"),
            [
                (
                    one.column,
                    words.sentence(one.taken_from),
                    words.rate(one.weight),
                    words.rate(one.filled_then),
                    words.rate(one.filled_now),
                )
                for one in life.sources[:_MOST_ROWS]
            ],
            n_words=2,
            is_wordy=True,
        )


def show_drift(life: ModelLife) -> None:
    """Whether the leads of late are still those the model knows."""
    drift = life.drift
    with record.panel("drift", "Drift", f"the last thirty days against {drift.reference}"):
        if not drift.rows:
            told = (
                f"Not enough scores yet: {drift.n_recent:,} of the last thirty days and {drift.n_reference:,} before, "
                f"{LEAST_ROWS} of each needed."
            )
            ui.show(f'<p class="jc-sub">{told}</p>')
        else:
            verdict = (
                "Steady: the leads are those it knows." if not drift.alarms else "Some of it is another population: look at why."
            )
            ui.show(f"<p>{verdict}</p>")
            record.table(
                ("What", "Verdict", "index", "chance"),
                [
                    (row.what, words.sentence(row.shift.word), f"{row.shift.index:.3f}", f"{row.shift.by_chance:.3f}")
                    for row in drift.rows[:_MOST_ROWS]
                ],
                n_words=2,
            )
            ui.show(
                '<p class="jc-sub">Index: under 0.10 steady, from 0.25 another population, unless chance alone may give as much.</p>'
            )
        if drift.outcome:
            off = f"({drift.outcome_off:+.1f} standard errors)"
            told = f"{words.count(drift.n_ended, 'deal')} of the last ninety days: {drift.outcome} {off}."
        else:
            told = f"Outcomes: not enough yet, {words.count(drift.n_ended, 'foretold deal')} in ninety days, {LEAST_ENDED} needed."
        ui.show(f"<p>{told}</p>")


def show_own_outcomes(own: OwnOutcomes) -> None:
    """Said against came, lift and what may stand alone, of the office's own deals, from scores kept before they ended."""
    with record.panel("own", "The same of your own deals", "the first score kept before each deal ended"):
        if not own.reliability:
            told = f"Not enough outcomes yet: {words.count(own.n_foretold, 'deal')} scored before the end, {LEAST_FORETOLD} needed."
            ui.show(
                f'<p class="jc-sub">{told} Deals that had ended when they came in don’t count: nothing was foretold of them.</p>'
            )
            return
        record.draw(
            "own-reliability", charts.reliability(own.reliability, of="deals", happened="closed"), "Said against came, own deals"
        )
        record.table(
            ("Sure from", "deals", "likelier outcome came", "commoner one"),
            [
                (
                    words.rate(float(row["threshold"])),
                    f"{row['n']:,}",
                    f"{float(row['right']):.1%}",
                    f"{float(row['constant']):.1%}",
                )
                for row in own.selective
            ],
        )
        if own.lift:
            record.draw("own-lift", charts.lift(own.lift), "Lift by tenth, own deals")
        else:
            ui.show(f'<p class="jc-sub">Lift: not enough outcomes yet, {own.n_foretold:,} of {LEAST_LIFTED} needed.</p>')


def show_exploration(life: ModelLife) -> None:
    """What the score may order, and what it never decides; whom the lot has drawn this week."""
    with record.panel("exploration", "What the score doesn’t decide", "so that it goes on learning"):
        names = ", ".join(f'<a href="/lead?lead={lead_id}" target="_self">{marks.text(name)}</a>' for lead_id, name in life.drawn)
        more = f" and {life.n_drawn - len(life.drawn):,} more" if life.n_drawn > len(life.drawn) else ""
        drawn = f"This week: {names}{more}." if life.drawn else "This week it has drawn none of the leads here."
        ui.show(
            f"<p><b>{words.rate(life.exploration_rate)}</b> of the leads, drawn by lot anew each week, should be contacted whatever their "
            f"score: a model that decides who is called learns only of those who were. {drawn}</p>"
            '<p class="jc-sub">The score orders people’s work only: follow-up never reads it. A reply that nobody asked for counts as not '
            "known, never as no reply.</p>"
        )
