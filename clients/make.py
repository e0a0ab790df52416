"""Makes the clients anew from the API's document: `python -m clients.make`. `--check` only says whether they are current."""

import argparse
import filecmp
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.api.document import document

FOLDER = Path(__file__).resolve().parent
OPENAPI, POSTMAN, PYTHON = FOLDER / "openapi.json", FOLDER / "postman.json", FOLDER / "python" / "jorge_client"
_POSTMAN_FORM = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def main() -> int:
    """Make them, or check that they are what would be made."""
    parser = argparse.ArgumentParser(prog="python -m clients.make", description=__doc__)
    parser.add_argument("--check", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = make(Path(folder))
        stale = sorted(differing(made))
        if not asked.check and stale:
            for name in ("openapi.json", "postman.json"):
                shutil.copy(made / name, FOLDER / name)
            shutil.rmtree(PYTHON, ignore_errors=True)
            shutil.copytree(made / "python" / "jorge_client", PYTHON)
    print("\n".join(stale) if stale else "the clients are current")
    return 1 if asked.check and stale else 0


def make(folder: Path) -> Path:
    """All of them in another folder, laid out as in this one."""
    told = document()
    _write(folder / "openapi.json", told)
    _write(folder / "postman.json", postman(told))
    make_python(folder / "openapi.json", folder / "python" / "jorge_client")
    return folder


def make_python(openapi: Path, target: Path) -> None:
    """The typed Python client, by openapi-python-client."""
    config = openapi.with_name("config.json")
    _write(config, {"package_name_override": "jorge_client", "project_name_override": "jorge-client", "post_hooks": []})
    target.parent.mkdir(parents=True, exist_ok=True)
    arguments = [
        "generate",
        "--path",
        str(openapi),
        "--config",
        str(config),
        "--meta",
        "none",
        "--output-path",
        str(target),
        "--overwrite",
    ]
    tool = Path(sys.executable).with_name("openapi-python-client")
    subprocess.run([tool, *arguments], check=True, capture_output=True)
    config.unlink()


def differing(made: Path) -> Iterator[str]:
    """The files that are not as they would be made now."""
    names = {path.relative_to(made) for path in made.rglob("*") if path.is_file()}
    kept = [OPENAPI, POSTMAN, *PYTHON.rglob("*.py"), PYTHON / "py.typed"]
    names |= {path.relative_to(FOLDER) for path in kept if path.exists()}
    for name in names:
        both = (made / name, FOLDER / name)
        if not all(path.exists() for path in both) or not filecmp.cmp(*both, shallow=False):
            yield str(name)


def postman(told: Mapping[str, Any]) -> dict[str, Any]:
    """The document as a Postman collection: a folder a subject, a request an operation, with its example as the body."""
    folders: dict[str, list[dict[str, Any]]] = {}
    for path, item in told["paths"].items():
        for method, operation in item.items():
            folders.setdefault(operation["tags"][0], []).append(_request(told, path, method, operation))
    return {
        "info": {"name": told["info"]["title"], "schema": _POSTMAN_FORM, "description": told["info"]["description"].strip()},
        "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}", "type": "string"}]},
        "variable": [{"key": "baseUrl", "value": "http://127.0.0.1:8501/api"}, {"key": "token", "value": ""}],
        "item": [{"name": name, "item": requests} for name, requests in folders.items()],
    }


def _request(told: Mapping[str, Any], path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    parts = [f":{part[1:-1]}" if part.startswith("{") else part for part in path.strip("/").split("/")]
    asked = operation.get("parameters", [])
    url: dict[str, Any] = {"raw": "{{baseUrl}}/" + "/".join(parts), "host": ["{{baseUrl}}"], "path": parts}
    url["variable"] = [{"key": one["name"], "value": _sample(one["schema"])} for one in asked if one["in"] == "path"]
    url["query"] = [{"key": one["name"], "value": "", "disabled": True} for one in asked if one["in"] == "query"]
    request: dict[str, Any] = {"method": method.upper(), "url": url, "description": operation.get("description", "")}
    body = _body(told, operation)
    if body:
        request |= {"body": body, "header": _headers(body)}
    if "security" not in operation:
        request["auth"] = {"type": "noauth"}
    return {"name": operation.get("summary", path), "request": request}


def _body(told: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any] | None:
    content = operation.get("requestBody", {}).get("content", {})
    if "application/json" in content:
        schema = _resolved(told, content["application/json"]["schema"])
        raw = json.dumps(example_of(told, schema), indent=2, ensure_ascii=False)
        return {"mode": "raw", "raw": raw, "options": {"raw": {"language": "json"}}}
    if "multipart/form-data" in content:
        fields = _resolved(told, content["multipart/form-data"]["schema"])["properties"]
        rows = [
            {"key": name, "type": "file" if "contentMediaType" in one or one.get("format") == "binary" else "text"}
            for name, one in fields.items()
        ]
        return {
            "mode": "formdata",
            "formdata": [row | ({} if row["type"] == "file" else {"value": "", "disabled": True}) for row in rows],
        }
    return None


def example_of(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Any:
    """A schema's own example, or one put together from those of its required members."""
    schema = _resolved(told, schema)
    if schema.get("examples"):
        return schema["examples"][0]
    if schema.get("type") == "array":
        return [example_of(told, schema["items"])]
    if schema.get("type") == "object":
        return {
            name: example_of(told, part)
            for name, part in schema.get("properties", {}).items()
            if name in schema.get("required", ())
        }
    return _sample(schema)


def _sample(schema: Mapping[str, Any]) -> Any:
    if schema.get("examples"):
        return schema["examples"][0]
    return {"integer": 1, "number": 1.0, "boolean": True}.get(str(schema.get("type")), "")


def _resolved(told: Mapping[str, Any], schema: Mapping[str, Any]) -> Mapping[str, Any]:
    reference = schema.get("$ref")
    return told["components"]["schemas"][str(reference).rsplit("/", 1)[-1]] if reference else schema


def _headers(body: Mapping[str, Any]) -> list[dict[str, str]]:
    return [{"key": "Content-Type", "value": "application/json"}] if body["mode"] == "raw" else []


def _write(path: Path, content: object) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
