"""The layout keeps its promises: what may not be imported isn't, pages reach for views and commands alone."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted((ROOT / "pages").glob("*.py"))
ALLOWED = {"engine.views", "engine.commands", "engine.runtime", "engine.records", "engine.access", "engine.errors", "engine"}


def loaded_by(statement):
    code = f"{statement}\nimport sys\nprint(*sorted(name for name in sys.modules if '.' not in name))"
    return set(subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split())


def test_the_sidecar_loads_neither_duckdb_nor_a_model_nor_streamlit():
    assert not {"duckdb", "sklearn", "shap", "numba", "streamlit", "fastapi", "polars"} & loaded_by("import scheduler")


def test_importing_the_settings_touches_nothing(tmp_path):
    before = set(ROOT.joinpath("data").iterdir())
    loaded_by("import engine.settings, engine.records, engine.access")
    assert set(ROOT.joinpath("data").iterdir()) == before


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_use_views_and_commands_and_nothing_below(page):
    tree = ast.parse(page.read_text(encoding="utf-8"))
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    imported |= {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    engine_parts = {".".join(name.split(".")[:2]) for name in imported if name.split(".")[0] == "engine"}
    assert engine_parts <= ALLOWED
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not {"ledger", "store", "analytics"} & reached


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_shadows_the_standard_library(page):
    assert page.stem not in sys.stdlib_module_names


def test_no_code_loads_pickles():
    sources = [path for folder in ("engine", "pages") for path in (ROOT / folder).rglob("*.py")]
    for path in [*sources, ROOT / "app.py", ROOT / "scheduler.py"]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {name.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
        names |= {node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        assert not {"pickle", "joblib", "cloudpickle", "dill", "marshal", "shelve"} & names, path


def test_the_launcher_is_found_by_streamlit():
    tree = ast.parse((ROOT / "app.py").read_text(encoding="utf-8"))
    [app] = [node for node in tree.body if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "app"]
    assert ast.unparse(app.value).startswith("st.App('pages/shell.py'")
