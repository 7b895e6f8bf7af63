"""Keys of the dated timeline: what changes when, and what existing customers see of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.scenario.errors import did_you_mean
from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import BY_SHAPE, MAPPING, SINGLE, Month, Period, Text, scalar

MODES = ("keep", "at_renewal", "now")
Mode = Literal["keep", "at_renewal", "now"]


class After(Block):
    """Existing customers move a while after the change."""

    after: Period = key("time between the change and the move")


def _mode(text: str) -> str:
    if text not in MODES:
        raise ValueError(
            f"`{text}` is not allowed; write keep, at_renewal, now or {{after: 2 months}}{did_you_mean(text, MODES)}"
        )
    return text


Existing = Annotated[
    Annotated[After, MAPPING]
    | Annotated[Mode, BeforeValidator(scalar(_mode)), WithJsonSchema({"enum": list(MODES)}), SINGLE],
    Field(discriminator=BY_SHAPE),
]


class Change(Block):
    """One entry of the timeline: values set by path, or an item retired."""

    at: Month = key("month from whose start the change holds")
    until: Month | None = key("month from whose start the list is as before again", None)
    set_: dict[str, Any] | None = key("values by path, e.g. plans.premium.price: 36_000", None, alias="set")
    existing: Existing | None = key("when existing customers get the new price: keep is never", None)
    retire: Text | None = key("plan or add-on that is no longer sold", None)
    to: Text | None = key("plan or add-on that holders of the retired one move to", None)

    @model_validator(mode="after")
    def _one_kind(self) -> Change:
        if (self.set_ is None) == (self.retire is None):
            raise ValueError("has either `set` or `retire`")
        if self.retire is None and self.to is not None:
            raise ValueError("`to` belongs to `retire`; a price move is stated by `existing`")
        if self.until is not None and self.until <= self.at:
            raise ValueError("`until` must be after `at`")
        if self.retire is not None:
            if self.until is not None:
                raise ValueError("`until` belongs to `set`; a retired item does not come back")
            if self.to is None and self.existing != "keep":
                raise ValueError("`retire` needs `to: NAME`, or `existing: keep` where holders keep it")
            if self.to is not None and self.existing == "keep":
                raise ValueError(
                    "`existing: keep` keeps holders on the retired item; leave `to` out, or say when they move"
                )
        return self

    @property
    def mode(self) -> str:
        """keep, at_renewal, now or after; a retired item's holders move now unless stated."""
        if self.existing is None:
            return "now"
        return "after" if isinstance(self.existing, After) else self.existing

    @property
    def after(self) -> float:
        """Months between the change and the move."""
        return self.existing.after if isinstance(self.existing, After) else 0.0
