"""A deal's forms on the Commission page: its terms, a signed agreement, closing, and reversal."""

from datetime import timedelta

import streamlit as st

from engine import commands, views
from engine.access import Permission
from engine.records import Source, Stage
from engine.records.deal import Agreement, DealSide, Payer, ReferralBasis
from engine.views import DealCard
from pages import marks, ui, words

_SIDES = [side.value for side in DealSide]
_MOST_AGENTS = 4
_BASIS = {"gci": "of the GCI", "after_split": "after the split"}


def ask(card: DealCard, *, may_reverse: bool) -> None:
    """What may be done with the deal as it stands: a settled one is only reversed."""
    if card.is_settled:
        if may_reverse:
            _ask_reversal(card)
        return
    with st.expander("Change the terms", icon=":material/edit:"):
        _ask_terms(card)
    if ui.may(Permission.SEE_TEAM_MONEY):
        with st.expander("Who works it, and for which part", icon=":material/group:"):
            _ask_agents(card)
    with st.expander("Record a signed agreement", icon=":material/contract:"):
        _ask_agreement(card)
    with st.expander("Close it", icon=":material/check_circle:"):
        _ask_closing(card)


def _ask_terms(card: DealCard) -> None:
    terms, referral = card.terms, card.terms.referral
    with st.form(f"terms-{terms.deal_id}", border=False):
        one, two, three = st.columns(3)
        side = one.selectbox("Side", _SIDES, index=_SIDES.index(terms.side.value), format_func=words.said)
        state = one.text_input("State (two letters)", terms.state, max_chars=2)
        contract = two.number_input("Contract price ($)", min_value=0, value=_dollars(terms.contract_price_cents), step=1000)
        closes_on = two.date_input("Expected closing", terms.expected_close_on)
        rate = three.number_input("Rate (%)", 0.0, 20.0, terms.rate * 100, step=0.05, format="%.4f")
        buyer = three.number_input("Buyer’s side (%), if both", 0.0, 20.0, terms.buyer_rate * 100, step=0.05, format="%.4f")
        bonus = one.number_input("Bonus ($)", min_value=0.0, value=terms.bonus_cents / 100, step=100.0, format="%.2f")
        given = two.number_input(
            "Concession by you ($)", min_value=0.0, value=terms.concession_cents / 100, step=100.0, format="%.2f"
        )
        to = one.text_input("Referral to", referral.to if referral else "")
        share = two.number_input("Referral (%)", 0.0, 100.0, referral.rate * 100 if referral else 25.0, step=1.0)
        basis = three.selectbox(
            "Referral is", list(_BASIS), format_func=_BASIS.get, index=list(_BASIS).index(referral.basis) if referral else 0
        )
        flat = three.number_input(
            "Flat fee instead of a rate ($), 0: none", min_value=0.0, value=(terms.flat_cents or 0) / 100, step=100.0
        )
        flat_referral = (referral.flat_cents or 0) / 100 if referral else 0.0
        referred = two.number_input("Flat referral fee ($), 0: the rate", min_value=0.0, value=flat_referral, step=100.0)
        sources = ["", *(source.value for source in Source)]
        source = one.selectbox(
            "Where the deal came from",
            sources,
            index=sources.index(terms.source or ""),
            format_func=lambda one: words.said(one) or "Not said",
        )
        ui.show('<p class="jc-sub">Who pays the commission, in percent; all 0: not said. Together 100.</p>')
        paid = dict(terms.payers)
        cells = st.columns(len(Payer))
        parts = {
            payer: cell.number_input(words.said(payer.value), 0.0, 100.0, paid.get(payer, 0.0) * 100, step=5.0)
            for cell, payer in zip(cells, Payer, strict=True)
        }
        if st.form_submit_button("Save the terms", type="primary"):
            changes: dict[str, object] = {
                "side": side,
                "state": state.upper(),
                "closes_on": closes_on,
                "bonus_cents": round(bonus * 100),
                "concession_cents": round(given * 100),
                "buyer_rate": round(buyer / 100, 6),
                "referral_to": to.strip(),
                "referral_rate": round(share / 100, 6),
                "referral_basis": ReferralBasis(basis),
                "contract_price_cents": contract * 100 if contract else None,
                "referral_flat_cents": round(referred * 100) or None,
                "payers": tuple((payer, round(part / 100, 6)) for payer, part in parts.items() if part),
                "source": source or None,
            }
            if (round(flat * 100) or None) != terms.flat_cents:
                changes["flat_cents"] = round(flat * 100) or None
            if abs(rate / 100 - terms.rate) > 5e-7:
                changes["rate"] = round(rate / 100, 6)
            ui.act(commands.change_deal, terms.deal_id, changes, told="The terms are saved")
            st.rerun(scope="app")


