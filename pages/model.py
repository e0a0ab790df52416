"""Model: which model scores, how far it can be believed, what it looks at and what it may not, and what the office's own deals add."""

from collections.abc import Mapping, Sequence

import streamlit as st

from engine.errors import ModelUnusable
from engine.records import Band
from engine.views import ModelLife, ModelPage, OwnModel
from engine.views.model import LEAST_OF_EACH, LEAST_OUTCOMES, STEADY_OUTCOMES, FeatureRow
from pages import live, marks, model_life, record, second_readings, ui, words

actor = ui.require_actor()

Row = Mapping[str, float | int | str]
NOT_IN_IT = (
    ("Who the lead is", "names, photos, ages, sex, marital status, households, children, health, veteran status"),
    ("What the lead believes or speaks", "religion, language, accent, nationality, origin"),
    (
        "Where exactly",
        "ZIP codes, neighbourhoods and streets; only how precisely an area is named, and whether the team works there",
    ),
    ("The words of messages", "only their number, questions, and phrases of urgency, taken once when they come in"),
    ("How rent or price is paid by others", "vouchers and assistance"),
)


def show_head(page: ModelPage) -> None:
    """Which model, since when, for how many leads."""
    n = sum(page.n_by_band.values())
    bands = ", ".join(f"{page.n_by_band.get(band.value, 0):,} {band.value}" for band in (Band.HOT, Band.WARM, Band.COLD))
    metrics = page.metrics
    shipped_lift = page.tables.get("lift", [])
    lift = float(shipped_lift[0]["lift"]) if shipped_lift else float(metrics.get("lift_top_decile", 0.0))
    others = f"; {page.n_by_others:,} still by an earlier model" if page.n_by_others else ""
    top = f"{lift:.1f}×" if lift else words.UNKNOWN
    since = f"{page.version}, in place since {ui.local_time(page.in_place_since)}"
    items = [
        marks.figure("Scores now", "Your own" if page.own_model else page.version, since),
        marks.figure("Leads scored by it", f"{n:,}", bands + others, is_missing=not n),
        marks.figure("Bands", f"{words.rate(page.bands.hot)} / {words.rate(page.bands.warm)}", "hot from, warm from: the chance to close"),
        marks.figure("Top tenth closes", top, "as often as the average lead" + record.made_up(page)),
        marks.figure("Calibration error", words.rate(float(metrics.get("ece", 0.0))), "said against came" + record.made_up(page)),
    ]  # fmt: skip
    ui.show(marks.figures(items))
    if page.is_synthetic:
        told = (
            f"This model learned from {int(metrics.get('n_train', 0)):,} made-up leads and never saw one of yours. Every figure marked "
            "synthetic is about made-up leads and promises nothing about real ones."
        )
        ui.show(f'<p class="jc-note">{marks.chip("synthetic", "assumed")} {marks.text(told)}</p>')


def show_evidence(page: ModelPage) -> None:
    """How much the office's own deals say so far, and how much is needed."""
    own = page.outcomes
    n = own.n_closed + own.n_lost
    with record.panel("evidence", "What the scores rest on", "made-up leads, or your own outcomes"):
        rests = "made-up leads; none of your own deals is in it yet" if page.is_synthetic else "your own history"
        ui.show(f"<p>The scores rest on <b>{rests}</b>.</p>")
        meter(
            "Ended deals here",
            n,
            LEAST_OUTCOMES,
            f"{own.n_closed:,} closed, {own.n_lost:,} lost; training asks for {LEAST_OUTCOMES}",
        )
        fewer = min(own.n_closed, own.n_lost)
        meter("Of the rarer kind", fewer, LEAST_OF_EACH, f"closed and lost: {LEAST_OF_EACH} of each are needed")
        meter("For steady figures", n, STEADY_OUTCOMES, f"from about {STEADY_OUTCOMES:,} outcomes on, the figures settle")
        can = n >= LEAST_OUTCOMES and fewer >= LEAST_OF_EACH
        told = "There is enough to try" if can else "A CRM export with outcomes counts as well"
        ui.show(f'<p class="jc-sub">{told}: <code>python -m engine train HISTORY.csv --outcome COLUMN</code></p>')


def meter(label: str, n: int, needed: int, note: str) -> None:
    """How far something has come."""
    ui.show(
        f'<div class="jc-need"><span>{marks.text(label)}</span><b>{n:,} of {needed:,}</b></div>{marks.progress(n, needed)}'
        f'<p class="jc-sub">{marks.text(note)}</p>'
    )


