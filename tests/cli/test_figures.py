"""plansim figures: the pictures of a result or a study anew."""

from __future__ import annotations

import simulator as sim
from tests.cli.commands import SMALL, everything_in, plansim

DRAWN = {"movements", "closing_mrr", "bridge", "net_churn", "migration", "offer_funnel"}


def pictures(folder) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_figures_of_a_result_are_drawn_beside_its_tables_or_elsewhere(desk):
    sim.run(sim.load(SMALL), replications=2).save(desk / "result", figures=False)
    done = plansim("figures", "result", "--lang", "ja")
    assert done.exit_code == 0, done.output
    assert done.stdout == "figures: result/figures\n"
    expected = {f"{name}.{kind}" for name in DRAWN for kind in ("png", "svg")}
    assert pictures(desk / "result" / "figures") == expected
    assert "提案" in (desk / "result" / "figures" / "offer_funnel.svg").read_text(encoding="utf-8")
    before = everything_in(desk / "result")
    assert plansim("figures", "result", "--out", "a/b").stdout == "figures: a/b\n"
    assert pictures(desk / "a" / "b") == expected
    assert everything_in(desk / "result") == before


def test_figures_of_a_study_are_its_own_and_those_of_its_runs(desk):
    (desk / "keen.yaml").write_text(SMALL.replace("20%", "40%"))
    study = sim.compare(sim.load(desk / "shop.yaml"), sim.load(desk / "keen.yaml"), replications=2)
    study.save(desk / "study", figures=False)
    runs = list(study.runs)
    done = plansim("figures", "study")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"figures: study/{place}figures" for place in ("", *(f"{r}/" for r in runs))]
    assert {"comparison.png", "comparison.svg"} <= pictures(desk / "study" / "figures")
    together = plansim("figures", "study", "--out", "all")
    assert together.stdout.splitlines() == ["figures: all", *(f"figures: all/{run}" for run in runs)]
    assert "bridge.png" in pictures(desk / "all" / runs[0])


def test_a_folder_that_holds_no_result_is_refused(desk):
    wrong = plansim("figures", desk)
    assert wrong.exit_code == 2
    assert "is not a result folder: summary.json, metrics.csv" in wrong.stderr
    assert everything_in(desk) == {"shop.yaml"}


def test_a_place_that_cannot_be_is_refused(desk):
    sim.run(sim.load(SMALL), replications=1).save(desk / "result", figures=False)
    wrong = plansim("figures", "result", "--out", "shop.yaml")
    assert wrong.exit_code == 2
    assert "shop.yaml is a file; name a folder for the pictures" in wrong.stderr
    below = plansim("figures", "result", "--out", "shop.yaml/deep")
    assert below.exit_code == 2
    assert "shop.yaml is a file" in below.stderr


def test_a_language_that_is_not_there_is_refused(desk):
    wrong = plansim("figures", desk, "--lang", "fr")
    assert wrong.exit_code == 2
    assert "--lang: 'fr' is not a language of plansim; write en or ja" in wrong.stderr


def test_tables_alone_and_figures_later_are_the_same_files(desk):
    """What is drawn later is what a run would have drawn, byte for byte."""
    alone, whole = (
        plansim("run", "shop.yaml", "--replications", 2, "--quiet", "--out", place, *more)
        for place, more in (("alone", ["--no-figures"]), ("whole", []))
    )
    assert alone.exit_code == whole.exit_code == 0, alone.output
    missing = everything_in(desk / "whole") - everything_in(desk / "alone")
    assert missing == {"figures", *(f"figures/{name}" for name in pictures(desk / "whole" / "figures"))}
    assert plansim("figures", "alone").exit_code == 0
    for name in sorted(pictures(desk / "whole" / "figures")):
        later, at_once = ((desk / place / "figures" / name).read_bytes() for place in ("alone", "whole"))
        assert later == at_once, name


def test_a_picture_is_what_its_figure_saves_by_itself(desk):
    result = sim.run(sim.load(SMALL), replications=2)
    result.save(desk / "result")
    result.figure("movements").savefig(desk / "movements.png")
    same = (desk / "movements.png").read_bytes() == (desk / "result" / "figures" / "movements.png").read_bytes()
    assert same
