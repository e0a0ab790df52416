"""The qualification dialogue: from what was asked and what was answered to the next text, or to a person.

Pure and resumable: the state comes in and goes out, nothing is sent here. Every text is a draft that passes the outbound
filter and the one gate like any other.
"""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from engine.conversation.script import LONGEST, Question, Script, Tone
from engine.records.conversation import FactKind, Intent, MessageReading, Temperature

_MOST_REPAIRS = 1  # a second "I don't understand" goes to a person
_MOST_STALLS = 2  # then the take-away
_ACCEPTED_DAYS = 45  # who wants it sooner than that accepts the timeline
HOT_QUALITY = 0.7
_ACCEPTS = re.compile(
    r"^\W*(?:no+|nope|nah|not (?:at all|really|a problem)|no problem|none|(?:that|it)(?:'d| would|'s|s)? (?:work|be fine|fine|great|ok)\w*|"
    r"works|fine|perfect|sounds (?:good|great)|sure|ok(?:ay)?|yes,? (?:that|it|we|i) (?:works?|can|could|would be (?:fine|great))|"
    r"the sooner|asap|great|ideal)\b",
    re.IGNORECASE,
)
_REFUSES = re.compile(
    r"\b(?:too (?:soon|fast|quick|tight|early)|not that (?:soon|fast)|need (?:more|longer|at least)|can'?t (?:do|be out|move)|won'?t work|"
    r"(?:would|that'?d|it'?d) be (?:a |hard|tough|difficult|a problem))|^\W*(?:yes|yeah|yep|it would|definitely)\W*$|\bproblem\b",
    re.IGNORECASE,
)
_BARE_NO = re.compile(r"^\W*(?:no+|nope|nah+|naw)(?: (?:sir|ma'?am|lol))?\W*$", re.IGNORECASE)
_EMPTY = re.compile(r"^\W*(?:idk|i don'?t know|dunno|not sure|maybe|whatever|depends|hmm+|k|ok|huh|what|\?+)\W*$", re.IGNORECASE)


class Next(StrEnum):
    """What follows a message."""

    ASK = "ask"
    REPAIR = "repair"
    SAY_WHO = "say_who"  # "are you a bot?" has one truthful answer, then the open question again
    TAKE_AWAY = "take_away"
    PERSON = "person"
    DONE = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said to a question, in the lead's own words. `quality` from 0 (says nothing) to 1 (the fact itself)."""

    key: str
    text: str
    message_id: int
    quality: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueState:
    """Where a dialogue stands. Everything needed to go on after any pause or crash."""

    script: str
    tone: Tone = Tone.DIRECT
    asked: str = ""  # the open question's key
    answers: tuple[Answer, ...] = ()
    n_repairs: int = 0  # of the open question
    n_stalls: int = 0
    accepts_timeline: bool | None = None
    is_over: bool = False
    seen: tuple[int, ...] = field(default=())  # messages already taken in: the same one twice changes nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The next step, the text for it (a draft), why, and the state after it."""

    next: Next
    text: str
    reason: str
    state: DialogueState


def begin(
    script: Script,
    *,
    tone: Tone,
    names: dict[str, str],
    state: DialogueState | None = None,
    is_automatic: bool = False,
    is_greeting: bool = True,
    ending: str = "",
) -> Move:
    """Open a dialogue: who writes (or which assistant), and the first question that `state` has no answer to; `ending` is STOP's words.

    The text is the longest form that fits one text message: with the name, without it, in plainer words.
    """
    state = state or DialogueState(script=script.name, tone=tone)
    known = {answer.key for answer in state.answers}
    first = next((question for question in script.questions if question.key not in known), None)
    if first is None:
        return _over(state, Next.DONE, _filled(script.done, names), "all told already" + (": hot" if is_hot(script, state) else ""))
    greeting = script.assistant_greeting if is_automatic else script.greeting
    nameless = {**names, "first_name": ""}
    forms = [(greeting, first.asks[tone], names), (greeting, first.asks[tone], nameless), (greeting, first.repair, nameless)]
    texts = [_fill((hello if is_greeting else "") + words + ending, who) for hello, words, who in forms]
    text = next((one for one in texts if len(one) <= LONGEST), "")
    state = replace(state, asked=first.key)
    if not text:
        return Move(next=Next.PERSON, text="", reason="the names are too long for one text", state=state)
    return Move(next=Next.ASK, text=text, reason="the first question", state=state)


