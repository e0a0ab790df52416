"""Whether a person may be contacted at all: opt-outs, consents, do-not-call lists. Later consent alone outweighs an opt-out."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.records.follow_up import Consent, GateReason, OptOut, StepKind
from engine.sequences.facts import GateFacts
from engine.sequences.rules import GateRules

Objection = tuple[GateReason, str]

# Who says exactly which channels he means: another system's switches and a person at the desk. Any other revocation means them all.
_EXACT_SOURCES = ("ghl_dnd", "person")
_NUMBER_SOURCES = ("wrong_number",)  # the number reaches somebody else: of the number, not of the lead
_SPOKEN = ("verbal", "oral", "phone")


def opt_out_objection(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    """An opt-out of this person that no later consent to this channel lifts."""
    if facts.opt_outs is None or facts.consents is None:
        return GateReason.OPTED_OUT, "It couldn't be read whether this person opted out."
    binding = [each for each in facts.opt_outs if _binds(each, facts, rules)]
    if not binding:
        return None
    latest = max(binding, key=lambda each: each.at)
    if any(given.given_at > latest.at for given in _granted(facts, facts.consents, at)):
        return None
    return GateReason.OPTED_OUT, f"Opted out on {latest.at:%Y-%m-%d} ({latest.source}); only a newer consent lifts that."


def _binds(opt_out: OptOut, facts: GateFacts, rules: GateRules) -> bool:
    if opt_out.source in _NUMBER_SOURCES:
        return opt_out.address == facts.address or (opt_out.address == facts.whereabouts.phone and facts.kind is not StepKind.EMAIL)
    if rules.is_revocation_for_all_channels and opt_out.source not in _EXACT_SOURCES:
        return True
    return not opt_out.channels or facts.kind in opt_out.channels


def consent_objection(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    """No consent at all, or none to this channel, this address and this purpose."""
    if facts.consents is None:
        return GateReason.NO_CONSENT, "It couldn't be read what this person agreed to."
    if facts.kind not in rules.consent_needed_for:
        return None
    if not any(given.given_at <= at for given in facts.consents):
        return GateReason.NO_CONSENT, "There is no record that this person agreed to be written to."
    if not _granted(facts, facts.consents, at):
        return GateReason.CONSENT_SCOPE, f"The consent on record doesn't cover marketing by {_WORDS[facts.kind]} to this address."
    return None


def list_objection(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    """The office's own do-not-contact list, then the national do-not-call registry (47 CFR 64.1200(c)(2) and (d))."""
    if facts.is_do_not_contact is not False:
        known = facts.is_do_not_contact is not None
        return (
            GateReason.DNC_INTERNAL,
            "On the office's do-not-contact list." if known else "The do-not-contact list couldn't be read.",
        )
    if facts.kind is StepKind.EMAIL or (rules.does_written_consent_outrank_national_list and has_written_consent(facts, at)):
        return None
    return _national_objection(facts, at, rules)


def _national_objection(facts: GateFacts, at: datetime, rules: GateRules) -> Objection | None:
    if facts.is_on_national_list and not has_relationship(facts, at, rules):
        return (
            GateReason.DNC_NATIONAL,
            f"On the national do-not-call registry, and no inquiry in the last {rules.inquiry_days} days nor consent in writing.",
        )
    if facts.is_on_national_list is None or facts.national_list_as_of is None:
        return GateReason.DNC_STALE, "No national do-not-call list is loaded, and there is no consent in writing."
    age = at - facts.national_list_as_of
    if age > timedelta(days=rules.national_list_days) or age < timedelta(days=-1):
        return GateReason.DNC_STALE, f"The national do-not-call list is of {facts.national_list_as_of:%Y-%m-%d}: load a newer one."
    return None


def has_written_consent(facts: GateFacts, at: datetime) -> bool:
    """Did he agree to this channel in writing, with the words he agreed to on record?"""
    return any(
        given.disclosure.strip() and given.method.strip().casefold() not in _SPOKEN
        for given in _granted(facts, facts.consents or (), at)
    )


def has_relationship(facts: GateFacts, at: datetime, rules: GateRules) -> bool:
    """An established business relationship: an inquiry of the last 90 days or a deal of the last 18 months (47 CFR 64.1200(f)(5))."""
    return _is_within(facts.inquired_at, at, rules.inquiry_days) or _is_within(facts.transacted_at, at, rules.transaction_days)


def _is_within(moment: datetime | None, at: datetime, days: int) -> bool:
    return moment is not None and timedelta() <= at - moment <= timedelta(days=days)


def _granted(facts: GateFacts, consents: Sequence[Consent], at: datetime) -> list[Consent]:
    """The consents that cover this channel, this address and marketing, given by now."""
    return [
        given
        for given in consents
        if given.given_at <= at
        and facts.kind in given.channels
        and given.purpose == "marketing"
        and given.address.casefold() == (facts.address or "").casefold()
    ]


_WORDS = {StepKind.SMS: "text", StepKind.EMAIL: "e-mail", StepKind.CALL_TASK: "call"}
