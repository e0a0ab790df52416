"""Which model is the champion: one small file beside the models' folders. The only part of scoring that looks after files on disk."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from engine.errors import ModelUnusable
from engine.scoring.bundle import Bundle, load_bundle
from engine.scoring.whole_files import manifest_hash, write_whole

CHAMPION = "champion.json"
HISTORY_CHAMPION = "history_champion.json"  # as `history_model` names it
SALES_CHAMPION = "sales_champion.json"  # as `sales_model` names it
_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def load_champion(models_dir: Path) -> Bundle:
    """The model that scores now; raises `ModelUnusable` with the reason when there is none or it can't be used."""
    version, fingerprint = _champion(models_dir)
    if manifest_hash(models_dir / version) != fingerprint:
        raise ModelUnusable(f"The model '{version}' was changed since it was promoted")
    return _with_sales(load_bundle(models_dir / version), models_dir)


def load_version(models_dir: Path, version: str) -> Bundle:
    """A model by its version."""
    return _with_sales(load_bundle(models_dir / _plain(version)), models_dir)


def promote(models_dir: Path, version: str) -> Bundle:
    """Make a model the champion in one atomic write, once it has been opened whole. Rolling back is promoting the earlier one."""
    bundle = load_version(models_dir, version)
    line = {"version": version, "manifest_sha256": manifest_hash(models_dir / version)}
    write_whole(models_dir / CHAMPION, (json.dumps(line) + "\n").encode())
    return bundle


def champion_version(models_dir: Path) -> str:
    """The champion's version, without opening it."""
    return _champion(models_dir)[0]


def promoted_at(models_dir: Path) -> datetime:
    """Since when the champion is in place here."""
    try:
        return datetime.fromtimestamp((models_dir / CHAMPION).stat().st_mtime, UTC)
    except OSError as error:
        raise ModelUnusable("There is no model yet: make one with `make model`") from error


def history_report(models_dir: Path) -> tuple[str, dict[str, Any]] | None:
    """Version and training report of the promoted model of a team's own history; None while there is none. Opens no model."""
    try:
        version = _plain(str(json.loads((models_dir / HISTORY_CHAMPION).read_bytes())["version"]))
        return version, dict(json.loads((models_dir / version / "metrics.json").read_bytes()))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable("The report of the model of the team's own history can't be read") from error


def versions(models_dir: Path) -> tuple[str, ...]:
    """The models that lie here, by name."""
    return tuple(sorted(path.parent.name for path in models_dir.glob("*/manifest.json")))


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


def _with_sales(bundle: Bundle, models_dir: Path) -> Bundle:
    """The model with the team's own price model, where one was promoted."""
    if not (models_dir / SALES_CHAMPION).exists():
        return bundle
    from engine.scoring.sales_model import load_sales_champion  # polars and more, which a start without own sales can do without

    return replace(bundle, sales=load_sales_champion(models_dir))