def told_already(script: Script, *, tone: Tone, reading: MessageReading, text: str, message_id: int) -> DialogueState:
    """A dialogue's state before its first question, with the answers that a message has given unasked."""
    state = DialogueState(script=script.name, tone=tone, seen=(message_id,))
    for question in script.questions:
        fact = next((fact for fact in reading.facts if fact.kind is question.fact), None)
        accepts = state.accepts_timeline
        if question.key == "timeline" and fact is not None:
            accepts = int(fact.value) <= _ACCEPTED_DAYS
            fact = fact if accepts else None  # a later date is no answer to whether sooner would be a problem
        if fact is not None:
            answer = Answer(key=question.key, text=text[:500], message_id=message_id, quality=1.0)
            state = replace(state, answers=(*state.answers, answer), accepts_timeline=accepts or state.accepts_timeline)
    return state


def advance(
    script: Script, state: DialogueState, reading: MessageReading, text: str, *, message_id: int, names: dict[str, str]
) -> Move:
    """Take in one inbound message. A refusal, a second misunderstanding or a wrong person ends it with a person, in silence."""
    if state.is_over or message_id in state.seen:
        return Move(next=Next.PERSON, text="", reason="nothing is open", state=state)
    state = replace(state, seen=(*state.seen, message_id))
    if is_refusal(script, state, reading, text):
        return _over(state, Next.PERSON, "", "does not want this; nothing more is said")
    if Intent.ARE_YOU_A_BOT in reading.intents:
        return Move(next=Next.SAY_WHO, text="", reason="asks who is writing", state=state)
    question = script.question(state.asked)
    if _is_stall(reading):
        return _stalled(script, state, question, names)
    quality = quality_of(question, text, reading)
    if quality < 0.2 or (Intent.CONFUSED in reading.intents and quality < 0.6):
        return _repaired(script, state, question, names)
    answer = Answer(key=question.key, text=text[:500], message_id=message_id, quality=quality)
    return _answered(script, state, answer, reading, names)


def is_refusal(script: Script, state: DialogueState, reading: MessageReading, text: str) -> bool:
    """Whether he wants none of this. A bare "no" to the timeline question is an answer: no, that would be no problem."""
    if not (reading.temperature is Temperature.COLD and {Intent.REFUSAL, Intent.WRONG_PERSON} & set(reading.intents)):
        return False
    asks_timeline = bool(state.asked) and script.question(state.asked).key == "timeline"
    return not (asks_timeline and _BARE_NO.match(text))


def quality_of(question: Question, text: str, reading: MessageReading) -> float:
    """How much an answer says: the fact itself 1, a plain yes or no where that answers 0.9, words by their number, a shrug nearly 0."""
    if question.key == "timeline" and question.fact is FactKind.TIMELINE_DAYS and accepts_timeline(text) is not None:
        return 0.9
    if question.fact is not None and any(fact.kind is question.fact for fact in reading.facts):
        return 1.0
    if _EMPTY.match(text):
        return 0.1
    n_words = len(text.split())
    return 0.75 if n_words >= 6 else 0.6 if n_words >= 3 else 0.3 if question.fact is not None else 0.6


def accepts_timeline(text: str) -> bool | None:
    """Whether "would 30 to 45 days be a problem?" was answered with no problem; None where the words tell neither."""
    if _REFUSES.search(text) and not re.match(r"\W*(?:no|not|none)\b", text, re.IGNORECASE):
        return False
    return True if _ACCEPTS.match(text) else None


def is_hot(script: Script, state: DialogueState) -> bool:
    """Every question answered, the timeline accepted where it is asked, and the answers worth 0.7 on average."""
    if len(state.answers) < len(script.questions):
        return False
    needs_timeline = script.name == "seller"
    mean = sum(answer.quality for answer in state.answers) / len(state.answers)
    return mean >= HOT_QUALITY and (not needs_timeline or state.accepts_timeline is True)


def _answered(script: Script, state: DialogueState, answer: Answer, reading: MessageReading, names: dict[str, str]) -> Move:
    accepts = _accepts(answer.text, reading) if answer.key == "timeline" else state.accepts_timeline
    state = replace(state, answers=(*state.answers, answer), accepts_timeline=accepts, n_repairs=0)
    known = {said.key for said in state.answers}
    coming = next((question for question in script.questions if question.key not in known), None)
    if coming is None:
        reason = "all answered: hot" if is_hot(script, state) else "all answered"
        return _over(state, Next.DONE, _filled(script.done, names), reason)
    asked = replace(state, asked=coming.key)
    return Move(next=Next.ASK, text=_filled(coming.asks[state.tone], names), reason=f"answered {answer.key}", state=asked)


