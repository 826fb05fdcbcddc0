"""`loopline bench [NAME]`: the benchmarks behind the README's figures."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]


def passthrough(argv: list[str]) -> int:
    """Run benchmarks/NAME.py, or list what there is."""
    found = {
        p.stem: p for p in sorted((ROOT / "benchmarks").glob("*.py")) if not p.stem.startswith("_")
    }
    if not argv or argv[0] not in found:
        print(
            "Benchmarks:", ", ".join(found) or "none here; run this from a clone", file=sys.stderr
        )
        return 2 if argv else 0
    return subprocess.call([sys.executable, "-m", f"benchmarks.{argv[0]}", *argv[1:]], cwd=ROOT)  # noqa: S603
