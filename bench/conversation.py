"""`python -m bench.conversation [dev|tune|held_out|sealed|FILE]`: how well inbound messages are understood, class by class.

The rules are tuned on `dev` and `tune` alone, and `train` learns the weights of `engine/conversation/leaning.json` from these two; of the
sealed set only totals are printed. `--misses` lists what was read wrong, and refuses to do so for the sealed set.
"""

import argparse
import csv
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from engine.conversation.leaning import FILE, ORDER, grams
from engine.conversation.understanding import fold, read_message
from engine.records.conversation import Intent, Temperature
from engine.records.follow_up import OptOutKind
from engine.sequences.opt_out import read_text

FOLDER = Path(__file__).resolve().parent.parent / "tests" / "conversation"
SETS = {name: FOLDER / f"{name}.tsv" for name in ("dev", "tune", "held_out", "sealed")}
LEARNED_FROM = ("dev", "tune")
_STRENGTH = 3.0  # inverse of the ridge: of 1, 3 and 10 the best on messages that were not learned from
_LEAST = 2  # messages in which a word or a part must stand to be learned
TODAY = date(2026, 4, 1)


@dataclass(frozen=True, slots=True)
class Labelled:
    """One message with its labels, or with what was read in it."""

    text: str
    temperature: str
    intents: frozenset[str]
    opt_out: bool
    stall: bool


@dataclass(frozen=True, slots=True)
class ClassFigures:
    """Precision and recall of one class; a class that nobody named has neither."""

    n_labelled: int
    n_read: int
    n_right: int

    @property
    def precision(self) -> float:
        """Of what was read so, the share that is so."""
        return self.n_right / self.n_read if self.n_read else 0.0

    @property
    def recall(self) -> float:
        """Of what is so, the share that was read so."""
        return self.n_right / self.n_labelled if self.n_labelled else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def load(path: Path) -> list[Labelled]:
    """The labelled messages of a file."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Labelled(row["text"], row["temperature"], _words(row["intents"]), _is_yes(row["opt_out"]), _is_yes(row["stall"]))
        for row in rows
    ]


def read(one: Labelled) -> Labelled:
    """What the rules make of a message."""
    reading = read_message(one.text, TODAY)
    asks_out = read_text(one.text) is OptOutKind.OPT_OUT
    intents = frozenset(intent.value for intent in reading.intents)
    return Labelled(one.text, reading.temperature.value, intents, asks_out, Intent.STALL.value in intents)


def measure(rows: Sequence[Labelled]) -> dict[str, ClassFigures]:
    """Figures by class: each temperature, opt_out, stall, and each intent."""
    pairs = [(row, read(row)) for row in rows]

    def figures(is_one: Callable[[Labelled], bool]) -> ClassFigures:
        both = [(is_one(label), is_one(found)) for label, found in pairs]
        return ClassFigures(sum(a for a, _ in both), sum(b for _, b in both), sum(a and b for a, b in both))

    found = {f"temperature {one.value}": figures(lambda row, one=one: row.temperature == one.value) for one in Temperature}
    found |= {"opt_out": figures(lambda row: row.opt_out), "stall": figures(lambda row: row.stall)}
    return found | {f"intent {one.value}": figures(lambda row, one=one: one.value in row.intents) for one in Intent}


def macro_f1(figures: dict[str, ClassFigures]) -> float:
    """The mean F1 of the three temperatures."""
    return sum(figures[f"temperature {one.value}"].f1 for one in Temperature) / len(Temperature)


def hot_refusals(rows: Sequence[Labelled]) -> int:
    """How many refusals were read as hot: none may be."""
    away = {Intent.REFUSAL.value, Intent.WRONG_PERSON.value}
    return sum(read(row).temperature == Temperature.HOT.value for row in rows if away & row.intents or row.opt_out)


def table(rows: Sequence[Labelled]) -> str:
    """The figures as a table for docs and terminal."""
    figures = measure(rows)
    lines = [
        f"{len(rows)} messages, macro-F1 of temperature {macro_f1(figures):.3f}, "
        f"refusals and opt-outs read as hot: {hot_refusals(rows)}",
        "",
        "| Class | labelled | read | precision | recall | F1 |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, one in figures.items():
        lines.append(f"| {name} | {one.n_labelled} | {one.n_read} | {one.precision:.2f} | {one.recall:.2f} | {one.f1:.2f} |")
    return "\n".join(lines)


def misses(rows: Sequence[Labelled]) -> str:
    """What was read with another temperature, opt-out or stall than labelled."""
    lines = []
    for row in rows:
        found = read(row)
        if (row.temperature, row.opt_out, row.stall) != (found.temperature, found.opt_out, found.stall):
            wrong = f"{row.temperature}→{found.temperature}" if row.temperature != found.temperature else row.temperature
            out = "" if row.opt_out == found.opt_out else f" opt_out→{found.opt_out}"
            stall = "" if row.stall == found.stall else f" stall→{found.stall}"
            lines.append(f"{wrong}{out}{stall}\t{row.text}\t{','.join(sorted(found.intents))}")
    return "\n".join(lines)


def train() -> str:
    """Learn the weights from the development sets and keep them as plain numbers; answers what was learned."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    rows = [row for name in LEARNED_FROM for row in load(SETS[name])]
    families = [grams(fold(row.text)) for row in rows]
    n_with = Counter(gram for pair in families for family in pair for gram in family)
    place = {gram: number for number, gram in enumerate(sorted(gram for gram, n in n_with.items() if n >= _LEAST))}
    cells = [(row, place[gram], known) for row, pair in enumerate(families) for known, gram in _known(pair, place)]
    at_row, at_gram, values = zip(*cells, strict=True)
    matrix = csr_matrix((values, (at_row, at_gram)), shape=(len(rows), len(place)))
    model = LogisticRegression(C=_STRENGTH, max_iter=3_000, class_weight="balanced").fit(matrix, [row.temperature for row in rows])
    order = [list(model.classes_).index(one.value) for one in ORDER]
    weights = {gram: [round(float(model.coef_[one][number]), 3) for one in order] for gram, number in place.items()}
    told = {"made_from": fingerprint(), "bias": [round(float(model.intercept_[one]), 3) for one in order], "grams": weights}
    FILE.write_text(json.dumps(told, ensure_ascii=False, separators=(",", ":")).replace('],"', '],\n"') + "\n", encoding="utf-8")
    return f"{len(weights):,} words and parts of words learned from {len(rows)} messages"