def _accepts(text: str, reading: MessageReading) -> bool | None:
    """What he says of the timeline; where the words tell neither, the days he names."""
    said = accepts_timeline(text)
    days = [int(fact.value) for fact in reading.facts if fact.kind is FactKind.TIMELINE_DAYS]
    return days[0] <= _ACCEPTED_DAYS if said is None and days else said


def _repaired(script: Script, state: DialogueState, question: Question, names: dict[str, str]) -> Move:
    if state.n_repairs >= _MOST_REPAIRS:
        return _over(state, Next.PERSON, "", "was not understood twice")
    again = replace(state, n_repairs=state.n_repairs + 1)
    return Move(next=Next.REPAIR, text=_filled(question.repair, names), reason="was not understood", state=again)


def _stalled(script: Script, state: DialogueState, question: Question, names: dict[str, str]) -> Move:
    """The first time the question again, more plainly; then the take-away, and a person looks."""
    state = replace(state, n_stalls=state.n_stalls + 1)
    if state.n_stalls >= _MOST_STALLS:
        return _over(state, Next.TAKE_AWAY, _filled(script.take_away, names), "puts it off again")
    return Move(next=Next.REPAIR, text=_filled(question.repair, names), reason="puts it off", state=state)


def _over(state: DialogueState, following: Next, text: str, reason: str) -> Move:
    return Move(next=following, text=text, reason=reason, state=replace(state, is_over=True, asked=""))


def _is_stall(reading: MessageReading) -> bool:
    return Intent.STALL in reading.intents and reading.temperature is Temperature.COLD


def _filled(text: str, names: dict[str, str]) -> str:
    """A text with its names, never longer than one text: where the names are too long, without them."""
    said = _fill(text, names)
    return said if len(said) <= LONGEST else _fill(text, dict.fromkeys(names, "") | {"agent": "We"})[:LONGEST]


def _fill(text: str, names: dict[str, str]) -> str:
    """A text with its names; without a first name it begins with the next word."""
    return re.sub(r"\s+(?=[,.!?])", "", re.sub(r"\s{2,}", " ", text.format_map(names))).strip()


def may_hand_off(
    history: tuple[tuple[str, str, datetime], ...], *, source: str, target: str, confidence: float, at: datetime
) -> str:
    """Whether a dialogue may pass a lead to another: the reason why not, or nothing.

    Thresholds per direction, no way back within half an hour, at most three an hour and ten a day.
    """
    least = THRESHOLDS.get((source, target))
    if least is None:
        return "there is no such hand-off"
    if confidence < least:
        return f"not sure enough: {confidence:.2f} of {least:.2f}"
    ago = [(one_from, one_to, (at - when).total_seconds()) for one_from, one_to, when in history]
    if any((one_from, one_to) == (target, source) and seconds < 1800 for one_from, one_to, seconds in ago):
        return "came from there within half an hour"
    if sum(seconds < 3600 for *_, seconds in ago) >= 3:
        return "three hand-offs within the hour"
    return "ten hand-offs within the day" if sum(seconds < 86_400 for *_, seconds in ago) >= 10 else ""


THRESHOLDS = {("lead", "buyer"): 0.7, ("lead", "seller"): 0.7, ("buyer", "seller"): 0.8, ("seller", "buyer"): 0.6}
_TELLS = {
    "seller": {Intent.LIST_HOME: 0.7, FactKind.ASKING_PRICE: 0.5, FactKind.CONDITION: 0.3},
    "buyer": {Intent.VISIT: 0.6, Intent.OFFER: 0.6, FactKind.BUDGET: 0.5, FactKind.FINANCING: 0.4, Intent.ASK_HOME: 0.2},
}


def sureness(target: str, readings: tuple[MessageReading, ...]) -> float:
    """How sure it is from the last messages that a lead belongs in that dialogue: each thing told makes it surer, none alone certain."""
    doubt = 1.0
    told = {*(intent for one in readings for intent in one.intents), *(fact.kind for one in readings for fact in one.facts)}
    for tell, weight in _TELLS.get(target, {}).items():
        doubt *= 1.0 - weight if tell in told else 1.0
    return round(1.0 - doubt, 3)
