"""Rebuild the example reports from the shipped scenarios: one run, and one study of options, with page and deck.

python reports/rebuild.py [FOLDER]    # FOLDER: where to, by default this folder
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

from simulator.cli import app

HERE = Path(__file__).parent
SCENARIOS = HERE.parent / "scenarios"
REPLICATIONS = "100"


def commands(target: Path) -> list[list[str]]:
    """Return the commands that make the examples, in order."""
    run, study = target / "example", target / "example-study"
    options = ["--replications", REPLICATIONS]
    made = [
        ["run", str(SCENARIOS / "quickstart.yaml"), "--out", str(run), "--quiet"],
        ["compare", str(SCENARIOS / "premium_price" / "study.yaml"), *options, "--out", str(study), "--quiet"],
    ]
    for folder in (run, study):
        for lang in ("en", "ja"):
            made += [[kind, str(folder), "--lang", lang] for kind in ("report", "deck")]
    return made


def kept(target: Path) -> list[Path]:
    """Return the files of the study that are kept: what one shows, without the tables behind it."""
    study = target / "example-study"
    return sorted([*study.glob("report*.html"), *study.glob("deck*.pptx"), study / "summary.json"])


def rebuild(target: Path) -> None:
    """Make the examples anew, whole, in the place of older ones."""
    with tempfile.TemporaryDirectory() as name:
        fresh = Path(name)
        for command in commands(fresh):
            print("plansim", *command)
            app(command, standalone_mode=False)
        for folder in ("example", "example-study"):
            shutil.rmtree(target / folder, ignore_errors=True)
        shutil.copytree(fresh / "example", target / "example", ignore=shutil.ignore_patterns("*.svg"))
        (target / "example-study").mkdir(parents=True)
        for path in kept(fresh):
            shutil.copy(path, target / "example-study")


if __name__ == "__main__":
    rebuild(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
