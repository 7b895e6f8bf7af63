"""Broken scenarios: each with the keys and the messages it must be answered with, at the lines marked `# HERE`."""

from __future__ import annotations

from typing import NamedTuple

from tests.scenario.texts import GOOD, HERE, added, change, edited, offer


class Broken(NamedTuple):
    """A scenario that cannot be used: its text, the key, parts of the message, the line (0: the marked one)."""

    name: str
    text: str
    key: str
    says: tuple[str, ...]
    line: int = 0


def cell(name: str, old: str, new: str, key: str, *says: str) -> Broken:
    """One value changed in the good text; the rest of its line is kept and marked."""
    line = next(line for line in GOOD.splitlines() if old in line)
    return Broken(name, edited((line, f"{line.replace(old, new)}  {HERE}")), key, says)


def raw(name: str, text: str, key: str, *says: str, line: int = 0) -> Broken:
    """A whole text."""
    return Broken(name, text, key, says, line)


def of_offer(name: str, keys: str, key: str, *says: str) -> Broken:
    """An offer more; `key` counts from the offer."""
    return Broken(name, offer(keys), f"offers.extra{key}", says)


def of_change(name: str, keys: str, key: str, *says: str) -> Broken:
    """A timeline of one entry; `key` counts from the entry."""
    return Broken(name, change(keys), f"changes.0{key}", says)


def of_path(name: str, keys: str, key: str, *says: str) -> Broken:
    """A timeline of one entry, whose fault is told of the value it sets."""
    return Broken(name, change(keys), key, says)


def of_usage_price(name: str, price: str, *says: str) -> Broken:
    """A usage price on the basic plan."""
    text = edited(("  basic:\n", f"  basic:\n    usage_price: {price}  {HERE}\n"))
    return Broken(name, text, "plans.basic.usage_price", says)


