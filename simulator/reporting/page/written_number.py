"""The number behind a written one, for sorting tables that come as texts."""

from __future__ import annotations

import re

from simulator.reporting import numbers
from simulator.reporting.words import word

_NUMBER = re.compile(r"\d[\d,]*(\.\d+)?")
_TAIL = re.compile(r"\s*([%\w]*)")


def written_number(text: str, lang: str) -> float | None:
    """The number that a text of `numbers` shows, as exact as it is written: ¥1.2M is 1,200,000, ▲3万円 is −30,000.

    None where the text holds no number, or more than one, as an interval does.
    """
    found = list(_NUMBER.finditer(text))
    if len(found) != 1:
        return None
    (match,) = found
    before, tail = text[: match.start()], _TAIL.match(text, match.end())
    assert tail is not None
    suffixes = {scale.suffix: scale.factor for scale in (*numbers.SCALES[lang], *numbers.BOARD_SCALES[lang])}
    fitting = [suffix for suffix in suffixes if suffix and tail.group(1).startswith(suffix)]
    factor = suffixes[max(fitting, key=len)] if fitting else 1.0
    sign = -1.0 if before.startswith((word("format.minus", lang), "-", "−")) else 1.0
    return sign * float(match.group().replace(",", "")) * factor
