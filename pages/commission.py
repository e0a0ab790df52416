"""Commission: what each deal pays line by line, caps, agreements with their clocks, statements, and the plan behind it all."""

import streamlit as st

from engine.access import Permission
from engine.records.deal import CapState, Line, Party
from engine.views import AgentCap, AgreementRow, CommissionPage, CommissionRow, DealCard, YearPaid
from pages import asked, deal_form, live, marks, plan_form, ui, words

actor = ui.require_actor()
sees_money = ui.sees_money()
sees_team = actor.may(Permission.SEE_TEAM_MONEY)

STANDINGS = {"pending": "Pending", "closed": "Closed", "all": "All"}
SIDES = {"": "Every side", "buyer": "Buyer", "listing": "Listing", "both": "Both"}
PARTS = {"deals": "Deals", "caps": "Caps", "agreements": "Agreements", "paid": "Paid by year", "plan": "Plan"}
RATE_IS_FROM = {
    "default": ("assumed rate", "assumed"),
    "agreement": ("signed agreement", "money"),
    "listing_agreement": ("listing agreement", "money"),
    "manual": ("typed in", "info"),
}
AGREEMENT_IS = {
    "expired": ("agreement expired", "hot"),
    "ended": ("agreement ended", "off"),
    "soon": ("expires soon", "warm"),
    "running": ("agreement runs", "money"),
    "ahead": ("not signed yet", "info"),
}
PAID_TO = {Party.REFERRAL: "Referring broker", Party.FRANCHISE: "Franchise", Party.BROKERAGE: "Brokerage",
           Party.LEAD_BROKER: "Lead broker", Party.OTHER: "Other"}  # fmt: skip


def show_sums(page: CommissionPage) -> None:
    """What the deals of the list pay together."""
    items = [
        marks.figure("Deals", f"{page.n_deals:,}", f"{page.n_unpriced:,} without a price" if page.n_unpriced else "in this list")
    ]
    if sees_money:
        items.append(marks.figure("GCI", words.compact_money(page.gci_cents), "before splits and fees", kind="money"))
    if sees_money and not sees_team:
        items.append(marks.figure("Your net", words.compact_money(page.own_net_cents), "after splits, caps and fees", kind="money"))
    if sees_team:
        items += [
            marks.figure("Agents’ net", words.compact_money(page.agent_net_cents), "after splits, caps and fees", kind="money"),
            marks.figure("Brokerage", words.compact_money(page.brokerage_cents), "splits and fees"),
            marks.figure("Lead broker", words.compact_money(page.lead_total_cents), "team splits and own deals"),
        ]
    if sees_money:
        items.append(assumed_share(page))
    ui.show(marks.figures(items))


def assumed_share(page: CommissionPage) -> str:
    """How many of the dollars rest on the default rate."""
    if not page.gci_cents:
        return marks.figure("On assumed rates", "No money yet", "share on your default rate", is_missing=True)
    assumed, whole = words.compact_money(page.assumed_cents), words.compact_money(page.gci_cents)
    default = words.exact_rate(ui.default_rate())
    return marks.figure(
        "On assumed rates",
        f"{assumed}",
        f"of {whole} rests on your {default} default",
        kind="warm" if page.assumed_cents else "money",
    )


def filters() -> dict[str, object]:
    """What the address asks for."""
    standing = asked.word("standing", STANDINGS, "pending")
    return {
        "standing": None if standing == "all" else standing,
        "side": asked.word("side", SIDES) or None,
        "search": asked.word("search"),
        "only_assumed": asked.word("assumed") == "yes",
    }