def show_features(features: Sequence[FeatureRow]) -> None:
    """All 28, with what each is for and its fair-housing review."""
    with record.panel("features", "The 28 features", "each with its purpose and its fair-housing review"):
        rows = sorted(features, key=lambda one: -(one.share or 0.0))
        record.table(
            ("Feature", "Group", "What for", "When it isn’t known", "Could it stand for a protected class?", "Weight"),
            [
                (
                    one.label,
                    record.GROUPS[one.group],
                    one.purpose,
                    words.sentence(one.missing),
                    one.proxy_review + ("" if one.is_said else " Never given as a reason."),
                    words.rate(one.share),
                )
                for one in rows
            ],
            n_words=5,
            is_wordy=True,
        )


def show_left_out(page: ModelPage) -> None:
    """What is not in the model, by rule."""
    with record.panel("left-out", "What is not in the model", "by rule, and checked at every release"):
        ui.show(marks.facts(NOT_IN_IT))
        n, denied = int(page.metrics.get("n_texts_checked", 0)), int(page.metrics.get("n_texts_denied", 0))
        ui.show(
            f'<p class="jc-sub">{denied} of {n:,} names, purposes and reasons contain one of {len(page.denied_words)} barred words.</p>'
        )


def show_own_model(own: OwnModel) -> None:
    """What training on the team's own history found, and what it left out."""
    report, champion = own.report, own.report["champion"]
    selective = champion["selective"]
    with record.panel("own-model", "Trained on your own history", own.version):
        rows = [
            ("Rows", f"{report['rows']:,}, of them {report['positives']:,} positive"),
            ("Model", words.said(str(champion["name"]))),
            ("Log loss", f"{champion['log_loss']:.4f} against {report['constant']['log_loss']:.4f} of the constant answer"),
            ("AUC", f"{champion['auc']:.3f}"),
            ("Calibration error", words.rate(champion["ece"])),
            ("Top tenth", f"{champion['lift_top_decile']:.1f}× the average"),
        ]
        if selective.get("threshold") is not None and selective.get("accuracy") is not None:
            right = f"{selective['accuracy']:.1%} right on {words.rate(selective['coverage'])} of the rows"
            rows.append(("May stand alone", f"{right}; the constant answer {selective['constant_accuracy']:.1%}"))
        ui.show(marks.facts(rows))
        said = [{"said": one["said"], "came": one["came"], "n": one["rows"]} for one in report["reliability"]]
        record.table(
            ("A tenth of the rows: we said", "came", "rows"),
            [(words.rate(float(one["said"])), words.rate(float(one["came"])), f"{one['n']:,}") for one in said],
            n_words=0,
        )
        record.table(
            ("Column left out", "Why"),
            [(str(one["column"]), str(one["reason"])) for one in report["excluded"]],
            n_words=2,
            is_wordy=True,
        )


def show_card(page: ModelPage) -> None:
    """The card that lies beside the model's files."""
    with st.expander("The model’s card, as it lies beside its files", key="card"):
        st.markdown(page.card.replace("$", "\\$"))


@live.live_part("model", "model_promoted", "case_changed", "deal_changed", "batch_finished")
def show_model() -> None:
    """The model as it stands."""
    try:
        page: ModelPage = ui.read("model_page")
    except ModelUnusable as missing:
        ui.empty("No model in place", f"{missing.message}. Leads are taken in, but not scored.", icon="model_training")
        return
    life: ModelLife = ui.read("model_life")
    show_head(page)
    model_life.show_trouble(life)
    if not page.tables and not page.own_model:
        ui.show('<p class="jc-note">This model’s files hold no tables of how it did: train it anew to see them.</p>')
    left, right = st.columns(2, gap="medium")
    with left:
        show_evidence(page)
        model_life.show_models(life, page.n_by_others)
        model_life.show_own_outcomes(page.outcomes)
        model_life.show_sources(life)
        second_readings.show_record()
    with right:
        if page.own_model:
            show_own_model(page.own_model)
        model_life.show_drift(life)
        model_life.show_exploration(life)
        if page.tables:
            show_left_out(page)
    if page.tables:
        with left:
            record.show_reliability(page)
            record.show_confidence(page)
            record.show_prices(page)
        with right:
            record.show_lift(page)
            record.show_promise(page)
            record.show_reasons(page)
            record.show_fairness(page)
        show_features(page.features)
        show_card(page)


ui.title("Model", "Which model scores, how far it can be believed, and what it may not see")
show_model()
