"""A model's files on disk: written whole or not at all, and read only when each is what the manifest says of it."""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import ModelUnusable


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a model's folder says of itself: its version, the form of its files, and the SHA-256 of each."""

    version: str
    format: int
    sha256: dict[str, str]


def write_whole(path: Path, content: bytes) -> None:
    """Write beside, reach the disk, then take the place in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def write_listed(folder: Path, contents: Mapping[str, bytes], *, version: str, format_: int, **more: object) -> None:
    """Write a model's files, and last the manifest that lists them; the same contents give the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    manifest = {"format": format_, "version": version, **more, "sha256": hashes}
    for name, content in {**contents, "manifest.json": as_json(manifest)}.items():
        write_whole(folder / name, content)


def as_json(value: object) -> bytes:
    """A value as a model's files keep it: readable, and the same bytes for the same value."""
    return (json.dumps(value, indent=1, ensure_ascii=False, sort_keys=True) + "\n").encode()


def read_manifest(folder: Path) -> Manifest:
    """The folder's manifest; raises `ModelUnusable` when there is none or it can't be read."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        return Manifest(str(manifest["version"]), int(manifest["format"]), dict(manifest["sha256"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelUnusable(f"'{folder.name}' is not a model of this engine: its manifest is missing or can't be read") from error


def read_listed(folder: Path, names: Iterable[str], manifest: Manifest, *, kind: str = "model") -> dict[str, bytes]:
    """The named files, each equal to what the manifest says of it; raises `ModelUnusable` naming the one that isn't."""
    contents = {}
    for name in names:
        try:
            contents[name] = (folder / name).read_bytes()
        except OSError as error:
            raise ModelUnusable(f"The {kind} '{folder.name}' lacks {name}") from error
        if hashlib.sha256(contents[name]).hexdigest() != manifest.sha256.get(name):
            raise ModelUnusable(f"The {kind} '{folder.name}' is damaged: {name} is not what its manifest says")
    return contents


def manifest_hash(folder: Path, *, kind: str = "model") -> str:
    """The SHA-256 of the manifest, and so of all that it lists."""
    try:
        return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
    except OSError as error:
        raise ModelUnusable(f"The {kind} '{folder.name}' has no manifest") from error
