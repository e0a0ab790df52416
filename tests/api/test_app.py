"""The entry of the web process."""

import ast

from engine.settings import ROOT


def test_streamlit_finds_the_app_by_reading_the_file():
    tree = ast.parse((ROOT / "app.py").read_text())
    made = [node.value for node in tree.body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "app"]
    assert [ast.unparse(call.func) for call in made if isinstance(call, ast.Call)] == ["st.App"]
    assert isinstance(made[0], ast.Call)
    assert ast.unparse(made[0].args[0]) == "'pages/shell.py'"
    assert {keyword.arg for keyword in made[0].keywords} == {"routes", "middleware", "lifespan"}
