"""The models on disk: the shipped ones with the file that names their champion, and the team's own beside its data.

The only part of scoring that looks after files. Which of the team's own models scores is the office's decision and stands in the ledger.
"""

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import ModelUnusable
from engine.scoring.bundle import Bundle, load_bundle
from engine.scoring.whole_files import manifest_hash, read_manifest, write_whole

if TYPE_CHECKING:
    from engine.scoring.history_model import HistoryModel

CHAMPION = "champion.json"
SALES_CHAMPION = "sales_champion.json"  # as `sales_model` names it
OWN = "history-"  # what the versions of a team's own models begin with
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class OwnVersion:
    """A model of the team's own history as it lies on disk: its report, or why it can't be read."""

    version: str
    report: dict[str, Any]
    problem: str = ""


def load_champion(models_dir: Path, own_dir: Path | None = None) -> Bundle:
    """The shipped champion, with the team's own prices where some were promoted in `own_dir` (the same folder if not given).

    Raises `ModelUnusable` with the reason when there is none or it can't be used.
    """
    version, fingerprint = _champion(models_dir)
    if manifest_hash(models_dir / version) != fingerprint:
        raise ModelUnusable(f"The model '{version}' was changed since it was promoted")
    return _with_sales(load_bundle(models_dir / version), own_dir or models_dir)


def load_version(models_dir: Path, version: str, own_dir: Path | None = None) -> Bundle:
    """A shipped model by its version."""
    return _with_sales(load_bundle(models_dir / _plain(version)), own_dir or models_dir)


def promote(models_dir: Path, version: str) -> Bundle:
    """Make a shipped model the champion in one atomic write, once it has been opened whole. Rolling back is promoting the earlier one."""
    bundle = load_version(models_dir, version)
    line = {"version": version, "manifest_sha256": manifest_hash(models_dir / version)}
    write_whole(models_dir / CHAMPION, (json.dumps(line) + "\n").encode())
    return bundle


def champion_version(models_dir: Path) -> str:
    """The shipped champion's version, without opening it."""
    return _champion(models_dir)[0]


def promoted_at(models_dir: Path) -> datetime:
    """Since when the shipped champion is in place here."""
    try:
        return datetime.fromtimestamp((models_dir / CHAMPION).stat().st_mtime, UTC)
    except OSError as error:
        raise ModelUnusable("There is no model yet: make one with `make model`") from error


def is_own(version: str) -> bool:
    """Whether this version names a model of the team's own history."""
    return version.startswith(OWN)


def own_fingerprint(own_dir: Path, version: str) -> str:
    """The SHA-256 of an own model's manifest: what a promotion is of."""
    return manifest_hash(own_dir / _plain(version))


def load_own(own_dir: Path, version: str, fingerprint: str | None = None) -> "HistoryModel":
    """A model of the team's own history; with a fingerprint, only if it is still the one that was promoted."""
    from engine.scoring.history_model import (
        load_history_version,  # polars and more, which a start without an own model can do without
    )

    if fingerprint is not None and own_fingerprint(own_dir, version) != fingerprint:
        raise ModelUnusable(f"The model '{version}' was changed since it was promoted")
    return load_history_version(own_dir, version)


def own_versions(own_dir: Path) -> list[OwnVersion]:
    """The team's own models, the newest first. Opens none; one whose report can't be read says so."""
    found = [_own_version(path.parent) for path in own_dir.glob(f"{OWN}*/manifest.json")]
    return sorted(found, key=lambda one: (str(one.report.get("trained_at", "")), one.version), reverse=True)


def own_report(own_dir: Path, version: str) -> dict[str, Any]:
    """The training report of one of the team's own models; raises `ModelUnusable` when it can't be read."""
    found = _own_version(own_dir / _plain(version))
    if found.problem:
        raise ModelUnusable(f"The report of '{version}': {found.problem}")
    return found.report


def versions(models_dir: Path) -> tuple[str, ...]:
    """The models that lie here, by name."""
    return tuple(sorted(path.parent.name for path in models_dir.glob("*/manifest.json")))


def _own_version(folder: Path) -> OwnVersion:
    try:
        manifest = read_manifest(folder)
        report = dict(json.loads((folder / "metrics.json").read_bytes()))
        facts = json.loads((folder / "features.json").read_bytes())
        return OwnVersion(manifest.version, report | {"trained_at": facts["trained_at"]})
    except (ModelUnusable, OSError, ValueError, KeyError, TypeError) as error:
        return OwnVersion(folder.name, {}, f"its files can't be read: {error}")


def _champion(models_dir: Path) -> tuple[str, str]:
    try:
        line = json.loads((models_dir / CHAMPION).read_bytes())
        return _plain(str(line["version"])), str(line["manifest_sha256"])
    except FileNotFoundError as error:
        raise ModelUnusable("There is no model yet: make one with `make model`") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable("The file that names the champion model can't be read") from error


def _plain(version: str) -> str:
    if not _VERSION.fullmatch(version):
        raise ModelUnusable(f"'{version}' is not a model's version")
    return version


def _with_sales(bundle: Bundle, own_dir: Path) -> Bundle:
    """The model with the team's own price model, where one was promoted."""
    if not (own_dir / SALES_CHAMPION).exists():
        return bundle
    from engine.scoring.sales_model import load_sales_champion  # polars and more, which a start without own sales can do without

    return replace(bundle, sales=load_sales_champion(own_dir))
