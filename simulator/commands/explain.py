"""`plansim explain`: what does it say?"""

from __future__ import annotations

import typer

from simulator.commands.options import Lang, ScenarioFile, checked_lang, explained_errors


def explain(scenario: ScenarioFile, lang: Lang = "en") -> None:
    """What does it say? Read it back, assumptions included."""
    with explained_errors():
        checked_lang(lang)
        from simulator.scenario.explain import explain as sentences
        from simulator.scenario.load import load

        typer.echo(sentences(load(scenario), lang))
