"""Every label and sentence of the reports in two languages, one table from a few files (`words.toml` and others)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ja")
FILES = (
    "words.toml",
    "definitions.toml",
    *("page/words.toml", "figures/words.toml", "workbook/words.toml", "deck/words.toml"),
)
"""Files of the table; no key is in two of them."""


def word(key: str, lang: str, **values: object) -> str:
    """The text of `key` ('section.name') in `lang`, with `values` filled in.

    Raises
    ------
    KeyError
        the key, its text in this language or a value for a placeholder is missing
    ValueError
        the language is not one of `LANGUAGES`
    """
    if lang not in LANGUAGES:
        raise ValueError(f"language {lang!r} is not known; known are: {', '.join(LANGUAGES)}")
    texts = table().get(key)
    if texts is None or lang not in texts:
        raise KeyError(f"no word {key!r} in language {lang!r} (see words.toml)")
    try:
        return texts[lang].format(**values)
    except KeyError as missing:
        raise KeyError(f"word {key!r} in language {lang!r} needs a value for {missing}") from None


def name(section: str, key: str, lang: str) -> str:
    """The label of a name that comes with the data, such as a reason; itself, spaced, if it has no label."""
    full = f"{section}.{key}"
    return word(full, lang) if full in table() else key.replace("_", " ")


@cache
def table() -> dict[str, dict[str, str]]:
    """All words: 'section.name' → language → text."""
    words: dict[str, dict[str, str]] = {}
    for file in FILES:
        text = resources.files(__package__).joinpath(*file.split("/")).read_text(encoding="utf-8")
        for section, keys in tomllib.loads(text).items():
            for key, texts in keys.items():
                if words.setdefault(f"{section}.{key}", texts) is not texts:
                    raise ValueError(f"{file}: {section}.{key} is in another file of words already")
    return words
