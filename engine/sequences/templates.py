"""The words as they ship: the 3-7-14-30 follow-up in Jorge's voice, the opt-out confirmation, and answers that are always the same."""

# ruff: noqa: E501
# A phrase reads better whole.

import re
from collections.abc import Mapping
from dataclasses import dataclass

from engine.records.follow_up import StepKind
from engine.sequences.message import Template

_TEMPLATES = (
    Template(
        key="day-3-text",
        kind=StepKind.SMS,
        body="{{greeting}}, {{agent_name}} with {{brand}}. Still thinking about a move{{in_area}}? Happy to send what's new or answer a question.",
    ),
    Template(
        key="day-3-text",
        kind=StepKind.SMS,
        language="es",
        body="{{greeting}}, soy {{agent_name}} de {{brand}}. Sigue pensando en una mudanza{{in_area}}? Con gusto le mando lo nuevo.",
    ),
    Template(
        key="day-7-call",
        kind=StepKind.CALL_TASK,
        subject="Call {{full_name}}",
        body=(
            "Why now:\n{{reasons}}\n\n"
            "Say: “{{greeting}}, this is {{agent_name}} with {{brand}}. You asked about a move{{in_area}} a week ago. Is this a good moment?”\n"
            "Ask: What would have to be true for you to move? By when? Have you talked to a lender? Who else decides with you?\n"
            "Offer two times to meet. If it isn't a good moment, ask when to call.\n"
            "If they ask not to be contacted: thank them, end the call, and press “Opted out” on the lead."
        ),
    ),
    Template(
        key="day-14-email",
        kind=StepKind.EMAIL,
        subject="Your move{{in_area}}: where do you stand?",
        body=(
            "{{greeting}},\n\n"
            "two weeks ago you asked about a move{{in_area}}. I don't want to fill your inbox, so just one question: where do you stand?\n\n"
            "1. Ready to look or to sell: answer with two times that suit you, and I'll make one work.\n"
            "2. Not yet: tell me roughly when, and I'll write then and not before.\n"
            "3. No longer: tell me, and I'll close your file.\n\n"
            "If a number would help, I can send you what homes like yours, or like the one you want, sold for lately.\n\n"
            "{{agent_name}}\n{{brand}}"
        ),
    ),
    Template(
        key="day-14-email",
        kind=StepKind.EMAIL,
        language="es",
        subject="Su mudanza{{in_area}}: ¿cómo va?",
        body=(
            "{{greeting}}:\n\n"
            "Hace dos semanas preguntó por una mudanza{{in_area}}. Una sola pregunta: ¿cómo va?\n\n"
            "1. Listo para ver o vender: respóndame con dos horarios y busco uno.\n"
            "2. Todavía no: dígame más o menos cuándo y le escribo entonces.\n"
            "3. Ya no: dígamelo y cierro su expediente.\n\n"
            "{{agent_name}}\n{{brand}}"
        ),
    ),
    Template(
        key="day-30-text",
        kind=StepKind.SMS,
        body="{{greeting}}, {{agent_name}}, {{brand}}. A month ago you asked about a move{{in_area}}. Is it still on? A yes or no is plenty.",
    ),
    Template(
        key="day-30-text",
        kind=StepKind.SMS,
        language="es",
        body="{{greeting}}, {{agent_name}}, {{brand}}. Hace un mes preguntó por una mudanza{{in_area}}. Sigue en pie? Dígame.",
    ),
)
DEFAULTS: Mapping[tuple[str, str], Template] = {(each.key, each.language): each for each in _TEMPLATES}


def template_for(key: str, language: str, templates: Mapping[tuple[str, str], Template] = DEFAULTS) -> Template | None:
    """The words of a step in the lead's language; English where there are none in it; None where there are none at all."""
    return templates.get((key, language)) or templates.get((key, "en"))


CONFIRMATION = {
    "en": "{brand}: You are opted out and will get no more messages from us.",
    "es": "{brand}: Su baja está hecha. No recibirá más mensajes nuestros.",
}
HELP = {
    "en": "{brand}: {agent_name} answers here or at {agent_phone}. Reply STOP to opt out. Msg & data rates may apply.",
    "es": "{brand}: {agent_name} le atiende aquí o en {agent_phone}. Responda STOP para darse de baja.",
}
DISCLOSURE = {
    "en": "This is {agent_name}'s automated assistant. ",
    "es": "Soy el asistente automático de {agent_name}. ",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedAnswer:
    """An answer that is always the same, to questions where any other would be untrue or unlawful."""

    key: str
    asks: re.Pattern[str]
    answer: Mapping[str, str]  # by language; {agent_name} and {brand} may stand in it


_FAIR = (
    "Fair housing rules keep me from judging an area or who lives there, so I'd rather point you to the source: the city's police "
    "department and the school district publish their own figures, and a visit at different hours tells a lot."
)
_FAIR_ES = (
    "Las leyes de vivienda justa no me permiten calificar una zona ni a quienes viven ahí. La policía de la ciudad y el distrito "
    "escolar publican sus propios datos, y visitar a distintas horas ayuda mucho."
)
CANNED = (
    CannedAnswer(
        key="are_you_a_bot",
        asks=re.compile(
            r"\b(?:are (?:you|u)|r u|is this|this is|am i (?:talking|texting|speaking) (?:to|with)|you'?re|you sound like|eres|es|es usted|habla)"
            r"(?: \w+){0,3} (?:an? |un )?(?:bot|robot|ai|a\.i\.|machine|automated|computer|chat ?gpt|real (?:person|human)|human|person|persona real|maquina)\b",
        ),
        answer={
            "en": "Fair question: follow-ups like this one go out automatically for {agent_name} at {brand}. {agent_name} reads every "
            "reply and answers in person.",
            "es": "Buena pregunta: estos mensajes salen automáticamente de parte de {agent_name}, {brand}. {agent_name} lee cada "
            "respuesta y contesta en persona.",
        },
    ),
    CannedAnswer(
        key="is_it_safe",
        asks=re.compile(
            r"\b(?:safe(?:r|st|ty)?|dangerous|crime|sketchy|ghetto|gangs?|seguro|segura|peligros[oa]|delincuencia|crimen)\b"
            r"(?!(?: \w+)? (?:deposit|box|harbor|bet)|\W+to say)",
        ),
        answer={"en": _FAIR, "es": _FAIR_ES},
    ),
    CannedAnswer(
        key="who_lives_there",
        asks=re.compile(
            r"\b(?:good|great|best|decent|nice|bad) (?:\w+ )?schools?\b|\bschools? (?:\w+ ){0,2}(?:good|rated|ratings?)|\bhow are the schools\b"
            r"|\b(?:kind|type|sort) of (?:people|neighbors|neighbours)\b|\bdemographics?\b|\bgood (?:area|place|neighborhood)? ?for (?:kids|children|families)\b"
            r"|\b(?:family|kid)[ -]friendly\b|\bwho lives (?:there|around)\b|\b(?:mostly|many|any) (?:white|black|hispanic|asian|jewish|christian|muslim|latino)"
            r"|\b(?:buenas? escuelas?|que tipo de gente|buen barrio|bueno para (?:ninos|familias))\b",
        ),
        answer={"en": _FAIR, "es": _FAIR_ES},
    ),
)