BOMB = "\n".join(
    ["a0: &a0 [1, 1]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)), "currency: JPY", ""]
)
DEEP = "currency: JPY\nplans: " + "{a: " * 60 + "1" + "}" * 60 + "\n"

SYNTAX = (
    raw("empty", "\n", "", "is empty", "plansim new", line=1),
    raw("comments alone", "# nothing\n# at all\n", "", "is empty", "plansim new", line=1),
    raw("list at the top", "- a\n- b\n", "", "the top level must be keys and values", line=1),
    raw("a single value", "hello\n\n", "", "the top level must be keys and values", line=1),
    raw("tab", "currency: JPY\nplans:\n\tbasic: {price: 1}\n", "", "indented with a tab; YAML wants spaces", line=3),
    raw("bracket not closed", "currency: JPY\nplans: {basic: {price: 1}\nmonths: 3\n", "", "is not valid YAML", line=3),
    raw(
        "quote not closed", 'currency: JPY\ntitle: "half\nmonths: 3\n', "", "is not valid YAML", "quoted scalar", line=4
    ),
    raw("colon missing", "currency: JPY\nmonths 3\nstart: 2026-04\n", "", "is not valid YAML", line=3),
    raw("two documents", "currency: JPY\n---\ncurrency: USD\n", "", "more than one document", "one file", line=2),
    raw("alias without anchor", "currency: JPY\nplans: *none\n", "", "undefined alias", "`&name`", line=2),
    raw("alias bomb", BOMB, "", "more than 200_000 values", "alias nested", line=1),
    raw("too deep", DEEP, "", "nested deeper than 40 levels", line=2),
    raw("control character", "currency: JPY\ntitle: a\x07b\n", "", "a character that YAML does not allow", line=2),
    raw("zero byte", "currency: JPY\ntitle: a\x00b\n", "", "not a text file", line=2),
    raw(
        "tag", "currency: JPY\nmonths: !!python/name:os.system 3\n", "months", "tags such as", "the value alone", line=2
    ),
    raw("merge key", "a: &a {price: 1}\nplans: {b: {<<: *a}}\n", "plans.b", "merge keys", "use `extends`", line=2),
    raw("a list as a key", "currency: JPY\n? [a, b]\n: 1\n", "", "a key must be a name", line=2),
    raw("empty key", 'currency: JPY\n"": 1\n', "", "a name must not be empty", line=2),
    cell("no value", "months: 24", "months:", "months", "has no value; write one, or leave the key out"),
    cell(
        "null without extends",
        "frailty: 0.6",
        "frailty: null",
        "segments.smb.frailty",
        "null takes an entry out of the file that this one extends",
    ),
    raw(
        "repeated key",
        GOOD.replace("months: 24", f"months: 24\nmonths: 36  {HERE}"),
        "months",
        "is written twice",
        "first in line 5; keep one",
    ),
)

KEYS = (
    cell(
        "unknown key",
        "frailty: 0.6",
        "fraility: 0.6",
        "segments.smb.fraility",
        "unknown key",
        "did you mean `frailty`?",
        "known here: opening,",
    ),
    cell(
        "unknown key at the top",
        "fiscal_year_start: 4",
        "fiscal_start: 4",
        "fiscal_start",
        "unknown key",
        "did you mean `fiscal_year_start`?",
    ),
    cell("unknown key near nothing", "frailty: 0.6", "xyzzy: 0.6", "segments.smb.xyzzy", "unknown key; known here:"),
    *(
        raw(
            f"no {missing}",
            "".join(line for line in GOOD.splitlines(True) if not line.startswith(f"{missing}:")),
            missing,
            "is required",
            line=1,
        )
        for missing in ("currency", "start", "months")
    ),
    raw(
        "no plans and no segments",
        "currency: JPY\nstart: 2026-04\nmonths: 3\n",
        "plans",
        "is required: plans by name",
        line=1,
    ),
    raw(
        "plans empty",
        f"currency: JPY\nstart: 2026-04\nmonths: 3\nplans: {{}}  {HERE}\nsegments: {{a: {{}}}}\n",
        "plans",
        "is empty; name at least one",
    ),
    cell(
        "no price", "premium: {price: 30_000, ", "premium: {", "plans.premium.price", "is required: list price a month"
    ),
    cell(
        "a value for a mapping",
        "{free: 70%, basic: 25%, premium: 5%}",
        "70%",
        "segments.smb.choose",
        "is a mapping",
        "name: value under it",
    ),
    cell(
        "a value for a block",
        "{takes_effect: term_end, bluff: 10%}",
        "immediate",
        "cancellation",
        "is a mapping with `takes_effect`",
    ),
    cell(
        "a mapping for a value",
        "frailty: 0.6",
        "frailty: {a: 1}",
        "segments.smb.frailty",
        "is one value, not a mapping",
    ),
    cell("a list for a value", "frailty: 0.6", "frailty: [0.6]", "segments.smb.frailty", "is one value, not a list"),
    cell("a value for a list", "ladder: [free, basic, premium]", "ladder: free", "ladder", "is a list; write [a, b]"),
    cell(
        "unknown word",
        "takes_effect: term_end",
        "takes_effect: termend",
        "cancellation.takes_effect",
        "`termend` is not allowed; write one of term_end, immediate",
        "did you mean `term_end`?",
    ),
    cell(
        "neither yes nor no",
        "cancel: 1% per month}",
        "per_seat: maybe}",
        "addons.support.per_seat",
        "`maybe` is neither yes nor no; write yes or no",
    ),
    cell(
        "language of tomorrow",
        "language: 1",
        "language: 2",
        "language",
        "language 2 is not known",
        "this version reads language 1",
    ),
    cell(
        "unknown currency",
        "currency: JPY",
        "currency: YEN",
        "currency",
        "`YEN` is not a currency code of ISO 4217",
        "write e.g. JPY",
    ),
    cell(
        "currency with a slip in its last letter",
        "currency: JPY",
        "currency: JPN",
        "currency",
        "`JPN` is not a currency code of ISO 4217",
        "did you mean `JPY`?",
    ),
    cell("currency in small letters", "currency: JPY", "currency: jpy", "currency", "did you mean `JPY`?"),
    cell("horizon of nothing", "months: 24", "months: 0", "months", "0 is outside the horizon", "1 to 1200 months"),
    cell("too many months", "months: 24", "months: 5000", "months", "5000 is outside the horizon", "1 to 1200 months"),
    cell(
        "fiscal year",
        "fiscal_year_start: 4",
        "fiscal_year_start: 13",
        "fiscal_year_start",
        "13 is not a month of the year; write a number from 1 to 12",
    ),
    cell(
        "season of no month",
        "season: {3: x1.5}",
        "season: {13: x1.5}",
        "segments.smb.arrivals.season.13",
        "13 is not a month of the year",
    ),
    cell(
        "a term of a day",
        "annual: 12 months}",
        "annual: 1 day}",
        "terms.annual",
        "is not the length of a term",
        "12 months or 1 year",
    ),
    cell(
        "a term called monthly",
        "terms: {annual: 12 months}",
        "terms: {annual: 12 months, monthly: 2 months}",
        "terms.monthly",
        "monthly is always there",
    ),
    cell(
        "mean beside median",
        "{median: 300, spread: 0.8}",
        "{median: 300, mean: 400}",
        "segments.smb.usage",
        "has either `median` or `mean`",
    ),
    raw(
        "unknown preset as a single value",
        added(f"accounting: strype  {HERE}\n"),
        "accounting",
        "`strype` is not allowed; write one of default, chartmogul, stripe, baremetrics, profitwell, chargebee",
        "did you mean `stripe`?",
    ),
    raw(
        "unknown knob",
        added(f"accounting: {{preset: stripe, grian: month}}  {HERE}\n"),
        "accounting.grian",
        "unknown key; did you mean `grain`?",
    ),
    raw(
        "unknown value of a knob",
        added(f"accounting: {{pause: keep MRR}}  {HERE}\n"),
        "accounting.pause",
        "`keep MRR` is not allowed; write one of contraction, churn, keeps MRR",
        "did you mean `keeps MRR`?",
    ),
    raw(
        "absences in the wrong order",
        added(f"accounting: {{reactivation_gap: {{shortest: 3 months, longest: 1 month}}}}  {HERE}\n"),
        "accounting.reactivation_gap",
        "shortest is above longest",
    ),
    raw(
        "an absence of part of a month",
        added(f"accounting: {{reactivation_gap: {{longest: 45 days}}}}  {HERE}\n"),
        "accounting.reactivation_gap",
        "an absence is counted in calendar months; write whole ones, e.g. 3 months",
    ),
    raw(
        "unpaid for less than nothing",
        added(f"accounting: {{unpaid_counts: -3 days}}  {HERE}\n"),
        "accounting.unpaid_counts",
        "-3 days is negative",
        "or `until ended`",
    ),
    raw(
        "unpaid until something",
        added(f"accounting: {{unpaid_counts: until paid}}  {HERE}\n"),
        "accounting.unpaid_counts",
        "or `until ended`",
    ),
    raw(
        "unknown preset",
        added(f"accounting: {{preset: defautl}}  {HERE}\n"),
        "accounting.preset",
        "`defautl` is not allowed",
        "did you mean `default`?",
    ),
)

DISCOUNT, RATE, REVIEW = "bundles.suite.discount", "addons.support.cancel", "offers.suite_start.acceptance"


def of_discount(name: str, text: str, under: str, *says: str) -> Broken:
    """A range, or what should be one, in the place of a bundle's discount."""
    key = f"{DISCOUNT}.{under}" if under else DISCOUNT
    return cell(name, "discount: 15%}", f"discount: {text}}}", key, *says)


def of_rate(name: str, text: str, under: str, *says: str) -> Broken:
    """A range, or what should be one, in the place of an add-on's cancel rate."""
    key = f"{RATE}.{under}" if under else RATE
    return cell(name, "cancel: 1% per month}", f"cancel: {text}}}", key, *says)


def together(name: str, entry: str, under: str, *says: str) -> Broken:
    """Two ranges with a correlation of their own."""
    text = edited(
        ("discount: 15%}", "discount: {low: 10%, likely: 15%, high: 25%}}"),
        ("acceptance: 18%", "acceptance: {mean: 18%, sd: 2%}"),
        ("frailty: 0.6", "frailty: {low: 0.5, likely: 0.6, high: 0.7}"),
    )
    return Broken(name, f"{text}correlations:\n  - {entry}  {HERE}\n", f"correlations.0{under}", says)


RANGES = (
    of_discount("a range without likely", "{low: 10%, high: 25%}", "", "a range is written", "`likely` missing"),
    of_discount("a range that is empty", "{low: 10%, likely: 10%, high: 10%}", "", "is empty", "write one value"),
    of_discount("a range the wrong way", "{low: 25%, likely: 15%, high: 10%}", "", "goes from low to high"),
    of_discount("a range with likely outside", "{low: 10%, likely: 5%, high: 25%}", "", "goes from low to high"),
    of_discount("a range in two units", "{low: 0.1, likely: 15%, high: 25%}", "low", "in one unit", "…%"),
    of_discount("a range beyond shares", "{low: 10%, likely: 15%, high: 125%}", "high", "between 0% and 100%"),
    of_discount("a range of words", "{low: few, likely: 15%, high: 25%}", "low", "`few` has no number"),
    of_discount("a range of lists", "{low: [1], likely: 15%, high: 25%}", "low", "is one value"),
    of_discount(
        "a range with a word of no range", "{low: 10%, likly: 15%, high: 25%}", "likly", "did you mean `likely`?"
    ),
    of_discount("a range of two forms", "{low: 10%, likely: 15%, high: 25%, sd: 2%}", "sd", "does not go with"),
    of_discount("a range without sd", "{mean: 10%}", "", "a range is written", "`sd` missing"),
    of_discount("a range without spread", "{mean: 10%, sd: 0%}", "sd", "is above 0"),
    of_discount("sd in another unit", "{mean: 10%, sd: 0.02}", "sd", "in the unit of `mean`, e.g. 1%"),
    of_discount("sd too large for a share", "{mean: 10%, sd: 40%}", "sd", "with this mean, it is below 30%"),
    of_discount("mean at the end of shares", "{mean: 0%, sd: 4%}", "mean", "between 0% and 100%"),
    of_discount("unknown law", "{mean: 10%, sd: 4%, law: gauss}", "law", "is one of normal, beta, lognormal"),
    of_discount(
        "law that leaves the key", "{mean: 10%, sd: 4%, law: normal}", "", "can be as low as -22.8", "lognormal"
    ),
    of_discount(
        "lognormal above 100 %", "{mean: 60%, sd: 20%, law: lognormal}", "", "can be as high as", "write the ends"
    ),
    of_discount("samples that are none", "{samples: 10%}", "samples", "a list of at least two values"),
    of_discount("one sample", "{samples: [10%]}", "samples", "a list of at least two values"),
    of_discount("a wrong sample", "{samples: [10%, 140%]}", "samples.1", "between 0% and 100%"),
    of_discount("shapes of no beta", "{alpha: 0, beta: 2}", "alpha", "is a number above 0"),
    of_discount("one shape", "{alpha: 2}", "", "`beta` missing"),
    of_rate("shapes of a rate", "{alpha: 2, beta: 3}", "", "{alpha, beta} is a range of shares"),
    of_rate(
        "rates in two periods", "{low: 1% per month, likely: 2% per month, high: 30% per year}", "high", "in one unit"
    ),
    of_rate("a range of a rate without period", "{low: 1%, likely: 2%, high: 3%}", "low", "in which time"),
    of_rate("lognormal without a mean", "{mean: 0 per month, sd: 1 per month}", "mean", "is above 0"),
    cell(
        "a range of months",
        "months: 24",
        "months: {low: 12, likely: 24, high: 36}",
        "months",
        "is fixed for the whole run and cannot be a range",
    ),
    cell(
        "a range of the length of a term",
        "terms: {annual: 12 months}",
        "terms: {annual: {mean: 12 months, sd: 1 month}}",
        "terms.annual",
        "cannot be a range",
    ),
    cell(
        "a range of opening customers",
        "opening: {free: 200, basic: 60}",
        "opening: {free: 200, basic: {low: 50, likely: 60, high: 70}}",
        "segments.smb.opening.basic",
        "is counted and cannot be a range",
    ),
    cell(
        "a range of parts of people",
        "{people: 4}",
        "{people: {low: 3.5, likely: 4, high: 5}}",
        "teams.success.people.low",
        "is not a whole number",
    ),
    cell(
        "shares that may exceed the whole",
        "{free: 70%, basic: 25%, premium: 5%}",
        "{free: rest, basic: {low: 20%, likely: 25%, high: 99%}, premium: 5%}",
        "segments.smb.choose",
        "sums to 10",
        "with all ranges at their highest",
    ),
    cell(
        "a range among shares of the whole",
        "{free: 70%, basic: 25%, premium: 5%}",
        "{free: 70%, basic: {low: 20%, likely: 25%, high: 30%}, premium: 5%}",
        "segments.smb.choose",
        "the shares of the plans make 100%",
        "with all ranges at their lowest",
    ),
    cell(
        "two rests",
        "{free: 70%, basic: 25%, premium: 5%}",
        "{free: rest, basic: rest, premium: 5%}",
        "segments.smb.choose",
        "has `rest` more than once",
    ),
    cell(
        "rest of more than all",
        "{free: 70%, basic: 25%, premium: 5%}",
        "{free: rest, basic: 99%, premium: 5%}",
        "segments.smb.choose",
        "sums to 104% without `rest`",
    ),
    cell(
        "a range that may pass another",
        "price: 30_000, ",
        "price: 30_000, minimum: {low: 1, likely: 2, high: 9}, maximum: {low: 5, likely: 9, high: 9.5}, ",
        "plans.premium.minimum",
        "is above `maximum`",
        "at its highest and others at their lowest",
    ),
    of_path(
        "a range set at a date",
        "at: 2026-10, set: {offers.review.acceptance: {low: 10%, likely: 5%, high: 20%}}",
        'changes.0.set."offers.review.acceptance"',
        "goes from low to high",
    ),
    of_change("a date that is a range", "at: {samples: [2026-10, 2026-11]}, retire: basic, to: free", ".at", "range"),
    together("a correlation beyond one", f"{{between: [{DISCOUNT}, {REVIEW}], is: 1}}", ".is", "between -1 and 1"),
    together(
        "a correlation with itself", f"{{between: [{DISCOUNT}, {DISCOUNT}], is: 0.5}}", "", "two different ranges"
    ),
    together("a correlation of one", f"{{between: [{DISCOUNT}], is: 0.5}}", "", "two different ranges"),
    together(
        "a correlation with nothing",
        f"{{between: [{DISCOUNT}, offers.suite_start.aceptance], is: 0.5}}",
        ".between.1",
        "is not a range of this scenario",
        "did you mean `offers.suite_start.acceptance`?",
    ),
    together(
        "a correlation with a longer key",
        f"{{between: [{DISCOUNT}, {REVIEW}.base], is: 0.5}}",
        ".between.1",
        f"did you mean `{REVIEW}`?",
    ),
    together("a correlation that says nothing", f"{{between: [{DISCOUNT}, {REVIEW}]}}", ".is", "is required"),
    together("a correlation in words", "much", "", "is a mapping"),
    raw(
        "correlations that contradict each other",
        edited(
            ("discount: 15%}", "discount: {low: 10%, likely: 15%, high: 25%}}"),
            ("acceptance: 18%", "acceptance: {mean: 18%, sd: 2%}"),
            ("frailty: 0.6", "frailty: {low: 0.5, likely: 0.6, high: 0.7}"),
        )
        + f"correlations:  {HERE}\n"
        + f"  - {{between: [{DISCOUNT}, {REVIEW}], is: 0.9}}\n"
        + f"  - {{between: [{DISCOUNT}, segments.smb.frailty], is: 0.9}}\n"
        + f"  - {{between: [segments.smb.frailty, {REVIEW}], is: -0.5}}\n",
        "correlations",
        "contradict each other",
        "not positive definite",
    ),
    raw("correlations that are no list", added(f"correlations: much  {HERE}\n"), "correlations", "is a list"),
    of_path(
        "correlations set at a date",
        "at: 2026-10, set: {correlations: 1}",
        "changes.0.set.correlations",
        "holds for the whole run",
    ),
    raw("a study", f"study: {{title: x}}  {HERE}\n", "study", "is a study of several scenarios"),
)

KINDS = (
    cell(
        "rate without period",
        "basic: 3.5% per month",
        "basic: 3.5%",
        "segments.smb.cancel.basic",
        "does not say in which time; write 3.5% per month",
    ),
    cell(
        "rate of 100%",
        "basic: 3.5% per month",
        "basic: 100% per month",
        "segments.smb.cancel.basic",
        "100% per month cannot be a rate",
        "infinite hazard",
        "write e.g. 4% per month",
    ),
    cell(
        "rate of more than 100%",
        "basic: 3.5% per month",
        "basic: 120% per year",
        "segments.smb.cancel.basic",
        "a probability per year is at least 0% and below 100%",
    ),
    cell(
        "negative rate",
        "basic: 3.5% per month",
        "basic: -0.1 per month",
        "segments.smb.cancel.basic",
        "is negative; a rate is at least 0 per month",
    ),
    cell(
        "rate per fortnight",
        "basic: 3.5% per month",
        "basic: 3% per fortnight",
        "segments.smb.cancel.basic",
        "`3% per fortnight` is not a rate; write e.g. 4% per month",
    ),
    cell(
        "share as a number",
        "discount: 15%}",
        "discount: 15}",
        "bundles.suite.discount",
        "between 0 and 1",
        "did you mean 15%?",
    ),
    cell("share above 1", "discount: 15%}", "discount: 115%}", "bundles.suite.discount", "between 0% and 100%"),
    cell("negative share", "discount: 15%}", "discount: -0.1}", "bundles.suite.discount", "between 0% and 100%"),
    cell(
        "share in words",
        "discount: 15%}",
        "discount: some}",
        "bundles.suite.discount",
        "`some` is not a share; write e.g. 15% or 0.15",
    ),
    cell(
        "negative money",
        "price: 4_000",
        "price: -4_000",
        "addons.storage.price",
        "-4_000 is negative",
        "0 for free, or e.g. 10_000",
    ),
    cell(
        "five decimals",
        "price: 4_000",
        "price: 0.00001",
        "addons.storage.price",
        "more than four decimals",
        "e.g. 0.0125",
    ),
    cell(
        "too much money",
        "price: 4_000",
        "price: 1_000_000_000",
        "addons.storage.price",
        "beyond the largest amount, 900_000_000",
        "use a larger currency unit",
    ),
    cell(
        "thousands with commas",
        "price: 4_000",
        "price: '4,000'",
        "addons.storage.price",
        "is not an amount",
        "did you mean 4_000?",
    ),
    cell(
        "currency sign",
        "price: 4_000",
        "price: ¥4000",
        "addons.storage.price",
        "`¥4000` is not an amount",
        "e.g. 10_000",
    ),
    cell("not a number", "price: 4_000", "price: .nan", "addons.storage.price", "`.nan` is not an amount"),
    cell("month 13", "start: 2026-04", "start: 2026-13", "start", "2026-13 is not a month", "from 01 to 12"),
    cell("a date", "start: 2026-04", "start: 2026-04-01", "start", "`2026-04-01` is not a month", "e.g. 2026-10"),
    cell(
        "duration without unit",
        "quiet_for: 3 months",
        "quiet_for: 3",
        "offers.near_limit.quiet_for",
        "`3` is not a duration",
        "did you mean 3 months?",
    ),
    cell(
        "duration of moons",
        "quiet_for: 3 months",
        "quiet_for: 3 moons",
        "offers.near_limit.quiet_for",
        "write e.g. 14 days, 2 months or 1 year",
    ),
    cell(
        "negative duration",
        "quiet_for: 3 months",
        "quiet_for: -3 months",
        "offers.near_limit.quiet_for",
        "is negative; a duration is at least 0 days",
    ),
    cell(
        "a period of nothing",
        "every: 3 months",
        "every: 0 months",
        "offers.review.when.every",
        "0 months is not above 0; write e.g. 3 months",
    ),
    cell(
        "factor as a number",
        "framing: x1.5",
        "framing: 1.5",
        "offers.review.acceptance.framing",
        "`1.5` is not a factor",
        "did you mean x1.5?",
    ),
    cell(
        "negative factor",
        "framing: x1.5",
        "framing: x-1.5",
        "offers.review.acceptance.framing",
        "is negative; a factor is at least x0",
    ),
    cell(
        "growth without period",
        "growth: 1% per month",
        "growth: 1%",
        "segments.smb.arrivals.growth",
        "`1%` is not a growth",
        "{rate: 3% per month, fades: 24 months}",
    ),
    cell(
        "growth to nothing",
        "growth: 1% per month",
        "growth: -100% per month",
        "segments.smb.arrivals.growth",
        "would leave nothing",
        "above -100% per month",
    ),
    cell(
        "growth with an unknown key",
        "growth: 1% per month",
        "growth: {rate: 1% per month, fade: 2 months}",
        "segments.smb.arrivals.growth",
        "is written 3% per month, or {rate: 3% per month, fades: 24 months}",
    ),
    cell(
        "growth fading at once",
        "growth: 1% per month",
        "growth: {rate: 1% per month, fades: 0 months}",
        "segments.smb.arrivals.growth",
        "fades must be above 0",
    ),
    cell(
        "growth beyond all bounds",
        "growth: 1% per month",
        "growth: 500% per month",
        "segments.smb.arrivals",
        "sign-ups in month",
        "fewer than 4_000_000",
    ),
    cell("a fraction of a person", "people: 4", "people: 4.5", "teams.success.people", "`4.5` is not a whole number"),
    cell("nobody in a team", "people: 4", "people: 0", "teams.success.people", "0 is not above 0; write 1 or more"),
    cell("negative number", "frailty: 0.6", "frailty: -0.6", "segments.smb.frailty", "-0.6 is negative"),
    cell(
        "number beyond all bounds", "frailty: 0.6", "frailty: 1e30", "segments.smb.frailty", "beyond the largest number"
    ),
    cell(
        "returns without time",
        "returns: 20% within 12 months",
        "returns: 20%",
        "offers.rescue.returns",
        "does not say within which time; write e.g. 20% within 12 months",
    ),
    cell(
        "all return",
        "returns: 20% within 12 months",
        "returns: 100% within 12 months",
        "offers.rescue.returns",
        "infinite hazard; write a share below 100%",
    ),
    cell(
        "return in no time",
        "returns: 20% within 12 months",
        "returns: 20% within 0 months",
        "offers.rescue.returns",
        "12 months",
    ),
)

NAMES = (
    cell(
        "choose an unknown plan",
        "choose: {free: 70%, basic: 25%",
        "choose: {free: 70%, basik: 25%",
        "segments.smb.choose.basik",
        "there is no plan `basik`",
        "did you mean `basic`?",
    ),
    cell(
        "cancel of an unknown plan",
        "      lite: 4%",
        "      light: 4%",
        "segments.smb.cancel.light",
        "there is no plan `light`",
    ),
    cell(
        "ladder with an unknown plan",
        "ladder: [free, basic,",
        "ladder: [free, basci,",
        "ladder.1",
        "there is no plan `basci`",
        "did you mean `basic`?",
    ),
    cell("ladder twice", "ladder: [free, basic,", "ladder: [free, free,", "ladder.1", "stands on the ladder twice"),
    cell(
        "rescue plan on the ladder",
        "ladder: [free, basic,",
        "ladder: [free, lite,",
        "ladder.1",
        "`lite` is sold to",
        "`sold: rescue`",
    ),
    cell(
        "opening on an unknown plan",
        "opening: {free: 200, basic: 60}",
        "opening: {free: 200, basics: 60}",
        "segments.smb.opening.basics",
        "there is no plan `basics`",
        "did you mean `basic`?",
    ),
    cell(
        "offer to nothing known",
        "to: premium",
        "to: premum",
        "offers.review.to",
        "there is no plan, add-on or bundle `premum`",
        "did you mean `premium`?",
    ),
    cell(
        "audience of an unknown plan",
        "who: {plans: [basic]}",
        "who: {plans: [basc]}",
        "offers.review.who.plans.0",
        "there is no plan `basc`",
        "did you mean `basic`?",
    ),
    cell(
        "audience of an unknown segment",
        "who: {plans: [basic]}",
        "who: {segments: smbs}",
        "offers.review.who.segments",
        "there is no segment `smbs`",
        "did you mean `smb`?",
    ),
    cell(
        "audience with an unknown add-on",
        "who: {plans: [basic]}",
        "who: {has: suport}",
        "offers.review.who.has",
        "there is no add-on `suport`",
        "did you mean `support`?",
    ),
    cell(
        "audience of an unknown term",
        "who: {plans: [basic]}",
        "who: {terms: [anual]}",
        "offers.review.who.terms.0",
        "there is no term `anual`",
        "did you mean `annual`?",
    ),
    cell(
        "unknown phase",
        "who: {plans: [basic]}",
        "who: {phase: adapted}",
        "offers.review.who.phase",
        "`adapted` is not allowed",
        "did you mean `adopted`?",
    ),
    cell(
        "share of an unknown term",
        "terms: {annual: 30%}",
        "terms: {yearly: 30%}",
        "segments.smb.terms.yearly",
        "there is no term `yearly`",
        "`annual`",
    ),
    cell(
        "share of the monthly term",
        "terms: {annual: 30%}",
        "terms: {monthly: 30%}",
        "segments.smb.terms.monthly",
        "is for longer terms; the monthly term is what is left",
    ),
    cell(
        "discount for an unknown term",
        "term_discount: {annual: 15%}}",
        "term_discount: {anual: 15%}}",
        "plans.premium.term_discount.anual",
        "there is no term `anual`",
    ),
    cell(
        "add-on with an unknown plan",
        "storage: {price: 4_000, with: [basic, premium]}",
        "storage: {price: 4_000, with: [base, premium]}",
        "addons.storage.with.0",
        "there is no plan `base`",
    ),
    cell(
        "trial that ends nowhere",
        "else: free",
        "else: fee",
        "plans.basic.trial.else",
        "there is no plan `fee`",
        "did you mean `free`?",
    ),
    cell(
        "onboarding of nobody",
        "  smb: {median: 30 days, success: 85%}",
        "  smbs: {median: 30 days, success: 85%}",
        "onboarding.smbs",
        "there is no segment `smbs`",
        "did you mean `smb`?",
    ),
    cell(
        "unknown team",
        "team: success",
        "team: sucess",
        "offers.review.needs.team",
        "there is no team `sucess`",
        "did you mean `success`?",
    ),
    cell(
        "bundle of unknown items",
        "of: [support, storage]",
        "of: [support, storrage]",
        "bundles.suite.of",
        "there is no plan or add-on `storrage`",
        "did you mean `storage`?",
    ),
    cell("bundle of one", "of: [support, storage]", "of: [support]", "bundles.suite.of", "has at least two items"),
    cell(
        "bundle of twins", "of: [support, storage]", "of: [support, support]", "bundles.suite.of", "names an item twice"
    ),
    cell(
        "bundle of two plans",
        "of: [support, storage]",
        "of: [basic, premium]",
        "bundles.suite.of",
        "a customer holds one plan",
    ),
    cell(
        "bundle that no plan allows",
        "support: {price: 2_000, with: [basic, premium]",
        "support: {price: 2_000, with: free",
        "bundles.suite.of",
        "no plan allows all of its items",
    )._replace(line=21),
    of_offer(
        "unknown signal",
        "motion: upsell, when: {signal: serge}, to: premium, acceptance: 1%",
        ".when.signal",
        "there is no signal `serge`",
        "did you mean `surge`?",
    ),
    of_offer(
        "unknown term as a target",
        "motion: upsell, when: {tenure: 1 month}, to: {term: anual}, acceptance: 1%",
        ".to.term",
        "there is no term `anual`",
        "did you mean `annual`?",
    ),
    raw(
        "cost of an unknown offer",
        added(f"economics: {{offer_cost: {{reviews: 5}}}}  {HERE}\n"),
        "economics.offer_cost.reviews",
        "there is no offer `reviews`",
        "did you mean `review`?",
    ),
    raw(
        "a plan called as an add-on",
        edited(("  support: {price", f"  basic: {{price: 1}}  {HERE}\n  support: {{price")),
        "addons.basic",
        "is the name of a plan too",
    ),
    raw(
        "a segment called all",
        GOOD.replace("  smb:\n    opening", f"  all:  {HERE}\n    opening").replace("  smb: {median", "  all: {median"),
        "segments.all",
        "choose another name",
    ),
)

FITS = (
    raw(
        "no cancel rate for what is sold",
        edited(("    cancel:\n", f"    cancel:  {HERE}\n"), ("      premium: 2% per month\n", "")),
        "segments.smb.cancel.premium",
        "is required",
        "e.g. premium: 3% per month",
    ),
    cell(
        "choose short of 100%",
        "choose: {free: 70%,",
        "choose: {free: 60%,",
        "segments.smb.choose",
        "sums to 90%",
        "make 100%",
    ),
    cell("choose above 100%", "choose: {free: 70%,", "choose: {free: 90%,", "segments.smb.choose", "sums to 120%"),
    cell(
        "rescue plan chosen",
        "choose: {free: 70%,",
        "choose: {lite: 70%,",
        "segments.smb.choose.lite",
        "`sold: rescue`",
        "give its 70% to other plans",
    ),
    cell(
        "no choice",
        "    choose: {free: 70%, basic: 25%, premium: 5%}",
        "",
        "segments.smb.choose",
        "is required with arrivals",
        "e.g. {free: 70%",
    )._replace(line=23),
    raw(
        "terms above 100%",
        edited(
            ("terms: {annual: 12 months}", "terms: {annual: 12 months, half: 6 months}"),
            ("    terms: {annual: 30%}", f"    terms: {{annual: 70%, half: 40%}}  {HERE}"),
        ),
        "segments.smb.terms",
        "sums to 110%",
        "at most 100%",
    ),
    cell(
        "too many customers",
        "opening: {free: 200,",
        "opening: {free: 1_000_000_000,",
        "segments.smb.opening",
        "fewer than 1_000_000_000",
    ),
    cell(
        "more opening MRR than sums can hold",
        "opening: {free: 200, basic: 60}",
        "opening: {free: 200, basic: 900_000_000}",
        "segments.smb.opening",
        "a segment has less than 7_205_759_403_792: use a larger currency unit",
    ),
    raw(
        "nobody",
        "currency: JPY\nstart: 2026-04\nmonths: 3\nplans: {a: {price: 1}}\nsegments:\n"
        f"  x: {{cancel: {{a: 1% per month}}}}  {HERE}\n",
        "segments.x",
        "has no customers; write `opening`, `arrivals`",
    ),
    raw(
        "tenure of immortals",
        "currency: JPY\nstart: 2026-04\nmonths: 3\nplans: {a: {price: 1}}\nsegments:\n"
        f"  x: {{opening: {{a: 1}}, cancel: {{a: 0 per month}}}}  {HERE}\n",
        "segments.x.opening_tenure",
        "is required: the default, 1 / cancel rate, has no value for `a`",
    ),
    raw(
        "minimum above maximum",
        edited(("    term_discount: {annual: 15%}\n", f"    minimum: 9_000  {HERE}\n    maximum: 8_000\n")),
        "plans.basic.minimum",
        "is above `maximum`",
    ),
    cell(
        "tenure factors out of order",
        "cancellation: {takes_effect: term_end, bluff: 10%}",
        "retention: {tenure: [{until: 6 months, factor: x1.5}, {until: 3 months, factor: x1.2}]}",
        "retention.tenure",
        "each `until` above the one before",
    ),
)

OFFERS = (
    of_offer(
        "two triggers",
        "motion: upsell, when: {every: 3 months, tenure: 1 month}, to: premium, acceptance: 1%",
        ".when",
        "has exactly one trigger, not 2",
        "{every: 3 months}",
    ),
    of_offer(
        "no trigger", "motion: upsell, when: {}, to: premium, acceptance: 1%", ".when", "exactly one trigger, not 0"
    ),
    of_offer(
        "trigger without value",
        "motion: upsell, when: every, to: premium, acceptance: 1%",
        ".when",
        "trigger `every` needs a value",
        "{every: 3 months}",
    ),
    of_offer(
        "unknown trigger",
        "motion: downsell, when: cancel_intend, to: lite, acceptance: 1%",
        ".when",
        "there is no trigger `cancel_intend`",
        "did you mean `cancel_intent`?",
    ),
    of_offer(
        "unknown trigger with value",
        "motion: upsell, when: {evry: 3 months}, to: premium, acceptance: 1%",
        ".when.evry",
        "unknown key",
        "did you mean `every`?",
    ),
    of_offer(
        "trigger switched off",
        "motion: downsell, when: {cancel_intent: no}, to: lite, acceptance: 1%",
        ".when",
        "would never happen; leave the offer out",
    ),
    of_offer(
        "in no month",
        "motion: upsell, when: {month: []}, to: premium, acceptance: 1%",
        ".when",
        "names no month",
        "{month: [3, 9]}",
    ),
    of_offer(
        "unknown motion",
        "motion: upsel, when: {tenure: 1 month}, to: premium, acceptance: 1%",
        ".motion",
        "`upsel` is not allowed; write one of upsell,",
        "did you mean `upsell`?",
    ),
    of_offer(
        "no acceptance",
        "motion: upsell, when: {tenure: 1 month}, to: premium",
        ".acceptance",
        "is required: probability of accepting",
    ),
    of_offer(
        "no target",
        "motion: upsell, when: {tenure: 1 month}, acceptance: 1%",
        ".to",
        "is required for motion upsell: next_plan, a plan",
    ),
    of_offer(
        "target not for the motion",
        "motion: cross_sell, when: {tenure: 1 month}, to: premium, acceptance: 1%",
        ".to",
        "is a plan, but motion cross_sell takes an add-on or a bundle",
    ),
    of_offer(
        "care with a target",
        "motion: care, when: {tenure: 1 month}, to: premium, acceptance: 1%",
        ".to",
        "motion care has no target, only consequences",
    ),
    of_offer(
        "upsell that counts as cross_sell",
        "motion: upsell, when: {tenure: 1 month}, to: support, acceptance: 1%",
        ".to",
        "`support` counts as cross_sell; write motion: cross_sell",
    ),
    of_offer(
        "upsell to a rescue plan",
        "motion: upsell, when: {tenure: 1 month}, to: lite, acceptance: 1%",
        ".to",
        "`lite` is sold to those who would leave only",
    ),
    of_offer(
        "discount without its end",
        "motion: downsell, when: cancel_intent, to: {discount: 30%}, acceptance: 1%",
        ".to",
        "{discount: 30%, for: 3 months, stays: 22%}",
    ),
    of_offer(
        "upsell in the cancel flow",
        "motion: upsell, when: cancel_intent, to: premium, acceptance: 1%",
        ".when",
        "an offer in the cancel flow is of motion downsell or care, not upsell",
    ),
    of_offer(
        "win-back of those who are here",
        "motion: win_back, when: {tenure: 1 month}, to: basic, acceptance: 1%",
        ".when",
        "motion win_back and the trigger churned_for belong together",
    ),
    of_offer(
        "upsell of those who left",
        "motion: upsell, when: {churned_for: 1 month}, to: basic, acceptance: 1%",
        ".when",
        "motion win_back and the trigger churned_for belong together",
    ),
    of_offer(
        "returns of the not rescued",
        "motion: upsell, when: {tenure: 1 month}, to: premium, acceptance: 1%, returns: 20% within 12 months",
        ".returns",
        "is for a downsell to a plan",
    ),
    of_offer(
        "a bundle later",
        "motion: cross_sell, when: {tenure: 1 month}, to: suite, acceptance: 1%, takes_effect: renewal",
        ".takes_effect",
        "is for plan changes; a bundle is taken at once",
    ),
    of_offer(
        "held and lacking",
        "motion: upsell, when: {tenure: 1 month}, who: {has: support, lacks: support}, to: premium, acceptance: 1%",
        ".who",
        "wants `support` both held and lacking",
    ),
    of_offer(
        "tenure of nobody",
        "motion: upsell, when: {tenure: 1 month}, to: premium, acceptance: 1%, "
        "who: {tenure_above: 3 months, tenure_below: 2 months}",
        ".who",
        "so it fits nobody",
    ),
    of_offer(
        "work of two lengths",
        "motion: upsell, when: {tenure: 1 month}, to: premium, acceptance: 1%, "
        "needs: {team: success, work: {fixed: 1 day, mean: 1 day}}",
        ".needs.work",
        "is written 0.5 days, or {mean: 0.5 days}",
    ),
    of_offer(
        "cancel flow waiting for people",
        "motion: downsell, when: cancel_intent, to: lite, acceptance: 1%, needs: {team: success, work: 1 day}",
        ".needs",
        "the cancel flow, which never waits",
        "choose another trigger",
    ),
    of_offer(
        "satisfaction of nobody",
        "motion: care, when: {satisfaction_below: 6}, acceptance: 1%",
        ".when",
        "no segment has satisfaction",
        "satisfaction: {mean: 7.4} in a segment",
    ),
    of_offer(
        "promoters among nobody",
        "motion: care, when: {tenure: 1 month}, who: {nps: promoter}, acceptance: 1%",
        ".who.nps",
        "no segment has satisfaction",
        "satisfaction: {mean: 7.4} in a segment",
    ),
    of_offer(
        "a downsell tried before it is paid",
        "motion: downsell, when: cancel_intent, to: basic, acceptance: 1%, trial: {length: 14 days, converts: 50%}",
        ".trial",
        "is for an upsell to a plan",
        "only an upgrade is tried",
    ),
    of_offer(
        "seats of no plan",
        "motion: upsell, when: {seats_above: 80%}, to: next_plan, acceptance: 1%",
        ".when",
        "no plan includes seats",
        "included: {seats: 3} in a plan",
    ),
    cell(
        "usage of no plan",
        ", included: {usage: 100}",
        "",
        "offers.near_limit.when",
        "no plan includes usage",
        "included: {usage: 1_000} in a plan",
    )._replace(line=42),
)

CHANGES = (
    raw(
        "changes as a mapping",
        added(f"changes: {{at: 2026-10}}  {HERE}\n"),
        "changes",
        "is a list; write one change a line",
    ),
    raw("a change in words", added(f"changes:\n  - later  {HERE}\n"), "changes.0", "is a mapping, e.g. {at: 2026-10"),
    of_change(
        "before the start",
        "at: 2026-03, set: {offers.review.acceptance: 1%}",
        ".at",
        "2026-03 is before the start",
        "from 2026-04 to 2028-03 (24 months)",
    ),
    of_change(
        "at the start",
        "at: 2026-04, set: {offers.review.acceptance: 1%}",
        ".at",
        "is the start itself",
        "write the value in the scenario",
    ),
    of_change(
        "after the end",
        "at: 2028-04, set: {offers.review.acceptance: 1%}",
        ".at",
        "2028-04 is after the end",
        "2028-03",
    ),
    of_change("no date", "set: {offers.review.acceptance: 1%}", ".at", "is required: month from whose start"),
    of_change("nothing to do", "at: 2026-10", "", "has either `set` or `retire`"),
    of_change(
        "until before at",
        "at: 2026-10, until: 2026-09, set: {offers.review.acceptance: 1%}",
        "",
        "`until` must be after `at`",
    ),
    of_change(
        "price without existing",
        "at: 2026-10, set: {plans.premium.price: 36_000}",
        "",
        "add existing: keep",
        "at_renewal, now or {after: 2 months}",
    ),
    of_change(
        "segment prices without existing",
        "at: 2026-10, set: {segments.smb.price_factor: x1.1}",
        "",
        "add existing: keep",
    ),
    of_change(
        "existing without a price",
        "at: 2026-10, set: {offers.review.acceptance: 1%}, existing: keep",
        ".existing",
        "is for prices of what is already sold",
    ),
    of_change(
        "unknown existing",
        "at: 2026-10, set: {plans.premium.price: 36_000}, existing: at_renewl",
        ".existing",
        "`at_renewl` is not allowed; write keep, at_renewal, now or {after: 2 months}",
        "did you mean `at_renewal`?",
    ),
    of_change("structural key", "at: 2026-10, set: {currency: USD}", ".set.currency", "holds for the whole run"),
    of_change("horizon", "at: 2026-10, set: {months: 36}", ".set.months", "cannot change at a date"),
    of_change(
        "opening later",
        "at: 2026-10, set: {segments.smb.opening.basic: 5}",
        '.set."segments.smb.opening.basic"',
        "is read at the start only",
    ),
    of_change(
        "unknown plan",
        "at: 2026-10, set: {plans.premum.price: 36_000}, existing: keep",
        '.set."plans.premum.price"',
        "there is no plan `premum` at this date",
        "did you mean `premium`?",
    ),
    of_path(
        "unknown key in a path",
        "at: 2026-10, set: {plans.premium.prise: 36_000}",
        "plans.premium.prise",
        "unknown key",
        "did you mean `price`?",
    ),
    of_change(
        "a path of nothing",
        "at: 2026-10, set: {plans..price: 1}",
        '.set."plans..price"',
        "is not a path",
        "plans.premium.price",
    ),
    of_path(
        "an impossible value",
        "at: 2026-10, set: {offers.review.acceptance: 150%}",
        "offers.review.acceptance",
        "between 0% and 100%",
        "(from 2026-10)",
    ),
    of_change(
        "unknown key of a change",
        "at: 2026-10, sett: {offers.review.acceptance: 1%}",
        ".sett",
        "unknown key",
        "did you mean `set`?",
    ),
    of_change(
        "retire nothing known",
        "at: 2026-10, retire: premum, to: basic",
        ".retire",
        "there is no plan or add-on `premum`",
        "did you mean `premium`?",
    ),
    of_change(
        "retire for nothing known",
        "at: 2026-10, retire: premium, to: basc",
        ".to",
        "there is no plan `basc`",
        "did you mean `basic`?",
    ),
    of_change("retire for itself", "at: 2026-10, retire: premium, to: premium", ".to", "is the retired item itself"),
    of_change(
        "retire without saying", "at: 2026-10, retire: premium", "", "`retire` needs `to: NAME`, or `existing: keep`"
    ),
    of_change("retire and keep", "at: 2026-10, retire: premium, to: basic, existing: keep", "", "leave `to` out"),
    of_change(
        "retire and come back",
        "at: 2026-10, until: 2027-01, retire: premium, to: basic",
        "",
        "`until` belongs to `set`",
    ),
    of_change(
        "retire an add-on for another",
        "at: 2026-10, retire: support, to: storage",
        ".to",
        "does not simulate it yet; write existing: keep instead",
    ),
    of_change(
        "to without retire",
        "at: 2026-10, set: {offers.review.acceptance: 1%}, to: basic",
        "",
        "`to` belongs to `retire`",
    ),
    of_change(
        "take a plan out", "at: 2026-10, set: {plans.premium: null}", "", "takes out plans.premium", "retire: premium"
    ),
    of_change(
        "a segment later",
        "at: 2026-10, set: {segments.big: {arrivals: {per_month: 5}}}",
        "",
        "adds the segment `big`; segments are there from the start",
    ),
    raw(
        "set twice",
        added(
            "changes:\n  - {at: 2026-10, set: {offers.review.acceptance: 1%}}\n"
            f"  - {{at: 2026-10, set: {{offers.review.acceptance: 2%}}}}  {HERE}\n"
        ),
        "changes.1.set",
        "is set twice at 2026-10",
        "keep one",
    ),
    raw(
        "retired twice",
        added(
            "changes:\n  - {at: 2026-10, retire: premium, to: basic}\n"
            f"  - {{at: 2026-12, retire: premium, to: basic}}  {HERE}\n"
        ),
        "changes.1.retire",
        "is sold to nobody already",
    ),
)

USAGE_PRICES = (
    of_usage_price(
        "bounded last tier",
        "{mode: graduated, tiers: [{up_to: 100, unit: 1}, {up_to: 200, unit: 2}]}",
        "every tier but the last has `up_to`, the last has none",
    ),
    of_usage_price(
        "tiers out of order",
        "{mode: graduated, tiers: [{up_to: 200, unit: 1}, {up_to: 100, unit: 2}, {unit: 3}]}",
        "each `up_to` above the one before",
    ),
    of_usage_price(
        "tiers for a unit price",
        "{mode: per_unit, unit: 1, tiers: [{unit: 1}]}",
        "mode per_unit has `unit` and no `tiers`",
    ),
    of_usage_price("package without size", "{mode: package, unit: 100}", "mode package needs `size`"),
    of_usage_price("size of a unit", "{mode: per_unit, unit: 1, size: 10}", "other modes have none"),
    of_usage_price("volume without tiers", "{mode: volume, unit: 1}", "mode volume has `tiers`"),
    of_usage_price(
        "stairs with a slope", "{mode: stairstep, tiers: [{flat: 1, unit: 1}]}", "stairstep have `flat` alone"
    ),
    of_usage_price("volume without units", "{mode: volume, tiers: [{flat: 1}]}", "tiers of mode volume have `unit`"),
)

BROKEN = (*SYNTAX, *KEYS, *RANGES, *KINDS, *NAMES, *FITS, *OFFERS, *CHANGES, *USAGE_PRICES)
