from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import SMALL


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory but for one scenario, shop.yaml."""
    (tmp_path / "shop.yaml").write_text(SMALL)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Results without figures, for tests that look at something else."""
    monkeypatch.setattr("simulator.commands.drawing.processes", lambda replications, threads: 0)
    monkeypatch.setattr("simulator.reporting.save.save_all", lambda result, folder, lang: folder.mkdir())
