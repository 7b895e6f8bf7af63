"""Text of users as a cell can hold it: every name and title is text, never a formula, a number or a link."""

from __future__ import annotations

import re

LONGEST = 32_767
"""UTF-16 code units that a cell can hold (Excel specifications and limits)."""
MORE = "…"
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Control characters, halves of pairs and non-characters: no XML can hold them, or nobody can see them."""
REPLACEMENT = "\ufffd"


def clean(text: str, longest: int = LONGEST) -> str:
    """Text without characters that no cell can hold, cut to `longest` UTF-16 code units."""
    text = FORBIDDEN.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))
    if _units(text) <= longest:
        return text
    kept = text[: longest - 1]
    while _units(kept) > longest - 1:
        kept = kept[: -max(1, (_units(kept) - longest + 1) // 2)]
    return kept + MORE


def footer(text: str) -> str:
    """Text for a page's footer, where & begins a code; a footer holds no more than 255 characters."""
    return clean(text.replace("\n", " "), 80).replace("&", "&&")


def _units(text: str) -> int:
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)
