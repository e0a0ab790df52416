"""What an import would add to pipeline, forecast and follow-up, who in it is like somebody known, and which lines are no rows."""

from collections.abc import Mapping

import streamlit as st

from engine.views import Batch, Similar
from pages import marks, ui, words


def show_effect(batch: Batch) -> None:
    """Deals, expected commission and consent that the rows would bring."""
    effect: Mapping[str, int] = batch.report.get("effect") or {}
    if not effect or not batch.n_created:
        return
    ui.section("What it would add", "new leads only; nothing is changed yet")
    estimate = "scored one by one" if effect["n_scored"] >= batch.n_created else f"estimated from {effect['n_scored']:,} of them"
    items = [
        marks.figure(
            "Open deals", f"{effect['n_deals']:,}", f"{words.compact_money(effect['deals_gci_cents'])} GCI at the default rate"
        ),
        marks.figure(
            "Expected commission",
            words.compact_money(effect["expected_cents"]),
            f"probability × commission, {estimate}",
            kind="money",
        ),
        marks.figure("May be written to", f"{effect['n_consenting']:,}", f"of {effect['n_addressed']:,} with phone or e-mail"),
    ]
    ui.show(marks.figures(items))
    n_silent = effect["n_addressed"] - effect["n_consenting"]
    if n_silent:
        st.info(
            f"{words.count(n_silent, 'new lead')} {'comes' if n_silent == 1 else 'come'} without proof of consent: scored and shown, but "
            "no text or e-mail goes to them. Columns such as “SMS consent”, “Consent date” and “Consent source” would change that.",
            icon=":material/do_not_disturb_on:",
        )


def ask_joins(batch: Batch) -> dict[int, int]:
    """New people who are like somebody known; a person may join them. Answers line → lead."""
    found: tuple[Similar, ...] = ui.fresh("similar_people", batch_id=batch.batch_id)
    if not found:
        return {}
    ui.section("Perhaps known already", f"{words.count(len(found), 'pair')}; kept apart unless you join them")
    joins: dict[int, int] = {}
    with st.container(border=True, key="panel-similar"):
        for one in found[:50]:
            known = " · ".join(part for part in (words.phone(one.lead_phone) if one.lead_phone else "", one.lead_email) if part)
            about, choice = st.columns([5, 2], vertical_alignment="center")
            with about:
                ui.show(
                    f'<div class="jc-column"><b>{marks.text(one.name)}</b>, line {one.line:,}<span class="jc-sub">like '
                    f"{marks.text(one.lead_name)} ({marks.text(known)}): {marks.text(one.why)}</span></div>"
                )
            with choice:
                label = f"Same person as on line {one.line}"
                if st.checkbox(label, key=f"join-{batch.batch_id}-{one.line}-{one.lead_id}"):
                    joins[one.line] = one.lead_id
    return joins


def show_left_out(batch: Batch) -> None:
    """Lines of the file that are no rows: titles, headers again, totals, last words."""
    left_out: list[Mapping[str, object]] = batch.report.get("left_out") or []
    if left_out:
        with st.expander(f"{words.count(len(left_out), 'line')} of the file taken as no lead (titles, totals, headers again)"):
            rows = "".join(f'<tr><td class="jc-n">{one["line"]}</td><td>{marks.text(one["text"])}</td></tr>' for one in left_out)
            ui.show(f'<div class="jc-table"><table><tr><th class="jc-n">Line</th><th>Text</th></tr>{rows}</table></div>')
