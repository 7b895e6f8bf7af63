"""What can be wrong with the question that a study is asked."""

from __future__ import annotations


class WrongStudy(ValueError):  # noqa: N818  (it reads as the sentence it is)
    """A study cannot be made as asked; the message says what is wrong, where, and what would be right."""