def ask_filters() -> None:
    """The filters, tied to the address so that a view can be sent to a colleague."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="filters"):
        st.segmented_control(
            "Standing",
            list(STANDINGS),
            format_func=STANDINGS.get,
            **asked.widget("standing", asked.word("standing", STANDINGS, "pending")),
        )
        st.selectbox("Side", list(SIDES), format_func=SIDES.get, width=160, **asked.widget("side", asked.word("side", SIDES)))
        st.text_input("Search", placeholder="Client, agent or stage", width=240, **asked.widget("search", asked.word("search")))
        if sees_money:
            st.toggle("Only assumed rates", **asked.widget("assumed", asked.word("assumed") == "yes"))


def show_list() -> None:
    """The deals that pass the filters, with their sums and downloads."""
    ask_filters()
    chosen = filters()
    first: CommissionPage = ui.read("commission", limit=1, **chosen)
    place = asked.page(first.n_deals, ui.PAGE_ROWS)
    page: CommissionPage = ui.read("commission", limit=ui.PAGE_ROWS, offset=(place - 1) * ui.PAGE_ROWS, **chosen)
    show_sums(page)
    if not page.rows:
        ui.empty("No deals here", "Deals come from the pipeline: open one on a lead’s page, or change the filters.",
                 page="pipeline.py", label="See the pipeline", icon="filter_alt")  # fmt: skip
        return
    for row in page.rows:
        show_row(row)
    asked.offer_pages(page.n_deals, ui.PAGE_ROWS)
    with st.container(horizontal=True, key="downloads"):
        st.download_button("CSV", lambda: ui.fresh("deals_csv", **chosen), "commission.csv", "text/csv", icon=":material/download:")
        st.download_button("Excel", lambda: ui.fresh("deals_xlsx", **chosen), "commission.xlsx", icon=":material/download:")


def show_row(row: CommissionRow) -> None:
    """One deal: whose, when, on what its rate rests, what it pays."""
    with st.container(border=True, key=f"row-deal-{row.opportunity_id}", horizontal=True, vertical_alignment="center", gap="small"):
        ui.show(row_marks(row))
        if sees_money:
            st.page_link(
                "commission.py",
                label="Waterfall",
                icon=":material/waterfall_chart:",
                query_params={"deal": str(row.opportunity_id)},
            )


def row_marks(row: CommissionRow) -> str:
    """The deal's line in the list."""
    when = "closed" if row.standing != "pending" else "closes"
    day = f"{when} {words.day(row.counts_on)}" if row.counts_on else "no closing date"
    about = " · ".join(marks.text(part) for part in (row.agents or "nobody yet", words.said(row.side), row.stage_label, day))
    chips, pay, said = "", "", ""
    if row.agreement_state:
        chips += marks.chip(*AGREEMENT_IS[row.agreement_state])
    chips += marks.chip("closed without a statement", "hot") if row.standing == "closed" else ""
    if sees_money:
        chips += marks.chip(*RATE_IS_FROM[row.rate_source])
        chips += marks.chip("over the agreement", "hot") if row.over_agreed_cents else ""
        net = row.agent_net_cents if sees_team else row.own_net_cents
        pay = words.money(net)
        said = f"net, of {words.money(row.gci_cents)} GCI" if row.gci_cents is not None else "no price yet"
    return entry(row.name, about, pay, said, chips)


def entry(name: str, about: str, pay: str, said: str, chips: str = "") -> str:
    """One line of a list: who, what about him, its labels, how much. `about` and `chips` are finished marks."""
    money = (
        f'<div class="jc-side"><div class="jc-pay">{pay}</div><div class="jc-sub">{marks.text(said)}</div></div>' if said else ""
    )
    who = f'<div class="jc-who"><b>{marks.text(name)}</b><span class="jc-sub">{about}</span></div>'
    return f'<div class="jc-deal">{who}{chips}{money}</div>'


def show_deal(opportunity_id: int) -> None:
    """One deal's waterfall, what it rests on, and what can be done with it."""
    st.page_link("commission.py", label="All deals", icon=":material/arrow_back:")
    card: DealCard = ui.read("deal_card", opportunity_id=opportunity_id)
    told = "Statement, kept when it closed" if card.is_settled else "What it would pay, closing after the deals before it"
    ui.section(card.row.name, told)
    show_card_sums(card)
    left, right = st.columns([7, 4], gap="medium")
    with left:
        ui.section("How the commission is made up")
        ui.show(line_table(card.statement.gci_lines, card, "Side GCI", card.statement.side_gci_cents))
        ui.section("Who receives what", f"under “{card.statement.plan}”")
        lines = card.statement.lines
        ui.show(line_table(lines, card, "Together", sum(line.amount_cents for line in lines)))
    with right, st.container(border=True, key="panel-facts"):
        ui.section("What it rests on")
        ui.show(marks.facts(deal_facts(card)))
        for cap in card.statement.caps:
            show_cap_state(cap, card)
        show_story(card)
    with st.container(horizontal=True, key="card-actions"):
        pdf = f"statement-{opportunity_id}.pdf"
        st.download_button(
            "Statement (PDF)",
            lambda: ui.fresh("deal_pdf", opportunity_id=opportunity_id),
            pdf,
            "application/pdf",
            icon=":material/picture_as_pdf:",
        )
        st.page_link("lead.py", label="Open the client", icon=":material/person:", query_params={"lead": str(card.row.lead_id)})
    if actor.may(Permission.WORK_LEADS):
        deal_form.ask(card, may_reverse=sees_team)


