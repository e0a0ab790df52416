"""`make test`: lint, types, import contracts, then every test. `--lint` stops before the tests. Exits with the first failure."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

LINT = (
    [str(BIN / "ruff"), "check", "."],
    [str(BIN / "ruff"), "format", "--check", "."],
    [str(BIN / "mypy")],
    [str(BIN / "lint-imports")],
)
# Without the flag, pytest-xdist deals out the files with most tests first, and the few long stories last.
TESTS = ([sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "--durations", "15"],)


def main() -> int:
    """Run the steps in order; the first that fails ends it."""
    if "--lint" not in sys.argv:
        _need_browser()
    for step in LINT if "--lint" in sys.argv else LINT + TESTS:
        print("→", " ".join([Path(step[0]).name, *step[1:]]), flush=True)
        code = subprocess.run(step, cwd=ROOT, check=False, env=_environment()).returncode
        if code:
            return code
    return 0


def _environment() -> dict[str, str]:
    """Without a real key of Claude: no test may ask, or pay, anybody outside. One thread for each worker's sums: two share two cores."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ANTHROPIC_")}
    return {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def _need_browser() -> None:
    """Find Chromium, or install it where that is allowed; say so where it isn't."""
    if shutil.which("chromium") or shutil.which("google-chrome"):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("→ installing Chromium for the browser tests", flush=True)
        for step in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(["apt-get", *step], stdout=subprocess.DEVNULL, check=False)
    if not shutil.which("chromium"):
        print("No Chromium found: the browser tests will be skipped. Install it (Debian: apt-get install chromium) to run them.")


if __name__ == "__main__":
    sys.exit(main())
