"""One table of words: complete in both languages, and every character of it can be drawn."""

from __future__ import annotations

import string
from pathlib import Path

import pytest

from simulator.accounting.movements import LINES, Line
from simulator.reporting import fonts, style, words
from simulator.reporting.waterfall import NO_MOTION
from simulator.reporting.words import LANGUAGES, name, table, word


def placeholders(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field is not None}


@pytest.mark.parametrize("key", sorted(table()))
def test_both_languages_have_every_key_with_the_same_placeholders(key: str) -> None:
    texts = table()[key]
    assert tuple(texts) == LANGUAGES
    assert all(text.strip() for text in texts.values())
    assert placeholders(texts["en"]) == placeholders(texts["ja"])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_character_has_a_glyph(lang: str) -> None:
    known = frozenset().union(*(fonts.glyphs(family) for family in style.FAMILIES[lang]))
    missing = {c for texts in table().values() for c in texts[lang] if ord(c) not in known and c != "\n"}
    assert missing == set()


def test_japanese_words_are_drawn_in_the_japanese_font() -> None:
    japanese = fonts.glyphs(fonts.JAPANESE)
    missing = {c for texts in table().values() for c in texts["ja"] if ord(c) not in japanese and c != "\n"}
    assert missing == set()


@pytest.mark.parametrize(
    ("key", "lang", "text"),
    [
        ("kind.expansion", "ja", "エクスパンションMRR"),
        ("kind.reactivation", "ja", "復活MRR"),
        ("motion.cross_sell", "ja", "クロスセル"),
        ("motion.restoration", "ja", "割引終了・利用再開"),
        ("reason.rescue", "ja", "解約抑止ダウンセル"),
        ("reason.trial_conversion", "ja", "トライアルからの有料転換"),
        ("reason.shock", "ja", "事業環境要因"),
        ("metric.net_mrr_churn_rate", "ja", "ネットMRRチャーンレート"),
        ("metric.negative_churn", "en", "Negative churn"),
    ],
)
def test_terms_are_those_of_the_field(key: str, lang: str, text: str) -> None:
    assert word(key, lang) == text


@pytest.mark.parametrize("line", LINES, ids=lambda line: "-".join(line))
def test_every_line_of_the_books_has_its_words(line: Line) -> None:
    assert f"kind.{line.kind}" in table()
    assert f"reason.{line.reason}" in table()
    if line.motion not in NO_MOTION:
        assert f"motion.{line.motion}" in table()
        assert f"motion_in_sentence.{line.motion}" in table()


def test_a_missing_word_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"no word 'kind\.upsell' in language 'en'"):
        word("kind.upsell", "en")


def test_an_unknown_language_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"language 'fr' is not known; known are: en, ja"):
        word("kind.new", "fr")


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(KeyError, match=r"'format\.points' in language 'ja' needs a value for 'number'"):
        word("format.points", "ja")


def test_braces_in_a_value_are_text() -> None:
    assert word("figure.other_of", "en", group="{0} {number}") == "Other {0} {number}"


def test_a_name_without_a_label_stands_for_itself() -> None:
    assert name("reason", "plan_upgrade", "ja") == "アップグレード"
    assert name("reason", "legacy_migration", "ja") == "legacy migration"


OF_FIGURES = ("retention.", "migration.", "rescue.", "usage_bill.")  # see test_figures_behaviour.py
OF_WORKBOOK = ("workbook.", "workbook_table.")  # see workbook/test_book.py
OF_DECK = (  # see deck/test_words.py
    *("deck.column_", "deck.half_", "deck.offer_", "deck.price_", "deck.hit_", "deck.existing_", "deck.decide_"),
    *("deck.decision_", "deck.target_", "deck.funnel_", "deck.recommended_", "deck_definition."),
)
# see page/test_words.py
OF_PAGE = ("page.", "page_column.", "page_table.", "left_out.", "never_modelled.", "definition.")
ELSEWHERE = (*OF_FIGURES, *OF_WORKBOOK, *OF_PAGE, *OF_DECK)


def test_no_word_is_unused() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in Path(words.__file__).parent.rglob("*.py"))
    of_data = ("kind.", "kind_in_sentence.", "motion.", "motion_in_sentence.", "reason.")
    put_together = (
        "case.",
        "comparison.",
        "finding.",
        "headline.",
        "metric.",
        "solution.",
        "table.",
        "trade_off.",
        "study.",
        "tornado.",
        "sobol.",
        "attribution.",
        "figure.mean",
        "figure.p05",
        "figure.p95",
    )
    told = (*of_data, *put_together, *ELSEWHERE)
    assert [key for key in table() if f'"{key}"' not in code and not key.startswith(told)] == []