def show_card_sums(card: DealCard) -> None:
    """The deal's sums, the warnings first."""
    if card.row.over_agreed_cents:
        st.error(f"This pays {marks.plain(words.money(card.row.over_agreed_cents))} more than the client agreed to.",
                 icon=":material/warning:")  # fmt: skip
    told = card.statement
    items = [marks.figure("Side GCI", words.exact_money(told.side_gci_cents), RATE_IS_FROM[card.row.rate_source][0], kind="money")]
    if sees_team:
        items += [
            marks.figure("Agents’ net", words.exact_money(told.agent_net_cents), "", kind="money"),
            marks.figure("Brokerage", words.exact_money(told.brokerage_cents)),
            marks.figure("Lead broker", words.exact_money(told.lead_broker_net_cents), "from team splits"),
        ]
    else:
        items.append(marks.figure("Your net", words.exact_money(told.agent_net_cents), "", kind="money"))
    ui.show(marks.figures(items))


def line_table(lines: tuple[Line, ...], card: DealCard, total: str, cents: int) -> str:
    """Lines with rule, basis, rate or flat amount, receiver and amount."""
    names = {share.agent: share.name for share in card.terms.shares}
    first = '<th style="min-width:150px">Rule</th>'  # on a phone the table scrolls, its rules stay readable
    columns = '<th class="jc-n">Of</th><th class="jc-n">Rate</th><th style="min-width:104px">To</th><th class="jc-n">Amount</th>'
    head = f"<tr>{first}{columns}</tr>"
    body = "".join(line_row(line, names) for line in lines)
    foot = f'<tr><td><b>{total}</b></td><td></td><td></td><td></td><td class="jc-n"><b>{words.exact_money(cents)}</b></td></tr>'
    return f'<div class="jc-table" tabindex="0" role="region" aria-label="{total}"><table>{head}{body}{foot}</table></div>'


def line_row(line: Line, names: dict[str, str]) -> str:
    """One line."""
    how = words.exact_money(line.flat_cents) if line.rate is None else words.exact_rate(line.rate)
    whose = names.get(line.agent, "lead broker" if line.agent else "")
    to = whose if line.to is Party.AGENT else PAID_TO.get(line.to, "")
    less = " · ".join(
        marks.text(part) for part in (f"of {whose}" if whose and line.to is not Party.AGENT else "", line.note) if part
    )
    return (
        f'<tr><td>{marks.text(line.rule)}<div class="jc-sub">{less}</div></td><td class="jc-n">{words.exact_money(line.basis_cents)}</td>'
        f'<td class="jc-n">{how}</td><td>{marks.text(to)}</td><td class="jc-n">{words.exact_money(line.amount_cents)}</td></tr>'
    )


def deal_facts(card: DealCard) -> list[tuple[str, str]]:
    """What the amounts depend on."""
    terms, row = card.terms, card.row
    agreement = terms.agreement
    signed = f"signed {agreement.signed_on:%b %d, %Y}, expires {agreement.expires_on:%b %d, %Y}" if agreement else "none recorded"
    referral = terms.referral
    fee = ""
    if referral:
        how = words.exact_money(referral.flat_cents) if referral.flat_cents is not None else words.exact_rate(referral.rate)
        fee = f"{how} to {referral.to}, {'of the GCI' if referral.basis == 'gci' else 'after the split'}"
    return [
        ("Side", words.said(terms.side.value)),
        ("Price", f"{words.money(row.price_cents)} ({row.price_source})" if row.price_cents is not None else "not known yet"),
        ("Rate", f"{words.exact_rate(terms.rate)}, {RATE_IS_FROM[row.rate_source][0]}"),
        ("Agreement", signed),
        ("Referral", fee),
        ("Paid by", ", ".join(f"{words.said(payer.value)} {words.rate(rate)}" for payer, rate in terms.payers)),
        ("Agents", ", ".join(f"{share.name or share.agent} {words.rate(share.rate)}" for share in terms.shares) or "nobody yet"),
        ("Closing", words.day(row.counts_on)),
    ]


def show_cap_state(cap: CapState, card: DealCard) -> None:
    """Where an agent's cap stands after this deal."""
    if cap.left_cents is None or cap.agent.startswith("nobody"):
        return
    name = next((share.name for share in card.terms.shares if share.agent == cap.agent), "Lead broker")
    whole = cap.used_cents + cap.left_cents
    ui.show(
        f'<div class="jc-sub">Cap of {marks.text(name)} after this deal: {words.money(cap.used_cents)} of {words.money(whole)}</div>'
        + marks.progress(cap.used_cents, whole)
    )


def show_story(card: DealCard) -> None:
    """Stages and entries, oldest first."""
    moves = [(words.day(move["at"].date()), words.said(move["stage"])) for move in card.history]
    entries = [
        (words.day(entry["at"].date()), f"Reversed: {entry['reason']}" if entry["reverses"] else "Statement kept")
        for entry in card.entries
    ]
    if moves or entries:
        ui.section("Its story")
        ui.show(marks.facts([*moves, *entries]))


