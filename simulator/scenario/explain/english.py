"""The scenario in English."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Iterable
from typing import ClassVar

from simulator.scenario.explain.language import Language, amount


class English(Language):
    """Plain English, present tense."""

    PHRASES: ClassVar[dict[str, str]] = {
        "frame": "From {first} to {last} ({months} months). Amounts are in {currency}, net of tax. The fiscal "
        "year starts in {fiscal}.",
        "plans": "Plans",
        "plan": "{name}: {price} a month.",
        "plan_free": "{name}: no charge.",
        "plan_by_use": "{name}: no fixed price.",
        "attracts": "{share} of those who sign up for it would not come without it.",
        "included": "It includes {what}.",
        "included_usage": "{count} units of usage a month",
        "included_seats": "{count} seats",
        "included_seats_1": "1 seat",
        "at_limit_trigger": "Usage can go on beyond what is included.",
        "at_limit_block": "Usage stops at what is included.",
        "extra_seat": "Each seat beyond those included costs {price} a month.",
        "usage_per_unit": "Each unit used costs {unit}.",
        "usage_package": "Usage is sold in packages of {size} units at {unit} each; a package that is started "
        "counts in full.",
        "usage_graduated": "Usage is priced in graduated tiers, each unit at the price of its own tier: {tiers}.",
        "usage_volume": "Usage is priced by volume, all units at the price of the tier that the month reaches: "
        "{tiers}.",
        "usage_stairstep": "Usage is priced in steps, one amount for the tier that the month reaches: {tiers}.",
        "tier_up_to": "{price} up to {bound} units",
        "tier_above": "{price} above that",
        "tier_all": "{price} for any amount",
        "tier_unit": "{unit} a unit",
        "tier_flat": "{flat} flat",
        "tier_both": "{unit} a unit plus {flat} flat",
        "minimum": "A month's charge is at least {price}, usage included.",
        "maximum": "A month's charge is at most {price}, usage included.",
        "trial_leaves": "It begins with a free trial of {length}: {share} go on to pay, the others leave.",
        "trial_moves": "It begins with a free trial of {length}: {share} go on to pay, the others move to {plan}.",
        "rescue": "It is only offered to customers who are about to leave.",
        "closed": "It is not sold any more; customers who hold it keep it.",
        "term_same": "It is also sold for the {term} term ({length}), at the same price.",
        "term_discount": "{share} less for the {term} term ({length}): {price} a month.",
        "ladder": "From low to high: {steps}. “Next plan” and downgrades move one step.",
        "no_terms": "Every contract is monthly.",
        "plan_changes": "Upgrades happen {upgrade}, downgrades {downgrade}; downgrades within a longer term, "
        "and leaving the term, {from_annual}.",
        "timing_now": "at once",
        "timing_anniversary": "at the next anniversary",
        "timing_renewal": "at the next renewal",
        "addons": "Add-ons and bundles",
        "addon": "{name}: {price} a month, with {plans}. It counts as {motion}.",
        "addon_cancel": "{month} of its holders give it up each month (about {year} a year).",
        "addon_kept": "Nobody gives it up alone.",
        "addon_per_seat": "The price is for each seat.",
        "cross_sell": "cross-sell",
        "upsell": "upsell",
        "downsell": "downsell",
        "win_back": "win-back",
        "care": "care",
        "bundle": "{name}: {items} together, {share} off their sum while all are held ({price} instead of {full}).",
        "segment": "Customers: {name}",
        "opening": "At the start there are {total} customers: {counts}.",
        "opening_file": "At the start there are {total} customers, read from {file}; they keep their tenure "
        "and their own price.",
        "tenure": "They have been customers for {mean} on average (exponential).",
        "tenure_none": "They sign up at the start.",
        "arrivals": "About {count} customers a month sign up (Poisson){growth}.",
        "growth": ", growing by {pace}",
        "growth_down": ", shrinking by {pace}",
        "pace_month": "{share} a month",
        "pace_year": "{share} a year",
        "pace_fades": "{pace} at first, half as fast every {fades}",
        "season": "By month of the year: {factors}.",
        "market": "No more than {count} will ever sign up.",
        "choose": "They choose {shares}.",
        "terms": "Where a plan has a price for it, {shares} sign up for a longer term; the others are monthly.",
        "term_share": "{share} ({term})",
        "no_arrivals": "Nobody new signs up.",
        "price_factor": "Prices are the catalogue's {factor}.",
        "cancel": "Each month, {rates} want to leave.",
        "cancel_rate": "{month} on {plan} (about {year} a year)",
        "frailty": "Customers differ: each has a multiplier of its own on the cancel rate, with coefficient of "
        "variation {value} (gamma).",
        "not_renewed": "{share} do not renew the {term} term; until then they do not think of leaving.",
        "not_renewed_mix": "The share not renewing the {term} term differs between customers (beta {alpha}, "
        "{beta}: {share} on average at the first renewal); each keeps its own.",
        "downgrade": "{month} a month (about {year} a year) move one step down unasked.",
        "elastic_arrivals": "When prices rise 10%, sign-ups change by {step}.",
        "elastic_choice": "When one plan's price rises 10%, its weight in the choice changes by {step}.",
        "elastic_upgrade": "When an upgrade's price step grows 10%, its acceptance changes by {step}.",
        "elastic_cancel": "When a customer's own price rises 10%, its cancel rate changes by {step}.",
        "anchoring": "The dearest plan is an anchor: when its distance to the plan below grows 10%, that "
        "plan's weight changes by {step}.",
        "usage_median": "They use {value} units a month at the median (lognormal, spread {spread}).",
        "usage_mean": "They use {value} units a month on average (normal, standard deviation {spread}).",
        "usage_up": "Each customer's usage grows by {pace}.",
        "usage_down": "Each customer's usage shrinks by {pace}.",
        "usage_volatility": "From month to month it moves at random (log-standard deviation {value}).",
        "usage_season": "The amount used follows the month of the year: {factors}.",
        "seats_median": "They come with {value} seats at the median (lognormal, spread {spread}).",
        "seats_mean": "They come with {value} seats on average (normal, standard deviation {spread}).",
        "seats_add": "{month} of customers add a seat each month.",
        "seats_remove": "{month} of customers give up a seat each month.",
        "seats_add_times": "A customer adds a seat {times} times a month on average.",
        "seats_remove_times": "A customer gives up a seat {times} times a month on average.",
        "satisfaction": "Satisfaction, from 0 to 10, is {mean} on average at the start, with a standard "
        "deviation of {spread}.",
        "reversion": "Each month it covers {share} of its distance to that mean.",
        "mood": "From month to month it moves at random (standard deviation {value}).",
        "signal_shown": "The signal {name} appears with a chance of {month} a month and is seen for {lasts}.",
        "shock": "With a chance of {month} a month, a customer's own business suffers a shock: {effects}.",
        "shock_downgrade": "{share} of those hit move one step down",
        "shock_cancel": "{share} of those hit leave at once",
        "shock_nothing": "nothing follows from it",
        "shock_recovers": "Of those moved down by a shock, {share} would come back up within {time} if they stayed.",
        "decision_median": "They take {time} at the median to decide on an offer (lognormal, spread {spread}).",
        "decision_mean": "They take {time} on average to decide on an offer (normal, standard deviation {days}).",
        "decision_now": "They decide on an offer at once.",
        "per_price_step": "Deciding takes longer for a dearer plan: time grows with the price ratio to the "
        "power of {power}, so twice the price takes {factor} the time.",
        "failed_payment": "With a chance of {month} a month a payment fails; {share} of failed payments are "
        "recovered, the other customers leave {time} after the failure.",
        "leaving": "Leaving and staying",
        "attached": "The cancel rate is {factors}.",
        "attached_by": "{factor} with {count} add-ons",
        "attached_by_1": "{factor} with one add-on",
        "tenure_factor": "The cancel rate is {factor} up to a tenure of {until}.",
        "term_end": "Those who want to leave go at the end of the current term (monthly: the next anniversary).",
        "immediate": "Those who want to leave go at once.",
        "nps_factors": "The cancel rate is {factors}, by NPS class.",
        "nps_promoter": "{factor} for promoters",
        "nps_passive": "{factor} for passives",
        "nps_detractor": "{factor} for detractors",
        "bill_shock": "A bill above {above} the mean of the three before it makes the cancel rate {factor} for "
        "{time}.",
        "covered": "The cancel rate of customers whom a team looks after is {factor}.",
        "causal": "{share} of the differences by attachment and by plan is counted as effect, the rest as "
        "selection: customers who would stay longer anyway.",
        "notice": "A monthly term ends no earlier than {notice} after the notice.",
        "bluff": "{share} of those who open the cancel flow would stay anyway; the offers do not know who.",
        "lured": "{month} of customers a month open the cancel flow only to get its offers.",
        "success": "Onboarding and adoption",
        "onboarding_median": "{segment}: onboarding takes {time} at the median (lognormal, spread {spread}), "
        "and {share} complete it.",
        "onboarding_mean": "{segment}: onboarding takes {time} on average (normal, standard deviation {days}), "
        "and {share} complete it.",
        "adoption_median": "{segment}: adoption takes {time} at the median (lognormal, spread {spread}), and "
        "{share} achieve it.",
        "adoption_mean": "{segment}: adoption takes {time} on average (normal, standard deviation {days}), and "
        "{share} achieve it.",
        "teams": "Teams",
        "team": "{name}: {people}.",
        "team_cost": "{name}: {people} at {cost} a month each.",
        "people": "{count} people",
        "people_1": "1 person",
        "accounts": "Each person looks after {count} customers, {total} in all.",
        "handoff": "When a customer is passed between teams, acceptance is {factor}.",
        "economics": "Costs and margins",
        "gross_margin": "The gross margin is {share}.",
        "cac": "Acquiring a customer costs {price}.",
        "cac_segment": "Acquiring a customer of {segment} costs {price}.",
        "cac_up": "The cost of acquisition grows by {pace}.",
        "cac_down": "The cost of acquisition shrinks by {pace}.",
        "retention_cost": "Keeping a customer costs {price} a month.",
        "free_cost": "A free customer costs {price} a month.",
        "offer_cost": "Making the offer {name} costs {price} each time.",
        "offers": "Offers",
        "offer": "{name} ({motion}): {trigger}, {audience} {target}. {acceptance} accept.",
        "offer_care": "{name} ({motion}): {trigger}, {audience}. {acceptance} accept.",
        "care_everyone": "the team gets in touch with every customer",
        "care_those": "the team gets in touch with customers {conditions}",
        "accept_nps": "Acceptance is {factors}.",
        "accept_factors": "That is {base} {factors}.",
        "accept_factor": "{factor} ({name})",
        "framing": "framing",
        "everyone": "everyone is offered",
        "those": "customers {conditions} are offered",
        "in_segments": "of {names}",
        "on_plans": "on {names}",
        "on_terms": "with the {names} term",
        "with_addons": "with {names}",
        "without_addons": "without {names}",
        "rescued": "who were rescued",
        "not_rescued": "who were not rescued",
        "in_phases": "who {names}",
        "phase_onboarding": "are in onboarding",
        "phase_onboarded": "have finished onboarding but not adoption",
        "phase_adopted": "have adopted the product",
        "of_classes": "who are {names}",
        "promoter": "promoters",
        "passive": "passives",
        "detractor": "detractors",
        "tenure_above": "who have been customers for more than {time}",
        "tenure_below": "who have been customers for less than {time}",
        "every": "every {time}",
        "usage_above": "at each monthly check with usage above {share} of what is included",
        "usage_below": "at each monthly check with usage below {share} of what is included",
        "seats_above": "at each monthly check with seats above {share} of those included",
        "satisfaction_above": "at each monthly check with satisfaction above {value}",
        "satisfaction_below": "at each monthly check with satisfaction below {value}",
        "signal": "when the signal {name} appears",
        "onboarding_failed": "when onboarding fails",
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
        "to_seats": "{count} more seats",
        "to_seats_1": "1 more seat",
        "to_split": "{count} × {name} in place of their plan",
        "to_pause": "a pause of {time}",
        "to_discount": "{share} off for {time}",
        "after_pause": "{share} resume after the pause; the others leave.",
        "after_discount": "When the discount ends, {share} stay at full price; the others leave.",
        "offer_trial": "They try it for {length} first: {share} go on to pay, the others return to what they had.",
        "needs_fixed": "Each request takes one person of {team} {work}.",
        "needs_mean": "Each request takes one person of {team} {work} on average (exponential).",
        "waits": "It waits for them no longer than {time}, then it is dropped.",
        "waits_on": "It waits until one of them is free.",
        "quiet": "The offer is not made again for {time}.",
        "returns": "{share} of them would return to {plan} within {time} if they stayed.",
        "former": "the plan they came from",
        "who_accepted": "those who accept",
        "who_declined": "those who decline",
        "who_onboarding_done": "those who complete it",
        "who_onboarding_failed": "those who fail",
        "who_adoption_done": "those who achieve it",
        "who_adoption_failed": "those who fail",
        "then_satisfaction": "Satisfaction of {who} changes by {value}.",
        "then_cancel": "{share} of {who} leave at once.",
        "early_satisfaction": "Satisfaction of {who} changes by a further {value} if they have not adopted the "
        "product yet.",
        "early_cancel": "A further {share} of {who} leave at once if they have not adopted the product yet.",
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
        "item_value": "{item}: {key} goes from {old} to {new}.",
        "offer_starts": "A new offer is made. {offer}",
        "offer_ends": "The offer {name} is no longer made.",
        "item_starts": "New on the price list: {item}",
        "item_is": "From then on: {item}",
        "a_offers": "the offer {name}",
        "a_segments": "segment {name}",
        "a_plans": "the plan {name}",
        "a_addons": "the add-on {name}",
        "a_bundles": "the bundle {name}",
        "a_teams": "the team {name}",
        "keep": "Customers who hold {item} keep the price they bought at.",
        "move_now": "Customers who hold {item} pay the new price at once.",
        "at_renewal": "Customers who hold {item} pay the new price from their next renewal.",
        "after": "Customers who hold {item} pay the new price {time} later.",
        "retired": "{item} is no longer sold.",
        "retired_keep": "{item} is no longer sold; those who hold it keep it.",
        "retired_now": "Its holders move to {to} at once.",
        "retired_at_renewal": "Its holders move to {to} at their next renewal.",
        "retired_after": "Its holders move to {to} {time} later.",
        "in_segment": "{item} ({segment})",
        "whole_list": "anything",
        "moved_cancel": "In {segment} the move makes the cancel rate of those who pay for nothing else {factor}.",
        "new_choice": "In {segment} its weight among new customers becomes {factor}.",
        "assumptions": "Assumed, because the scenario does not say",
        "assume_tenure": "Opening customers of {segment} on {plan} have been there for {mean} on average: 1 / "
        "cancel rate.",
        "assume_ladder": "The ladder is {steps}: the plans sold to everyone, in file order.",
        "assume_with": "{addon} can be held with every plan.",
        "accounting": "MRR movements are booked by the accounting policy “{preset}”.",
        "assume_nps": "Promoters have a satisfaction of 8.5 or more, passives of 6.5 or more, detractors less.",
        "assume_adopted": "Customers of {segment} count as having adopted the product from the start.",
        "assume_causal": "Differences in leaving by attachment and by plan are counted as effect in full: the "
        "optimistic end.",
        "assume_decision": "In {segment}, offers are decided at once.",
        "assume_economics": "The gross margin is 100%, and customers, offers and people cost nothing but what "
        "is stated.",
        "assume_term_end": "Leaving takes effect at the end of the term.",
        "assume_same": "All customers of {segment} on a plan are equally likely to leave (no frailty).",
        "assume_inelastic": "In {segment}, prices do not change {what}.",
        "what_arrivals": "the number of sign-ups",
        "what_choice": "the plan chosen",
        "what_upgrade": "the acceptance of upgrades",
        "what_cancel": "the cancel rate",
        "assume_plan_changes": "Upgrades happen at once, downgrades at the next anniversary; within a longer "
        "term downgrades wait for the renewal.",
        "assume_fiscal": "The fiscal year starts in January.",
        "assume_rates": "Yearly figures hold for a customer to whom nothing else happens, before the factors "
        "on leaving.",
        "uncertain": "What is uncertain",
        "uncertain_number": "{key}: {law}.",
        "uncertain_since": "{key} from {month}",
        "uncertain_together": "{one} and {other} go together (correlation {value}).",
        "uncertain_draws": "Each is drawn once for a whole life of the business. The sentences above show the likely "
        "values.",
        "law_pert": "between {low} and {high}, most likely {likely} (PERT)",
        "law_samples": "{values}, each with the same probability",
        "law_normal": "about {mean}; 90% of draws are between {low} and {high} (normal)",
        "law_lognormal": "about {mean}; 90% of draws are between {low} and {high} (lognormal)",
        "law_beta": "about {mean}; 90% of draws are between {low} and {high} (beta)",
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

    def conditions(self, adjuncts: Iterable[str], clauses: Iterable[str]) -> str:
        held, said = list(adjuncts), list(clauses)
        return " ".join([*held, self.together(said)] if said else held)

    def days(self, count: float) -> str:
        return "1 day" if abs(count - 1) < 1e-9 else f"{self.number(round(count, 2))} days"

    def months(self, count: float) -> str:
        return "1 month" if abs(count - 1) < 1e-9 else f"{self.number(round(count, 2))} months"
