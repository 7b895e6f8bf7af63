"""Every label and sentence of the reports in two languages, from one table (`words.toml`)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

LANGUAGES = ("en", "ja")


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
    text = resources.files(__package__).joinpath("words.toml").read_text(encoding="utf-8")
    sections = tomllib.loads(text)
    return {f"{section}.{key}": texts for section, keys in sections.items() for key, texts in keys.items()}