def _known(pair: tuple[set[str], set[str]], place: Mapping[str, int]) -> Iterator[tuple[float, str]]:
    """Each gram that is learned, with its share of the text: the same as `engine.conversation.leaning` gives it."""
    for family in pair:
        known = sorted(gram for gram in family if gram in place)
        yield from ((len(known) ** -0.5, gram) for gram in known)


def fingerprint() -> str:
    """Names the messages the weights were learned from."""
    content = b"".join(SETS[name].read_bytes() for name in LEARNED_FROM)
    return hashlib.sha256(content).hexdigest()[:16]


def main() -> int:
    """Print the figures of a set, or learn anew."""
    parser = argparse.ArgumentParser(prog="python -m bench.conversation", description=__doc__)
    parser.add_argument("which", nargs="?", default="dev", help="dev, tune, held_out, sealed, train, or a file in the same form")
    parser.add_argument("--misses", action="store_true", help="also list what was read wrong (never of the sealed set)")
    asked = parser.parse_args()
    if asked.which == "train":
        print(train())
        return 0
    path = SETS.get(asked.which, Path(asked.which))
    if asked.misses and path.resolve() == SETS["sealed"]:
        parser.error("the sealed set stays sealed: whoever looks at its rows can't measure with it any more")
    rows = load(path)
    print(table(rows))
    if asked.misses:
        print(misses(rows))
    return 0


def _words(cell: str) -> frozenset[str]:
    return frozenset(word for word in cell.split(",") if word)


def _is_yes(cell: str) -> bool:
    return cell.strip().lower() in ("1", "yes")


if __name__ == "__main__":
    raise SystemExit(main())
