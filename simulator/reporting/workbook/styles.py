"""The formats of cells: number formats by language and currency, fonts with Japanese glyphs, few colours."""

from __future__ import annotations

from typing import Any

from simulator.reporting.currencies import currency

FONTS = {"en": {"font_name": "Calibri", "font_size": 10}, "ja": {"font_name": "Yu Gothic", "font_size": 10}}
SHIFT_JIS = 128
"""The character set that tells Excel a font is Japanese."""
HEAD = "#E8ECF0"
GOOD, BAD = "#DDF1E7", "#F9D6C9"
INPUT_INK = "#1F3D99"
"""Numbers that were written, not computed here: blue, as models in finance do."""


def number_formats(code: str, lang: str) -> dict[str, str]:
    """Number formats by name: money, percent, points, count, ratio, month, whole."""
    written = currency(code)
    coins = f".{'0' * written.decimals}" if written.decimals else ""
    prefix = "" if lang == "ja" else f'"{_quotable(written.prefix)}"'

    def signed(positive: str) -> str:
        return f'{positive};"▲"{positive}' if lang == "ja" else f"{positive};-{positive}"

    return {
        "money": signed(f"{prefix}#,##0{coins}"),
        "percent": signed("0.00%"),
        "count": signed("#,##0.0"),
        "ratio": signed("#,##0.00"),
        "month": 'yyyy"年"m"月"' if lang == "ja" else "yyyy-mm",
        "whole": "0",
        "exact": "General",
    }


def properties(code: str, lang: str) -> dict[str, dict[str, Any]]:
    """The properties of each style by name."""
    numbers = {name: {"num_format": text} for name, text in number_formats(code, lang).items()}
    amounts = ("money", "percent", "count", "ratio")
    user = {"num_format": "@", "quote_prefix": True, "align": "left", "valign": "top"}
    return {
        **numbers,
        **{f"{name}_input": {**numbers[name], "font_color": INPUT_INK} for name in (*amounts, "whole", "exact")},
        **{f"{name}_total": {**numbers[name], "bold": True, "top": 1} for name in amounts},
        "title": {"bold": True, "font_size": 16, "num_format": "@", "quote_prefix": True},
        "section": {"bold": True, "font_size": 12, "num_format": "@", "quote_prefix": True},
        "sentence": {"text_wrap": True, **user},
        "note": {"font_color": "#595959", "text_wrap": False, "valign": "top"},
        "note_wrapped": {"font_color": "#595959", "text_wrap": True, "valign": "top"},
        "label": {},
        "label_total": {"bold": True, "top": 1},
        "code": {"font_color": "#595959"},
        "head": {
            "bold": True,
            "bg_color": HEAD,
            "text_wrap": True,
            "valign": "vcenter",
            "align": "center",
            "bottom": 1,
        },
        "head_month": {"bold": True, "bg_color": HEAD, "align": "center", "bottom": 1, **numbers["month"]},
        "user": user,
        "user_note": {**user, "font_color": "#595959"},
        "user_head": {**user, "bold": True, "bg_color": HEAD, "text_wrap": True, "bottom": 1},
        "yaml": {**user, "font_name": "Consolas" if lang == "en" else "MS Gothic"},
        "verdict": {"bold": True, "align": "center"},
        "link": {"font_color": "#0563C1", "underline": 1},
    }


def unit(code: str, lang: str) -> str:
    """The currency as a note names it."""
    return currency(code).unit_ja if lang == "ja" else code


def font(lang: str) -> dict[str, Any]:
    """The font of every cell."""
    return {**FONTS[lang], "font_charset": SHIFT_JIS} if lang == "ja" else dict(FONTS[lang])


def _quotable(prefix: str) -> str:
    return prefix.replace('"', "")
