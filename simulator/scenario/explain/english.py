"""The scenario in English."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable
from typing import ClassVar

from simulator.scenario.explain.language import Language, amount


class English(Language):
    """Plain English, present tense."""

    PHRASES: ClassVar[dict[str, str]] = {
        "frame": "From {first} to {last} ({months} months). Amounts are in {currency}, net of tax. "
        "The fiscal year starts in {fiscal}.",
        "plans": "Plans",
        "plan": "{name}: {price} a month.",
        "plan_free": "{name}: free.",
        "attracts": "{share} of those who sign up for it would not come without it.",
        "rescue": "It is only offered to customers who are about to leave.",
        "closed": "It is not sold any more; customers who hold it keep it.",
        "term_discount": "{share} less for the {term} term ({length}): {price} a month.",
        "ladder": "From low to high: {steps}. “Next plan” and downgrades move one step.",
        "no_terms": "Every contract is monthly.",
        "addons": "Add-ons and bundles",
        "addon": "{name}: {price} a month, with {plans}. It counts as {motion}.",
        "addon_cancel": "{month} of its holders give it up each month (about {year} a year).",
        "addon_kept": "Nobody gives it up alone.",
        "cross_sell": "cross-sell",
        "upsell": "upsell",
        "downsell": "downsell",
        "win_back": "win-back",
        "bundle": "{name}: {items} together, {share} off their sum while all are held "
        "({price} instead of {full}).",
        "segment": "Customers: {name}",
        "opening": "At the start there are {total} customers: {counts}.",
        "opening_file": "At the start there are {total} customers, read from {file}; "
        "they keep their tenure and their own price.",
        "tenure": "They have been customers for {mean} on average (exponential).",
        "tenure_none": "They sign up at the start.",
        "arrivals": "About {count} customers a month sign up (Poisson){growth}.",
        "growth": ", growing {share} a month",
        "growth_fades": ", growing {share} a month at first, half as fast every {fades}",
        "season": "By month of the year: {factors}.",
        "market": "No more than {count} will ever sign up.",
        "choose": "They choose {shares}.",
        "terms": "Where a plan has a price for it, {shares} sign up for a longer term; the others are monthly.",
        "term_share": "{share} ({term})",
        "no_arrivals": "Nobody new signs up.",
        "price_factor": "Prices are the catalogue's {factor}.",
        "cancel": "Each month, {rates} want to leave.",
        "cancel_rate": "{month} on {plan} (about {year} a year)",
        "frailty": "Customers differ: each has an own multiplier on the cancel rate, with coefficient of variation {value} (gamma).",
        "not_renewed": "{share} do not renew the {term} term; until then they do not think of leaving.",
        "not_renewed_mix": "The share not renewing the {term} term differs between customers "
        "(beta {alpha}, {beta}: {share} on average at the first renewal); each keeps its own.",
        "downgrade": "{month} a month (about {year} a year) move one step down unasked.",
        "elastic_arrivals": "When prices rise 10%, sign-ups change by {step}.",
        "elastic_choice": "When one plan's price rises 10%, its weight in the choice changes by {step}.",
        "elastic_upgrade": "When an upgrade's price step grows 10%, its acceptance changes by {step}.",
        "elastic_cancel": "When a customer's own price rises 10%, its cancel rate changes by {step}.",
        "anchoring": "The dearest plan is an anchor: when its distance to the plan below grows 10%, "
        "that plan's weight changes by {step}.",
        "leaving": "Leaving and staying",
        "attached": "The cancel rate is {factors}.",
        "attached_by": "{factor} with {count} add-ons",
        "attached_by_1": "{factor} with one add-on",
        "tenure_factor": "It is {factor} up to a tenure of {until}.",
        "term_end": "Who wants to leave goes at the end of the current term (monthly: the next anniversary).",
        "immediate": "Who wants to leave goes at once.",
        "notice": "A monthly term ends no earlier than {notice} after the notice.",
        "bluff": "{share} of those who open the cancel flow would stay anyway; the offers do not know who.",
        "lured": "{month} of customers a month open the cancel flow only to get its offers.",
        "offers": "Offers",
        "offer": "{name} ({motion}): {trigger}, {audience} {target}. {acceptance} accept.",
        "everyone": "everyone is offered",
        "those": "customers {conditions} are offered",
        "in_segments": "of {names}",
        "on_plans": "on {names}",
        "on_terms": "with the {names} term",
        "with_addons": "with {names}",
        "without_addons": "without {names}",
        "rescued": "who were rescued",
        "not_rescued": "who were not rescued",
        "tenure_above": "of more than {time}",
        "tenure_below": "of less than {time}",
        "every": "every {time}",
        "at_tenure": "{time} after sign-up",
        "rate": "with a chance of {month} a month",
        "renewal_within": "{time} before each renewal",
        "month": "in {months}",
        "on_sign_up": "at sign-up",
        "cancel_intent": "in the cancel flow",
        "churned_for": "{time} after leaving",
        "to_next_plan": "the next plan up the ladder",
        "to_plan": "the plan {name}",
        "to_addon": "the add-on {name}",
        "to_bundle": "the bundle {name}",
        "to_term": "the {name} term",
        "quiet": "The offer is not made again for {time}.",
        "returns": "{share} of them would return to {plan} within {time} if they stayed.",
        "former": "the plan they came from",
        "accepted_cancel": "{share} of those who accept leave at once.",
        "declined_cancel": "{share} of those who decline leave at once.",
        "effect_now": "The change happens at once.",
        "effect_anniversary": "The change happens at the next anniversary.",
        "effect_renewal": "The change happens at the next renewal.",
        "no_offers": "No offers are made.",
        "changes": "Changes over time",
        "from": "From {month}:",
        "set_price": "{item} goes from {old} to {new} ({step}).",
        "set_price_from_free": "{item} goes from free to {new}.",
        "set": "{key} is {new} (before: {old}).",
        "set_new": "{key} is {new} (new).",
        "set_gone": "{key} no longer holds (before: {old}).",
        "keep": "Customers who hold {item} keep the price they bought at.",
        "move_now": "Customers who hold {item} pay the new price at once.",
        "at_renewal": "Customers who hold {item} pay the new price from their next renewal.",
        "after": "Customers who hold {item} pay the new price {time} later.",
        "retired": "{item} is no longer sold.",
        "retired_keep": "{item} is no longer sold; who holds it keeps it.",
        "retired_now": "Its holders move to {to} at once.",
        "retired_at_renewal": "Its holders move to {to} at their next renewal.",
        "retired_after": "Its holders move to {to} {time} later.",
        "in_segment": "{item} ({segment})",
        "whole_list": "anything",
        "moved_cancel": "In {segment} the move makes the cancel rate of those who pay for nothing else {factor}.",
        "new_choice": "In {segment} its weight among new customers becomes {factor}.",
        "assumptions": "Assumed, because the scenario does not say",
        "assume_tenure": "Opening customers of {segment} on {plan} have been there for {mean} on average: 1 / cancel rate.",
        "assume_ladder": "The ladder is {steps}: the plans sold to everyone, in file order.",
        "assume_with": "{addon} can be held with every plan.",
        "assume_term_end": "Leaving takes effect at the end of the term.",
        "assume_same": "All customers of {segment} on a plan are equally likely to leave (no frailty).",
        "assume_inelastic": "In {segment}, prices do not change {what}.",
        "what_arrivals": "the number of sign-ups",
        "what_choice": "the plan chosen",
        "what_upgrade": "the acceptance of upgrades",
        "what_cancel": "the cancel rate",
        "assume_plan_changes": "Upgrades happen at once, downgrades at the next anniversary; "
        "within a longer term downgrades wait for the renewal.",
        "assume_fiscal": "The fiscal year starts in January.",
        "assume_rates": "Yearly figures hold for a customer to whom nothing else happens, before the factors on leaving.",
        "assume_constant": "Rates that are not named are 0 and factors 1: what is not written does not happen.",
    }

    def money(self, amount_: int, currency: str) -> str:
        return f"{amount(amount_)} {currency}"

    def month(self, month: tuple[int, int]) -> str:
        return f"{month_name[month[1]]} {month[0]}"

    def month_of_year(self, month: int) -> str:
        return month_name[month]

    def together(self, parts: Iterable[str]) -> str:
        *first, last = parts
        return f"{', '.join(first)} and {last}" if first else last

    def alternatives(self, parts: Iterable[str]) -> str:
        *first, last = parts
        return f"{', '.join(first)} or {last}" if first else last

    def paragraph(self, sentences: Iterable[str]) -> str:
        return " ".join(sentences)

    def days(self, count: float) -> str:
        return "1 day" if round(count) == 1 else f"{self.number(round(count))} days"

    def months(self, count: float) -> str:
        return "1 month" if abs(count - 1) < 1e-9 else f"{self.number(round(count, 1))} months"