def show_caps() -> None:
    """Each agent's cap: settled, what pending deals would add, what is left."""
    caps: tuple[AgentCap, ...] = ui.read("agent_caps")
    if not caps:
        ui.empty("No caps yet", "A cap fills with the first deal of an agent under a plan that has one.")
    for cap in caps:
        with st.container(border=True, key=f"row-cap-{cap.agent_id}"):
            whole = words.money(cap.cap_cents) if cap.cap_cents is not None else "no cap"
            left = f"{words.money(cap.left_cents)} left" if cap.left_cents is not None else "paid so far"
            about = f"cap year from {words.day(cap.year_from)}, {cap.year_from.year}"
            about += f" · pending deals would add {words.money(cap.pending_cents)}"
            meter = f'<div style="margin-top:8px">{marks.progress(cap.used_cents, cap.cap_cents)}</div>' if cap.cap_cents else ""
            ui.show(entry(cap.name, about, words.money(cap.used_cents), f"of {whole} · {left}") + meter)
    if actor.may(Permission.CHANGE_SETTINGS):
        plan_form.ask_agent_terms()


def show_agreements() -> None:
    """Agreements with clients, the soonest to expire first."""
    rows: tuple[AgreementRow, ...] = ui.read("agreements")
    if not rows:
        ui.empty("No agreements recorded", "Record a signed agreement on a deal: its rate then counts as agreed, not assumed.")
    for row in rows:
        agreement = row.agreement
        pay = words.exact_money(agreement.flat_cents) if agreement.flat_cents is not None else words.exact_rate(agreement.rate)
        clock = {"soon": f"{row.days_left} d left", "running": f"{row.days_left} d left", "expired": f"{-row.days_left} d ago"}
        key = f"row-agreement-{agreement.agreement_id}"
        with st.container(border=True, key=key, horizontal=True, vertical_alignment="center"):
            kind = "showing only" if agreement.is_showing_only else words.said(agreement.side.value)
            about = f"{kind} · {agreement.state} · signed {words.day(agreement.signed_on)} · {row.assigned_name or 'not taken yet'}"
            until = f"until {words.day(agreement.expires_on)}, {agreement.expires_on.year} · {clock.get(row.state, row.state)}"
            ui.show(entry(row.name, marks.text(about), pay if sees_money else "", until, marks.chip(*AGREEMENT_IS[row.state])))
            if agreement.ended_on is None and actor.may(Permission.WORK_LEADS):
                deal_form.ask_end(agreement)


def show_paid() -> None:
    """What was paid to whom in each year, with the statement to take away."""
    rows: tuple[YearPaid, ...] = ui.read("paid_by_year")
    if not rows:
        ui.empty("Nothing paid yet", "Statements are kept when deals close; their sums by year stand here.")
    for row in rows:
        with st.container(border=True, key=f"row-paid-{row.agent_id}-{row.year}", horizontal=True, vertical_alignment="center"):
            taken_back = f" · {words.count(row.n_reversed, 'reversal')}" if row.n_reversed else ""
            about = f"{row.year} · {words.count(row.n_closed, 'closed deal')}{taken_back}"
            ui.show(entry(row.name, about, words.exact_money(row.net_cents), f"of {words.exact_money(row.gross_cents)} GCI"))
            st.download_button(
                "PDF",
                lambda row=row: ui.fresh("agent_pdf", agent_id=row.agent_id, year=row.year),
                f"paid-{row.year}-{row.agent_id}.pdf",
                "application/pdf",
                key=f"pdf-{row.agent_id}-{row.year}",
                icon=":material/picture_as_pdf:",
            )


@live.live_part("commission", *live.DEALS, "plan_changed", "setting_changed", "lead_changed")
def show_part() -> None:
    """The part that the address asks for."""
    deal = asked.number("deal")
    if deal is not None and sees_money:
        show_deal(deal)
        return
    allowed = ["deals", *(["caps"] if sees_money else []), "agreements", *(["paid"] if sees_money else [])]
    allowed += ["plan"] if sees_team else []
    part = asked.word("show", allowed, "deals")
    st.segmented_control("Part", allowed, format_func=PARTS.get, label_visibility="collapsed", **asked.widget("show", part))
    shown = {"caps": show_caps, "agreements": show_agreements, "paid": show_paid, "plan": plan_form.show_plan}
    shown.get(part, show_list)()


ui.title("Commission", "What each deal pays to whom, line by line, and how much of that is agreed")
show_part()
