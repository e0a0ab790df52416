"""A template and a person's words become one message. Rendered once, in a sandbox, from typed placeholders only."""

from dataclasses import dataclass

from engine.records.follow_up import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The words of a step, with placeholders in double braces."""

    key: str
    kind: StepKind
    body: str  # plain text; for a call task the script
    subject: str = ""
    language: str = "en"
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Everything a template may name. All of it is of this lead, his agent or the office; nothing is looked up."""

    lead_id: int
    step_number: int
    first_name: str = ""
    area: str = ""  # city or town the lead asked about
    agent_name: str
    brand: str
    agent_phone: str = ""
    postal_address: str = ""
    unsubscribe_url: str = ""
    reasons: tuple[str, ...] = ()  # why he stands where he stands, for a call's script
    has_stop_text: bool = True  # the STOP words are due in this text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A message as it will go: rendered once, never again."""

    subject: str = ""
    body: str
    html: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    has_stop_text: bool
    n_segments: int = 0  # of a text


def render(template: Template, words: Words) -> Rendered:
    """Fill the template; BadInput names the placeholder that isn't known or has no value."""
    raise NotImplementedError
