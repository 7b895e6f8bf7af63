"""Keys of how uncertain numbers go together."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, model_validator

from simulator.scenario import units
from simulator.scenario.keys.block import Block, key
from simulator.scenario.kinds import Text, described, scalar


def _correlation(text: str) -> float:
    value = units.number(text)
    if not -1.0 < value < 1.0:
        raise ValueError(
            f"{text} is not the correlation of two uncertain numbers; it lies between -1 and 1, without the two ends"
        )
    return value


class Correlated(Block):
    """Two ranges that go together."""

    between: tuple[Text, ...] = key("the keys of two ranges, e.g. [offers.review.acceptance, offers.suite.acceptance]")
    is_: Annotated[
        float, BeforeValidator(scalar(_correlation)), described("number between -1 and 1", plain="number")
    ] = key("correlation of the normal numbers behind the two draws", alias="is")

    @model_validator(mode="after")
    def _two(self) -> Correlated:
        if len(self.between) != 2 or self.between[0] == self.between[1]:
            raise ValueError("is between two different ranges; write between: [KEY, KEY]")
        return self
