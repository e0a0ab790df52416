"""Second readings and unclear messages by the real Claude over made-up cases: accepted answers, agreement, cost, time. Needs a key.

`make evaluate-claude`. Without ANTHROPIC_API_KEY it says so and asks nothing. What it costs is bounded by JORGE_CLAUDE_DAILY_CENTS.
"""

import csv
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from engine.conversation import second_hearing
from engine.conversation.case_file import case_file
from engine.conversation.second_reading import question, read_answer
from engine.errors import BadInput, ClaudeBusy, ClaudeOverBudget, ClaudeUnavailable
from engine.records import Band, Channel, Direction, Interaction, Lead, Score
from engine.records.conversation import Temperature
from engine.runtime import Engine, open_engine
from engine.settings import Settings, load_settings

N = 40
_CORPUS = Path(__file__).resolve().parent.parent / "tests" / "conversation" / "dev.tsv"


def main() -> int:
    """Ask about each case once and print one JSON object."""
    if not load_settings().anthropic_api_key.get_secret_value():
        print("No ANTHROPIC_API_KEY is set: nothing was asked. Set it to have the real Claude read made-up cases.")
        return 0
    with tempfile.TemporaryDirectory() as home:
        engine = open_engine(Settings(home=Path(home), claude_per_minute=1_000))
        texts = _labelled()
        chosen = texts[:: max(1, len(texts) // N)]  # from all over the corpus, which is sorted by label
        told = _evaluate(engine, chosen) | {"unclear_messages": _hear_out(engine, chosen)}
        engine.close()
    print(json.dumps(told, indent=1))
    return 0


def _labelled() -> list[tuple[str, str]]:
    """Texts of the committed corpus with their temperature."""
    with _CORPUS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t"))
    return [(row["text"], row["temperature"]) for row in rows if row.get("temperature")]


def _evaluate(engine: Engine, cases: list[tuple[str, str]]) -> dict[str, object]:
    def band(text: str) -> str:
        at = datetime.now(UTC)
        case = _case(text, at)
        _, answer = engine.claude.ask("escalation", question(case), at=at)
        return read_answer(answer, case).band.value

    told = _asked(cases, band)
    spent = engine.claude.spent_micros(datetime.now(UTC))
    n_read = int(str(told["accepted"]))
    return {
        "model": engine.claude.model,
        **told,
        "dollars": spent / 1_000_000,
        "dollars_a_case": spent / 1_000_000 / n_read if n_read else None,
    }


def _hear_out(engine: Engine, cases: list[tuple[str, str]]) -> dict[str, object]:
    """The same texts asked about as if the rules had recognised nothing in them."""

    def temperature(text: str) -> str:
        _, answer = engine.claude.ask("message", second_hearing.question(text, ""), at=datetime.now(UTC))
        return second_hearing.read_answer(answer, text, Temperature.WARM).temperature.value

    return _asked(cases, temperature)


def _asked(cases: list[tuple[str, str]], read: Callable[[str], str]) -> dict[str, object]:
    """Ask about each text until the budget or the pace says stop: how many answers could be used and agree, and why others not."""
    refused: dict[str, int] = {}
    agreed = n_read = 0
    for text, label in cases:
        try:
            said = read(text)
        except (ClaudeBusy, ClaudeOverBudget) as stop:
            refused[stop.message] = refused.get(stop.message, 0) + 1
            break
        except (ClaudeUnavailable, BadInput) as problem:
            refused[problem.message] = refused.get(problem.message, 0) + 1
            continue
        n_read += 1
        agreed += said == label
    return {"cases": len(cases), "accepted": n_read, "agree_with_label": agreed, "not_accepted": refused}


def _case(text: str, at: datetime) -> dict[str, object]:
    """A lead who wrote this one message, and a model that knows nothing."""
    said = Interaction(at=at, channel=Channel.SMS, direction=Direction.INBOUND, body=text)
    score = Score(
        lead_id=1, probability=0.05, probability_low=0.01, probability_high=0.2, score=40, band=Band.WARM, confidence=0.5,
        has_enough_evidence=False, n_similar=0, n_similar_closed=0, reasons_for=(), reasons_against=(), price=None,
        model_version="none", inputs_hash="", scored_at=at,
    )  # fmt: skip
    return case_file(Lead(lead_id=1, interactions=(said,)), score, [], names=[], at=at)


if __name__ == "__main__":
    sys.exit(main())
