"""What changes at which date, what existing customers see of it, and what a price move does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from simulator.scenario.differences import Difference, compare
from simulator.scenario.epochs import Epoch, Migration
from simulator.scenario.explain.catalogue import addon, bundle, plan
from simulator.scenario.explain.language import Language
from simulator.scenario.explain.offers import offer
from simulator.scenario.scenario import Scenario
from simulator.scenario.tree import parse_path

_ITEMS = ("plans", "addons", "bundles", "offers", "segments", "teams")


def changes(scenario: Scenario, language: Language) -> Iterator[str]:
    """One paragraph a date."""
    for position, (before, now) in enumerate(pairwise(scenario.epochs), start=1):
        index = scenario.start[0] * 12 + scenario.start[1] - 1 + now.month_index
        moves = [migration for migration in scenario.migrations if migration.epoch == position]
        sentences = [language.say("from", month=language.month((index // 12, index % 12 + 1)))]
        for difference in compare(before.keys, now.keys, before.tree, now.tree):
            told = list(_value(language, scenario.currency, difference, before, now, moves))
            if len(told) != 1 or told[0] not in sentences:  # an item told as a whole is told once
                sentences += told
        sentences += dict.fromkeys(_move(language, move, now) for move in moves)
        yield language.paragraph(sentences)


def _value(
    language: Language,
    currency: str,
    difference: Difference,
    before: Epoch,
    now: Epoch,
    moves: list[Migration],
) -> Iterator[str]:
    """What one value becomes; a price in money, with what it does to the rates that depend on it."""
    block, name, *rest = (*parse_path(difference.key), "")[:3]
    if rest == ["sold"] and any(move.retire_to or move.item == name for move in moves):
        return  # the sentence on retiring says it
    if block in ("plans", "addons") and rest == ["price"]:
        old, new = (getattr(epoch.keys, block)[name].price for epoch in (before, now))
        if old:
            yield language.say(
                "set_price",
                item=name,
                old=language.money(old, currency),
                new=language.money(new, currency),
                step=language.step(new / old),
            )
        else:
            yield language.say("set_price_from_free", item=name, new=language.money(new, currency))
        if block == "plans" and old and new:
            yield from _responses(language, name, new / old, now, moves)
        return
    yield _told(language, difference, now, block, name)


def _told(language: Language, difference: Difference, now: Epoch, block: str, name: str) -> str:
    """A value of an item from old to new; an item that is new, gone or changed in shape as a whole."""
    whole = {"plans": plan, "addons": addon, "bundles": bundle}
    key = tuple(parse_path(difference.key))
    simple = all(text is not None and text[:1] not in "{[" for text in (difference.before, difference.after))
    held = name in getattr(now.keys, block, {}) if block in _ITEMS else False
    if simple and block in _ITEMS and len(key) > 2:
        return language.say(
            "item_value",
            item=language.say(f"a_{block}", name=name),
            key=" ".join(key[2:]),
            old=_plain(difference.before),
            new=_plain(difference.after),
        )
    if block == "offers" and not held:
        return language.say("offer_ends", name=name)
    if held and block == "offers":
        told = offer(language, name, now.keys.offers[name])
        return language.say("offer_starts", offer=told) if len(key) == 2 else language.say("item_is", item=told)
    if held and block in whole:
        told = whole[block](language, now.keys, name)
        return language.say("item_starts" if len(key) == 2 else "item_is", item=told)
    phrase = "set_new" if difference.before is None else "set_gone" if difference.after is None else "set"
    return language.say(phrase, key=difference.key, old=_plain(difference.before), new=_plain(difference.after))


def _plain(text: str | None) -> str:
    """A value as it is read aloud: separators for underscores."""
    return re.sub(r"(?<=[0-9])_(?=[0-9])", ",", text or "")


def _responses(language: Language, plan: str, step: float, now: Epoch, moves: list[Migration]) -> Iterator[str]:
    """What a new price of a plan does to choice and, where customers are moved to it, to leaving."""
    moved = any(move.item == plan and move.mode != "keep" for move in moves)
    for name, segment in now.keys.segments.items():
        response = segment.price_response
        if response.choice and segment.choose.get(plan):
            yield language.say("new_choice", segment=name, factor=language.factor(round(step**response.choice, 2)))
        if response.cancel and moved:
            yield language.say("moved_cancel", segment=name, factor=language.factor(round(step**response.cancel, 2)))


def _move(language: Language, move: Migration, now: Epoch) -> str:
    """What happens to those who hold the item."""
    time = language.duration(move.after)
    items = now.keys.plans if move.item_kind == "plan" else now.keys.addons
    if move.mode == "keep" and move.segment is None and items[move.item].sold == "nobody":
        return language.say("retired_keep", item=move.item)
    if move.retire_to is not None:
        retired = language.say("retired", item=move.item)
        return language.paragraph([retired, language.say(f"retired_{move.mode}", to=move.retire_to, time=time)])
    item = move.item
    if move.segment is not None:
        item = language.say("in_segment", item=language.say("whole_list"), segment=move.segment)
    return language.say("move_now" if move.mode == "now" else move.mode, item=item, time=time)
