"""What the style sheet promises: contrast in light and dark, print on A4 landscape, a focus that is seen."""

from __future__ import annotations

import re
from importlib import resources

import pytest

CSS = resources.files("simulator.reporting.page").joinpath("templates", "page.css").read_text(encoding="utf-8")
ENOUGH = 4.5
"""Contrast that the Web Content Accessibility Guidelines ask of text (level AA)."""


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", block))


THEMES = {
    "light": colours(CSS.partition("@media")[0]),
    "dark": colours(CSS.partition("prefers-color-scheme: dark")[2].partition("@media")[0]),
    "print": colours(CSS.partition("@media print")[2]),
}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_guidelines():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["ink", "soft", "link"])
@pytest.mark.parametrize("paper", ["paper", "shade"])
def test_text_can_be_read(theme, ink, paper):
    assert contrast(THEMES[theme][ink], THEMES[theme][paper]) >= ENOUGH


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_focus_can_be_seen(theme):
    assert contrast(THEMES[theme]["focus"], THEMES[theme]["paper"]) >= 3
    assert "outline: 3px solid var(--focus)" in CSS


def test_it_prints_on_a4_landscape_with_headers_repeated_and_figures_whole():
    assert "@page { size: A4 landscape;" in CSS
    printed = CSS.partition("@media print")[2]
    assert "thead { display: table-header-group; }" in printed
    assert "th button { display: contents; }" in printed  # buttons are not painted in repeated headers
    assert re.search(r"figure, [^{]*\{ break-inside: avoid; \}", printed)


def test_it_names_fonts_of_the_system_only():
    assert "@font-face" not in CSS
    assert "url(" not in CSS
