"""`plansim deck`: what it writes, and what it refuses with exit code 2; and a deck opened in LibreOffice."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from pptx import Presentation
from typer.testing import CliRunner

from simulator.cli import app
from simulator.results import folder as result_folder
from tests.reporting.deck.made import SCENARIO, result, stock, study
from tests.reporting.synthetic import synthetic


def run(*args: object) -> tuple[int, str]:
    found = CliRunner().invoke(app, ["deck", *map(str, args)])
    return found.exit_code, found.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "run"
    place.mkdir()
    shown = result(
        synthetic(12),
        scenario=SCENARIO.replace("MODE", "now").replace("months: 36", "months: 12"),
        runs=stock("premium", 5, 200, 6e6),
    )
    result_folder.write_result(shown, place)
    return place


def test_decks_stand_in_the_folder_by_language(folder: Path, tmp_path: Path) -> None:
    assert run(folder) == (0, f"deck: {folder}/deck.pptx\n")
    assert run(folder, "--lang", "ja") == (0, f"deck: {folder}/deck.ja.pptx\n")
    assert run(folder, "--out", tmp_path / "here.pptx") == (0, f"deck: {tmp_path}/here.pptx\n")
    for path in (folder / "deck.pptx", folder / "deck.ja.pptx", tmp_path / "here.pptx"):
        assert len(Presentation(str(path)).slides) > 10


def test_the_deck_of_a_study(tmp_path: Path) -> None:
    made = study("comparison", months=12)
    made.save(tmp_path / "study", figures=False)
    assert run(tmp_path / "study")[0] == 0
    assert len(Presentation(str(tmp_path / "study" / "deck.pptx")).slides) > 10


def test_what_cannot_be_used_is_refused(folder: Path, tmp_path: Path) -> None:
    def refused(*args: object) -> str:
        code, text = run(*args)
        assert code == 2, text
        return " ".join(text.replace(f"{tmp_path}/", "").split())

    (tmp_path / "empty").mkdir()
    (tmp_path / "t.csv").write_text("month,metric,value\n2031-01,closing_mrr,1\n")
    assert "empty is not a result folder: summary.json" in refused(tmp_path / "empty")
    assert refused(folder, "--lang", "fr") == "--lang: 'fr' is not a language of plansim; write en or ja"
    assert refused(folder, "--out", tmp_path / "deck.pdf") == "--out: deck.pdf does not end in .pptx"
    assert refused(folder, "--out", tmp_path / "no" / "d.pptx") == "--out: the folder no is not there"
    (tmp_path / "d.pptx").mkdir()
    assert refused(folder, "--out", tmp_path / "d.pptx") == "--out: d.pptx is a folder; name a file"
    assert "--template: none.pptx is not there" in refused(folder, "--template", tmp_path / "none.pptx")
    assert "--targets: t.csv, line 2, column month: '2031-01' is not a month" in refused(
        folder, "--targets", tmp_path / "t.csv"
    )
    assert not (folder / "deck.pptx").exists()


@pytest.mark.skipif(
    not shutil.which("soffice") or not shutil.which("pdftoppm"), reason="needs LibreOffice and pdftoppm"
)
def test_libreoffice_opens_a_deck_and_shows_every_slide(folder: Path, tmp_path: Path) -> None:
    run(folder, "--lang", "ja")
    deck = folder / "deck.ja.pptx"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path), str(deck)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    subprocess.run(["pdftoppm", "-r", "20", "-png", str(tmp_path / "deck.ja.pdf"), str(tmp_path / "page")], check=True)
    pages = sorted(tmp_path.glob("page-*.png"))
    assert len(pages) == len(Presentation(str(deck)).slides)
    from matplotlib.image import imread

    assert all(imread(page).std() > 0.01 for page in pages)  # nothing is blank
