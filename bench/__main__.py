"""`make bench`: run every measurement (or those named), keep the results, rebuild the README's table."""

import argparse
import importlib
import json
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "bench" / "results.jsonl"
README = ROOT / "README.md"
SCRIPTS = (
    "scoring",
    "many",
    "file",
    "importing",
    "million",
    "fuzz",
    "pages",
    "api",
    "stream",
    "webhooks",
    "forecast",
    "sessions",
    "actions",
    "follow_up",
    "quiet_hours",
)
LONG = ("follow_up", "quiet_hours", "million", "fuzz")  # minutes to an hour: only when named, or by `make chaos`
BEGIN, END = "<!-- figures: made by `make bench` -->", "<!-- end of figures -->"


def main() -> int:
    """Run the scripts, one after the other."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("scripts", nargs="*", choices=[*SCRIPTS, []], help="which ones (default: all)")
    parser.add_argument("--table-only", action="store_true", help="only rebuild the README's table from the kept results")
    asked = parser.parse_args()
    for name in [] if asked.table_only else asked.scripts or [name for name in SCRIPTS if name not in LONG]:
        print(f"→ {name}", flush=True)
        for figure in importlib.import_module(f"bench.{name}").run():
            print(f"   {figure['what']}: {figure['value']} {figure['unit']}", flush=True)
            keep(name, figure)
    rebuild_table()
    return 0


def keep(script: str, figure: dict[str, object], results: Path = RESULTS) -> None:
    """Append one figure with when, where and of which version it is."""
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    row = {
        "script": script,
        **figure,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "machine": machine(),
    }
    with results.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def machine() -> str:
    """What was measured on."""
    import os

    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"


def rebuild_table(results: Path = RESULTS, order: Sequence[str] = SCRIPTS, marks: tuple[str, str] = (BEGIN, END)) -> None:
    """Put each script's figures of the version it last measured into the README, between the marks."""
    measured = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()] if results.exists() else []
    last_commit = {row["script"]: row["commit"] for row in measured}
    newest: dict[str, dict[str, str]] = {row["what"]: row for row in measured if row["commit"] == last_commit[row["script"]]}
    kept = sorted(newest.values(), key=lambda row: order.index(row["script"]))
    rows = [f"| {row['what']} | {row['value']} {row['unit']} | {row.get('target', '')} |" for row in kept]
    where = f"Measured on {kept[-1]['machine']}, {kept[-1]['at'][:10]}." if kept else ""
    begin, end = marks
    table = "\n".join([begin, "| what | measured | aim |", "|---|---|---|", *rows, "", where, end])
    before, rest = README.read_text(encoding="utf-8").split(begin)
    README.write_text(before + table + rest.split(end)[1], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
