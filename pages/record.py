"""The model's record: how it did on leads it had not seen, panel by panel. Parts of the model's page."""

from collections.abc import Iterable, Sequence

import streamlit as st

from engine.views import ModelPage
from pages import charts, marks, ui, words

GROUPS = {
    "response": "Response",
    "budget": "Budget",
    "timeline": "Timeline",
    "location": "Location (how precise)",
    "property_need": "Property need",
    "finance": "Finance",
    "communication": "Communication",
    "history": "History and source",
}


def made_up(page: ModelPage) -> str:
    """Said wherever a figure is of synthetic leads."""
    return " (synthetic)" if page.is_synthetic else ""


def panel(name: str, heading: str, line: str = "") -> st.delta_generator.DeltaGenerator:
    """A framed part of the page with its heading."""
    box = st.container(border=True, key=f"panel-{name}")
    with box:
        ui.section(heading, line)
    return box


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, n_words: int = 1, is_wordy: bool = False) -> None:
    """A plain table: the first `n_words` columns are words, the others figures. A wordy one becomes cards on a phone."""
    head = "".join(f"<th{_side(place >= n_words)}>{marks.text(name)}</th>" for place, name in enumerate(heads))
    body = "".join(f"<tr>{''.join(_cells(heads, row, n_words))}</tr>" for row in rows)
    kind = "jc-stack" if is_wordy else "jc-tight"
    ui.show(f'<div class="jc-table {kind}"><table><tr>{head}</tr>{body}</table></div>')


def _cells(heads: Sequence[str], row: Sequence[str], n_words: int) -> Iterable[str]:
    for place, (head, said) in enumerate(zip(heads, row, strict=True)):
        yield f'<td data-head="{marks.text(head)}"{_side(place >= n_words)}>{marks.text(said)}</td>'


def _side(is_figure: bool) -> str:
    return ' class="jc-n"' if is_figure else ""


def draw(name: str, figure: object, alt: str) -> None:
    """A chart of this page."""
    st.plotly_chart(figure, key=name, config=charts.CONFIG, alt=alt)


def show_reliability(page: ModelPage) -> None:
    """Of leads we called so, how many closed."""
    rows = page.tables.get("reliability", [])
    with panel("reliability", "Said and came", f"on {int(page.metrics.get('n_fresh', 0)):,} leads it had not seen{made_up(page)}"):
        draw("reliability", charts.reliability(rows, of="leads", happened="closed"), "What the model said against what came")
        table(
            ("We said", "on average", "closed", "9 times in 10", "leads", "closings"),
            [
                (
                    words.interval(float(row["low"]), float(row["high"])),
                    words.rate(float(row["said"])),
                    words.rate(float(row["came"])),
                    words.interval(float(row["came_low"]), float(row["came_high"])),
                    f"{row['n']:,}",
                    f"{row['n_came']:,}",
                )
                for row in rows
            ],
        )


def show_lift(page: ModelPage) -> None:
    """Whether the first ones in the queue are the right ones."""
    rows = page.tables.get("lift", [])
    with panel("lift", "Lift by tenth", f"how much more often than the average{made_up(page)}"):
        draw("lift", charts.lift(rows), "Lift by tenth of the leads")
        found = float(rows[0]["share_of_closings"]), sum(float(row["share_of_closings"]) for row in rows[:2])
        ui.show(
            f'<p class="jc-sub">The first tenth holds {found[0]:.0%} of all closings, the first two {found[1]:.0%}; 1× is the average.</p>'
        )


