"""What all blocks of keys have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from simulator.scenario.kinds import Kind


class Block(BaseModel):
    """A mapping of the scenario with fixed keys: unknown ones are errors, and what is read never changes.

    `short` names the key that a single value in place of the mapping stands for (`acceptance: 8%`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=True)

    short: ClassVar[str | None] = None
    single: ClassVar[Kind | None] = None
    """Kind of a single value in place of the mapping that is none of its keys."""

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, data: Any) -> Any:
        if cls.short is not None and isinstance(data, str):
            return {cls.short: data}
        return data


def key(description: str, default: Any = ..., *, alias: str | None = None) -> Any:
    """A key of a block: what it means, its neutral default (none: required), and its spelling in the file."""
    return Field(default, description=description, alias=alias)
