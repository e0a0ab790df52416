"""The marks of a case: whose it is, what was said, what speaks for and against, what Claude and a person made of it. As safe HTML."""

from engine.records import Band
from engine.records.escalation import CaseState, Escalation, MissingFact, NextAction
from engine.views import CaseCard
from pages import marks, words

_ACTIONS = {
    NextAction.CALL_NOW: "call now",
    NextAction.ASK_MISSING: "ask what is missing",
    NextAction.BOOK_VISIT: "offer a visit",
    NextAction.KEEP_IN_TOUCH: "keep in touch",
    NextAction.LET_REST: "let rest",
    NextAction.ASK_A_PERSON: "have a person look",
}
_MISSING = {
    MissingFact.PROPERTY: "what he looks for",
    MissingFact.ASKING_PRICE: "asking price",
}
_RIGHT = {
    "person": "was right",
    "model": "the model was right",
    "both": "agreed with the model",
    "open": "open until the deal ends",
}


def head(card: CaseCard) -> str:
    """Who it is and how unsure the model is."""
    case = card.escalation
    owner = f"with {card.assigned_name}" if card.assigned_name else "not taken yet"
    sure = f"{words.rate(case.confidence)} sure · {words.odds(case.probability)} to close"
    why = f'<p class="jc-sub">{marks.text(case.why_person)}</p>' if case.state is CaseState.PERSON and case.why_person else ""
    return (
        f'<div class="jc-section"><h2>{marks.text(card.name)}</h2><span>{marks.text(owner)}</span></div>'
        f'<p>The model says {marks.band(case.model_band)} <span class="jc-sub">{marks.text(sure)}</span></p>{why}'
    )


def conversation(case: Escalation) -> str:
    """What was said, the oldest first, personal data replaced."""
    lines = "".join(
        f"<li><b>{marks.text('The lead' if event['from'] == 'lead' else words.sentence(str(event['from'])))}</b> "
        f'<span class="jc-sub">{marks.text(_when(int(event["days_ago"])))}, {marks.text(event["channel"])}</span>'
        f"<div>{marks.text(event['text']) or '–'}</div></li>"
        for event in case.case["conversation"]
    )
    return f'<ul class="jc-time">{lines}</ul>' if lines else '<p class="jc-sub">Nothing has been said yet.</p>'


def reasons(case: Escalation) -> str:
    """What the model found for and against."""
    sides = (("Speaks for", "reasons_for", ""), ("Speaks against", "reasons_against", ' class="jc-minus"'))
    return "".join(
        f"<p><b>{label}</b></p>"
        + (
            f'<ul class="jc-points">{"".join(f"<li{mark}>{marks.text(words.sentence(one))}</li>" for one in case.case[name])}</ul>'
            if case.case[name]
            else '<p class="jc-sub">Nothing stands out.</p>'
        )
        for label, name, mark in sides
    )


def facts(case: Escalation) -> str:
    """All that is known, as the second reader sees it."""
    told = [(words.said(name), str(value)) for name, value in case.case["facts"].items()]
    return marks.facts(told) + marks.facts((str(one["label"]), str(one["value"])) for one in case.case["features"])


def readings(card: CaseCard) -> str:
    """What Claude read, and what a person said, with who was right."""
    return _claude(card) + _person(card)


def _claude(card: CaseCard) -> str:
    case, reading = card.escalation, card.escalation.reading
    if reading is None:
        return ""
    grounds = "".join(
        f'<li>{marks.text(ground.says)} <span class="jc-sub">“{marks.text(ground.quote)}”</span></li>' for ground in reading.grounds
    )
    missing = ", ".join(_MISSING.get(fact, fact.value.replace("_", " ")) for fact in reading.missing)
    asks = f'<p class="jc-sub">To ask: {marks.text(missing)}</p>' if missing else ""
    by = marks.chip(case.read_by, "info", "Claude read the case; it changes no number and sends nothing")
    return (
        f"<p>Claude would say {marks.band(reading.band)} {by} {_against(reading.band, case.model_band)}</p>"
        f'<ul class="jc-points">{grounds}</ul>{asks}<p class="jc-sub">Suggests: {marks.text(_ACTIONS[reading.next_action])}. '
        f"{marks.text(_verdict('Claude', card.claude_verdict))}</p>"
    )


def _person(card: CaseCard) -> str:
    case = card.escalation
    if case.person_band is None:
        return ""
    who = card.judged_name or "Somebody"
    return (
        f"<p>{marks.text(who)} says {marks.band(case.person_band)} {_against(case.person_band, case.model_band)}</p>"
        f'<p class="jc-sub">“{marks.text(case.person_reason)}” {marks.text(_verdict(who, card.person_verdict))}</p>'
    )


def _verdict(who: str, verdict: str) -> str:
    if verdict == "model":
        return "The model was right."
    return f"{who} {_RIGHT[verdict]}." if verdict in ("person", "both") else "Who was right is told once the deal ends."


def _against(theirs: Band, models: Band) -> str:
    same = theirs is models
    return marks.chip("as the model" if same else "unlike the model", "off" if same else "warm")


def _when(days: int) -> str:
    return "that day" if days == 0 else "a day earlier" if days == 1 else f"{days} days earlier"
