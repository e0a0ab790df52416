"""Consent by hand on a lead's page: what he agreed to or took back, for which address, in which words, where the proof is."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

import streamlit as st

from engine.commands import consenting
from engine.records.follow_up import Consent, StepKind
from pages import sending, ui

_BY_PHONE, _BY_EMAIL = [StepKind.SMS, StepKind.CALL_TASK], [StepKind.EMAIL]


def offer(lead_id: int, addresses: Sequence[str]) -> None:
    """Two small forms; nothing for a lead who has no address."""
    if not addresses:
        return
    with st.container(horizontal=True, gap="small", key="acts-consent"):
        with st.popover("Note a consent", icon=":material/verified_user:", key="consent-ask"):
            _ask_grant(lead_id, addresses)
        with st.popover("Note what he took back", icon=":material/remove_moderator:", key="withdraw-ask"):
            _ask_withdrawal(lead_id, addresses)


def _ask_grant(lead_id: int, addresses: Sequence[str]) -> None:
    address, kinds = _scope(addresses, f"grant-{lead_id}")
    with st.form(f"grant-form-{lead_id}", border=False):
        today = ui.now().astimezone(ui.office()).date()
        on = st.date_input("Given on", today, max_value=today)
        method = st.selectbox("How", consenting.METHODS, format_func=str.capitalize)
        said = st.text_area("The words he agreed to", placeholder="“You may text me about homes.”", max_chars=2_000)
        proof = st.text_input(
            "Where the proof is", placeholder="Form in the file, e-mail of 3 March, call noted by Maria", max_chars=2_000
        )
        st.caption("One that is later than an opt-out lifts it for what is named here. It is kept for good, with your name.")
        if st.form_submit_button("Note the consent", type="primary"):
            consent = Consent(
                lead_id=lead_id, address=address, channels=tuple(kinds), purpose="marketing", disclosure=said.strip(),
                method=method, evidence=proof.strip(), given_at=_moment(on, today),
            )  # fmt: skip
            ui.act(consenting.record_consent, consent, told="The consent is noted")
            st.rerun(scope="app")


def _ask_withdrawal(lead_id: int, addresses: Sequence[str]) -> None:
    address, kinds = _scope(addresses, f"withdraw-{lead_id}")
    with st.form(f"withdraw-form-{lead_id}", border=False):
        said = st.text_area("What he said", placeholder="“Call me, but no more texts.”", max_chars=2_000)
        proof = st.text_input("Where it is found", placeholder="Call of today, noted by Maria", max_chars=2_000)
        st.caption(
            "It holds at once. As the rules are shipped, taking back one way takes back all of them, at every address of his."
        )
        if st.form_submit_button("Note it", type="primary"):
            facts = {"address": address, "channels": kinds, "words": said, "evidence": proof}
            ui.act(consenting.withdraw_consent, lead_id, told="Noted; it holds at once", **facts)
            st.rerun(scope="app")


def _scope(addresses: Sequence[str], key: str) -> tuple[str, list[StepKind]]:
    """For which address, and which ways: those that its kind allows."""
    address = st.selectbox("For", addresses, key=f"{key}-address")
    ways = _BY_EMAIL if "@" in address else _BY_PHONE
    if len(ways) == 1:
        return address, ways
    chosen = st.pills(
        "Ways",
        ways,
        default=ways[:1],
        selection_mode="multi",
        key=f"{key}-ways",
        format_func=lambda kind: sending.KINDS[kind.value],
    )
    return address, list(chosen)


def _moment(on: date, today: date) -> datetime:
    """Today means now; another day its beginning at the office, so that it lifts nothing that came later that day."""
    return ui.now() if on == today else datetime.combine(on, time.min, ui.office()).astimezone(UTC)