def show_promise(page: ModelPage) -> None:
    """What the model may decide alone, how often it is right then, and what calling everybody cold would score."""
    metrics = page.metrics
    with panel("promise", "Which bands may stand alone", f"right bands by confidence{made_up(page)}"):
        if "promise_threshold" in metrics:
            ui.show(
                f"<p>From a confidence of <b>{words.rate(float(metrics['promise_threshold']))}</b> up: "
                f"<b>{words.rate(float(metrics['promise_coverage']))}</b> of the leads, "
                f"<b>{float(metrics['promise_right']):.1%}</b> in the right band. Calling every one of them cold would be right for "
                f"<b>{float(metrics['promise_constant']):.1%}</b>. The rest goes to a person.</p>"
            )
        table(
            ("Sure from", "leads", "band right", "“all cold”", "hot found"),
            [
                (
                    words.rate(float(row["threshold"])),
                    words.rate(float(row["coverage"])),
                    f"{float(row['right']):.1%}",
                    f"{float(row['constant']):.1%}",
                    words.rate(float(row["hot_found"])),
                )
                for row in page.tables.get("selective", [])
            ],
            n_words=1,
        )
        how = "The threshold was chosen on one half of the leads so that 95% hold nine times in ten; what came is told of the other half. "
        truth = "A band is right when the true odds, which only made-up leads have, lie in it." if page.is_synthetic else ""
        ui.show(f'<p class="jc-sub">{how}{truth}</p>')


def show_confidence(page: ModelPage) -> None:
    """Whether 90 % sure is right nine times in ten."""
    with panel("confidence", "Is it as sure as it may be?", f"confidence said against bands right{made_up(page)}"):
        draw("confidence", charts.sureness(page.tables.get("confidence", [])), "Confidence said against bands right")


def show_reasons(page: ModelPage) -> None:
    """What moves the scores overall, by group."""
    with panel("reasons", "What moves the scores", f"mean weight of each group over all leads{made_up(page)}"):
        sums = dict.fromkeys(GROUPS, 0.0)
        for row in page.tables.get("effects", []):
            sums[str(row["group"])] += float(row["share"])
        ordered = sorted(sums.items(), key=lambda one: -one[1])
        draw(
            "groups",
            charts.shares([GROUPS[name] for name, _ in ordered], [share for _, share in ordered]),
            "Weight by feature group",
        )


def show_prices(page: ModelPage) -> None:
    """Whether the price interval holds eight prices in ten, by what it rests on."""
    with panel("prices", "Prices", f"the interval is to hold 8 prices in 10{made_up(page)}"):
        table(
            ("Rests on", "Interval held", "middle off by", "leads"),
            [
                (words.sentence(str(row["basis"])), f"{float(row['held']):.1%}", f"{float(row['off']):.1%}", f"{row['n']:,}")
                for row in page.tables.get("prices", [])
            ],
            is_wordy=True,
        )
        held = float(page.metrics.get("price_interval_coverage", 0.0))
        ui.show(f'<p class="jc-sub">Over all leads the interval held {held:.1%} of the prices.</p>')


def show_fairness(page: ModelPage) -> None:
    """The fair-housing checks and what they can and cannot show."""
    metrics = page.metrics
    with panel("fairness", "Fair housing", f"checked before release{made_up(page)}"):
        ui.show(
            f"<p><b>{int(metrics.get('n_moved_by_markers', 0)):,} of {int(metrics.get('n_marked', 0)):,}</b> leads got another score, to "
            "the last bit, once they carried another group’s name, place and sentences.</p>"
        )
        rates = page.tables.get("selection", [])
        table(
            ("Group, drawn by lot", "called hot", "hot", "leads"),
            [(str(row["group"]), f"{float(row['rate']):.2%}", f"{row['n_hot']:,}", f"{row['n']:,}") for row in rates],
        )
        ratio = float(metrics.get("selection_ratio", 0.0))
        ui.show(f"<p>Lowest to highest rate: <b>{ratio:.2f}</b>; under 0.80 a model is not released.</p>")
        table(
            ("If a group differed: it …", "hot rate to the others’"),
            [(str(row["difference"]), f"{float(row['ratio']):.3f}") for row in page.tables.get("what_if_groups_differed", [])],
        )
        ui.show(
            '<p class="jc-sub">The groups are made up and drawn by lot: the rates test that nothing about who a lead is gets in. '
            "They cannot tell how real groups fare in your market; the last table shows how much what could go along with a group would "
            "matter.</p>"
        )