def _ask_agents(card: DealCard) -> None:
    """Up to four agents with their shares; the first is the deal's lead agent."""
    terms = card.terms
    names = dict(views.agents(ui.engine()))
    now = [(int(share.agent), share.rate) for share in terms.shares if share.agent.isdecimal() and int(share.agent) in names]
    with st.form(f"agents-{terms.deal_id}", border=False):
        chosen = []
        for place in range(_MOST_AGENTS):
            who, part = now[place] if place < len(now) else (0, 0.0)
            left, right = st.columns([3, 2])
            options = [0, *names]
            agent = left.selectbox(
                "Lead agent" if place == 0 else f"Agent {place + 1}", options, index=options.index(who),
                format_func=lambda number: names.get(number, "Nobody"), key=f"agent-{terms.deal_id}-{place}",
            )  # fmt: skip
            share = right.number_input("Share (%)", 0.0, 100.0, part * 100, step=5.0, key=f"share-{terms.deal_id}-{place}")
            chosen += [(agent, round(share / 100, 6))] if agent else []
        if st.form_submit_button("Save the shares", type="primary"):
            ui.act(commands.set_deal_agents, terms.deal_id, chosen, told="The shares are saved")
            st.rerun(scope="app")


def _ask_agreement(card: DealCard) -> None:
    terms = card.terms
    today = ui.now().astimezone(ui.office()).date()
    with st.form(f"agreement-{terms.deal_id}", border=False):
        one, two, three = st.columns(3)
        sides = ["buyer", "listing"]
        side = one.selectbox("With the", sides, index=int(terms.side is DealSide.LISTING), format_func=words.said)
        state = one.text_input("State (two letters)", terms.state, max_chars=2)
        signed = two.date_input("Signed on", today)
        expires = two.date_input("Expires on", today + timedelta(days=89))
        rate = three.number_input("Agreed pay (%)", 0.0, 20.0, terms.rate * 100, step=0.05, format="%.4f")
        flat = three.number_input("Or a flat amount ($), 0: the rate", min_value=0.0, value=0.0, step=100.0, format="%.2f")
        is_entity = three.checkbox("The client is a company, trust or partnership")
        is_showing = three.checkbox("For showings only")
        st.caption("State profiles remind of dates and limits; your broker confirms the law.")
        if st.form_submit_button("Record it", type="primary"):
            agreement = Agreement(
                lead_id=card.row.lead_id, opportunity_id=terms.deal_id, side=DealSide(side), state=state.upper(), signed_on=signed,
                expires_on=expires, rate=None if flat else round(rate / 100, 6), flat_cents=round(flat * 100) or None,
                is_entity=is_entity, is_showing_only=is_showing,
            )  # fmt: skip
            ui.act(commands.record_agreement, agreement, told="The agreement is recorded; the rate is agreed now")
            st.rerun(scope="app")


def _ask_closing(card: DealCard) -> None:
    terms = card.terms
    today = ui.now().astimezone(ui.office()).date()
    with st.form(f"close-{terms.deal_id}", border=False):
        sold = st.number_input(
            "Sold price ($)", min_value=0.0, value=float(_dollars(terms.price_cents)), step=1000.0, format="%.2f"
        )
        on = st.date_input("Closed on", min(terms.closed_on or today, today), max_value=today)
        st.caption("Its statement is kept for good; a mistake is taken back with a reversal.")
        if st.form_submit_button("Close the deal", type="primary"):
            told = f"{card.row.name} is closed; its statement is kept"
            ui.act(commands.close_deal, terms.deal_id, sold_price_cents=round(sold * 100), closed_on=on, told=told)
            st.rerun(scope="app")


def _ask_reversal(card: DealCard) -> None:
    with st.expander("Reverse the statement", icon=":material/undo:"), st.form(f"reverse-{card.terms.deal_id}", border=False):
        ui.show(f'<p class="jc-sub">Every amount is taken back with an entry of its own; caps are given back. {marks.text(card.row.name)}'
                " stands under contract again.</p>")  # fmt: skip
        reason = st.text_input("Why", max_chars=500)
        if st.form_submit_button("Reverse", type="primary"):
            ui.act(commands.reverse_deal, card.terms.deal_id, reason, stage=Stage.UNDER_CONTRACT, told="The statement is reversed")
            st.rerun(scope="app")


def ask_end(agreement: Agreement) -> None:
    """Note that an agreement was given up."""
    number = agreement.agreement_id
    with st.popover("End it", icon=":material/event_busy:", key=f"end-agreement-{number}"), st.form(f"end-{number}", border=False):
        ui.show('<p class="jc-sub">It stays on record as it was signed; only the day it was given up is added.</p>')
        today = ui.now().astimezone(ui.office()).date()
        on = st.date_input("Given up on", max(today, agreement.signed_on), min_value=agreement.signed_on)
        if st.form_submit_button("End the agreement", type="primary"):
            ui.act(commands.end_agreement, number, on, told="The agreement is ended")
            st.rerun(scope="app")


def _dollars(cents: int | None) -> int:
    return (cents or 0) // 100
