"""A scenario read back in sentences, in English or Japanese, with what it assumes without saying so."""

from __future__ import annotations

from simulator.scenario.explain.account import Account
from simulator.scenario.explain.english import English
from simulator.scenario.explain.japanese import Japanese
from simulator.scenario.explain.language import Language
from simulator.scenario.scenario import Scenario

LANGUAGES: dict[str, type[Language]] = {"en": English, "ja": Japanese}


def explain(scenario: Scenario, lang: str = "en") -> str:
    """The scenario in sentences (Markdown): what is sold, to whom, what happens when, what is assumed."""
    if lang not in LANGUAGES:
        raise ValueError(f"there is no language {lang!r}; write one of {', '.join(LANGUAGES)}")
    return Account(scenario, LANGUAGES[lang]()).text()
