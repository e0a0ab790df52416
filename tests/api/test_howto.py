"""The how-to's commands work as they stand: each curl is run against a real web process."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from engine import commands
from engine.access import SYSTEM
from engine.records.key import KeyScope
from engine.runtime import Engine
from engine.settings import ROOT
from tests.api.conftest import Server

HOWTO = (ROOT / "docs" / "howto" / "api.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"```bash\n(.*?)```", HOWTO, flags=re.DOTALL)
SAYS = ("ml_score", "ml_score", "results", "leads", "weekly_projection", "weeks", "sequences", "batch_id", "access_token")


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not on this machine")
def test_each_command_of_the_how_to_is_answered_as_it_says(server: Server, office: Engine, tmp_path: Path):
    key = commands.issue_key(office, SYSTEM, user_id=1, name="howto", scopes=list(KeyScope)).secret
    (tmp_path / "leads.csv").write_text("Name,Phone\nFi Le,(909) 555-0188\n")
    environment = {**os.environ, "KEY": key, "API": f"{server.url}/api"}
    assert len(COMMANDS) == len(SAYS)
    for command, named in zip(COMMANDS, SAYS, strict=True):
        done = subprocess.run(
            ["bash", "-c", command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True, timeout=300
        )
        assert named in json.loads(done.stdout), (command, done.stdout)


def test_the_docs_page_loads_everything_from_here(server: Server):
    with server.browser() as stranger:
        page = stranger.get("/api/docs")
        loaded = re.findall(r'(?:src|href)="([^"]+)"', page.text) + re.findall(r"url: '([^']+)'", page.text)
        assert loaded
        for path in loaded:
            assert path.startswith("/"), path
            assert stranger.get(path).status_code == 200, path
