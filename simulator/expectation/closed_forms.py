"""Closed forms: survival, residual lifetime, steady state, bills of log-normal usage, waiting for a person.

Hazards are per month, shares and rates fractions, times months unless said otherwise. Survival and retention take
arrays and give arrays of their shape; the other functions take and give single numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import betaln, hyp2f1, ndtr

EXACT_PACKAGES = 100_000
"""Packages that are summed one by one; the rest is an integral with its end corrections."""

Tier = tuple[float, float, float]
"""Upper bound (inf for the last), price of a unit, flat fee."""


# Survival and retention


def geometric_survival(leaves: float, renewals: np.ndarray | float) -> np.ndarray:
    """Share still there after so many renewals, each refused with probability `leaves`: (1 - p)^n."""
    return (1.0 - leaves) ** np.asarray(renewals, float)


def geometric_retention(leaves: float, renewals: np.ndarray | float) -> np.ndarray:
    """Share of those before the nth renewal (n = 1, 2, ...) who renew: 1 - p, whatever n."""
    return np.full(np.shape(renewals), 1.0 - leaves)


def exponential_survival(hazard: float, months: np.ndarray | float) -> np.ndarray:
    """Share still there after so many months at a constant hazard: exp(-h t)."""
    return np.exp(-hazard * np.asarray(months, float))


def exponential_retention(hazard: float, months: np.ndarray | float) -> np.ndarray:
    """Share of those there at month t who are there a month later: exp(-h), whatever t."""
    return np.full(np.shape(months), math.exp(-hazard))


def lomax_survival(hazard: float, variation: float, months: np.ndarray | float) -> np.ndarray:
    """Share still there where hazards are gamma-distributed over customers: (1 + c^2 h t)^(-1 / c^2).

    `hazard` is the mean, `variation` c > 0 the coefficient of variation. The exponential mixed over a gamma law is the
    Pareto law of the second kind (Lomax 1954, J. Amer. Statist. Assoc. 49, 847; Vaupel, Manton and Stallard 1979,
    Demography 16, 439).
    """
    return np.exp(-np.log1p(variation**2 * hazard * np.asarray(months, float)) / variation**2)


def lomax_retention(hazard: float, variation: float, months: np.ndarray | float) -> np.ndarray:
    """Share of those there at month t who are there a month later; it rises, since the restless leave first."""
    months = np.asarray(months, float)
    return lomax_survival(hazard, variation, months + 1.0) / lomax_survival(hazard, variation, months)


def beta_geometric_survival(alpha: float, beta: float, renewals: np.ndarray | float) -> np.ndarray:
    """Share still there after n renewals where refusing is beta-distributed over customers: B(a, b + n) / B(a, b).

    The shifted-beta-geometric model of Fader and Hardie (2007), J. Interactive Marketing 21, 76.
    """
    return np.exp(betaln(alpha, beta + np.asarray(renewals, float)) - betaln(alpha, beta))


def beta_geometric_retention(alpha: float, beta: float, renewals: np.ndarray | float) -> np.ndarray:
    """Share of those before the nth renewal (n = 1, 2, ...) who renew: (b + n - 1) / (a + b + n - 1).

    Fader and Hardie (2007). It rises with n although nobody's own probability changes.
    """
    before = np.asarray(renewals, float) - 1.0
    return (beta + before) / (alpha + beta + before)


# Discounted expected residual lifetime


def geometric_residual_lifetime(leaves: float, discount: float) -> float:
    """Discounted expected residual lifetime of a customer whose renewal is due: r (1 + d) / (1 + d - r), in terms.

    Each renewal, refused with probability 1 - r = `leaves`, brings one more term; `discount` d is per term. Fader and
    Hardie (2010), Marketing Science 29, 85. A customer who has just signed up has 1 + DERL / (1 + d).
    """
    stays = 1.0 - leaves
    return stays * (1.0 + discount) / (1.0 + discount - stays)


def beta_geometric_residual_lifetime(alpha: float, beta: float, renewals: int, discount: float) -> float:
    """Discounted expected residual lifetime of a customer of `renewals` renewals whose next one is due, in terms.

    Fader and Hardie (2010), Marketing Science 29, 85, equation (6), with n = renewals + 1 terms so far:
    (b + n - 1) / (a + b + n - 1) · 2F1(1, b + n; a + b + n; 1 / (1 + d)); `discount` d > 0 is per term.
    """
    n = renewals + 1
    first = (beta + n - 1) / (alpha + beta + n - 1)
    return float(first * hyp2f1(1.0, beta + n, alpha + beta + n, 1.0 / (1.0 + discount)))


# Steady state and negative churn


def steady_state_mrr(new_mrr: float, net_churn: float) -> float:
    """MRR at which a steady inflow makes good what is lost: new MRR a month / hazard of net MRR churn.

    The fixed point of M' = n - c M; infinite where c <= 0 (negative churn: MRR grows without bound), 0 without inflow.
    """
    if new_mrr == 0.0:
        return 0.0
    return new_mrr / net_churn if net_churn > 0.0 else math.inf


def mrr_path(opening: float, new_mrr: float, net_churn: float, months: np.ndarray | float) -> np.ndarray:
    """MRR after so many months of steady inflow and net churn: M0 exp(-c t) + n (1 - exp(-c t)) / c.

    The solution of M' = n - c M, growing where c < 0 and linear where c = 0.
    """
    t = np.asarray(months, float)
    grown = t if net_churn == 0.0 else -np.expm1(-net_churn * t) / net_churn
    return opening * np.exp(-net_churn * t) + new_mrr * grown


def net_churn_hazard(
    cancel: float, upsell: float, step: float, rescue: float = 0.0, kept: float = 0.0, bluff: float = 0.0
) -> float:
    """Net MRR churn per month, as a share of MRR, of customers who are all on one plan: c (1 - b - r (k - b)) - u s.

    `cancel` c: hazard of cancel intents; `rescue` r: share of intents that take the cheaper plan, `kept` k: its price
    over theirs; `bluff` b: share who would stay without any offer; `upsell` u: hazard of upgrades, `step` s: what an
    upgrade adds over the price. Intents lose 1 - k if rescued, nothing if they bluff and are not, all otherwise.
    """
    return cancel * ((1.0 - bluff) * (1.0 - rescue) + rescue * (1.0 - kept)) - upsell * step


def rescue_share_for_negative_churn(
    cancel: float, upsell: float, step: float, kept: float, bluff: float = 0.0
) -> float:
    """Share of cancel intents that must take the cheaper plan for net MRR churn to be zero.

    The root in r of `net_churn_hazard`. 0 where upgrades alone do it; inf where no share does (the root is above 1, or
    bluffers would have paid more than the rescued do).
    """
    missing = net_churn_hazard(cancel, upsell, step, bluff=bluff)
    if missing <= 0.0:
        return 0.0
    saved = cancel * (kept - bluff)
    return missing / saved if missing <= saved else math.inf


def upsell_rate_for_negative_churn(
    cancel: float, step: float, rescue: float = 0.0, kept: float = 0.0, bluff: float = 0.0
) -> float:
    """Hazard of upgrades per month for which net MRR churn is zero: the root in u of `net_churn_hazard`.

    inf where an upgrade adds nothing.
    """
    lost = net_churn_hazard(cancel, 0.0, 0.0, rescue, kept, bluff)
    if lost == 0.0:
        return 0.0
    return lost / step if step > 0.0 else math.inf


def price_step_for_negative_churn(
    cancel: float, upsell: float, rescue: float = 0.0, kept: float = 0.0, bluff: float = 0.0
) -> float:
    """What an upgrade must add, as a share of the price before, for net MRR churn to be zero.

    The root in s of `net_churn_hazard`; inf where nobody upgrades.
    """
    lost = net_churn_hazard(cancel, 0.0, 0.0, rescue, kept, bluff)
    if lost == 0.0:
        return 0.0
    return lost / upsell if upsell > 0.0 else math.inf


# Expected bills of log-normal usage, in the currency of the prices, before rounding


def share_above(median: float, spread: float, bound: float) -> float:
    """P(U > bound) of usage U with this median and log-standard deviation; spread 0: everybody uses the median."""
    if bound <= 0.0:
        return 1.0
    if bound == math.inf:
        return 0.0
    if spread == 0.0:
        return float(median > bound)
    return float(ndtr(math.log(median / bound) / spread))


def usage_above(median: float, spread: float, bound: float) -> float:
    """E[U; U > bound], the partial expectation: m exp(s^2 / 2) · Phi(s - ln(bound / m) / s).

    Johnson, Kotz and Balakrishnan (1994), Continuous Univariate Distributions 1, section 14.3.
    """
    mean = median * math.exp(spread**2 / 2.0)
    if bound <= 0.0:
        return mean
    if bound == math.inf:
        return 0.0
    if spread == 0.0:
        return mean * (median > bound)
    return mean * float(ndtr(spread + math.log(median / bound) / spread))


def expected_per_unit_bill(median: float, spread: float, unit: float) -> float:
    """Expected bill at a price for each unit: unit · m exp(s^2 / 2)."""
    return unit * usage_above(median, spread, 0.0)


def expected_package_bill(median: float, spread: float, size: float, unit: float) -> float:
    """Expected bill at a price for each started package of `size`: unit · sum over k >= 0 of P(U > k size).

    Beyond EXACT_PACKAGES the sum is its integral with the end corrections of Euler and Maclaurin (DLMF 2.10.1).
    """
    if spread == 0.0:
        return unit * math.ceil(median / size)
    log_median = math.log(median / size)
    k = np.arange(1.0, EXACT_PACKAGES)
    packages = 1.0 + float(ndtr((log_median - np.log(k)) / spread).sum())
    n = float(EXACT_PACKAGES)
    above = share_above(median, spread, n * size)
    depth = (log_median - math.log(n)) / spread
    slope = -math.exp(-(depth**2) / 2.0) / (math.sqrt(2.0 * math.pi) * spread * n)
    packages += usage_above(median, spread, n * size) / size - n * above + above / 2.0 - slope / 12.0
    return unit * packages


def expected_graduated_bill(median: float, spread: float, tiers: Sequence[Tier]) -> float:
    """Expected bill where each tier prices its own part: sum of unit · E[(U - low)+ - (U - high)+] + flat · P(U > low).

    The first tier's flat fee is charged without usage too, those of later tiers beyond the bound below them.
    """
    total, low = 0.0, 0.0
    for high, unit, flat in tiers:
        total += unit * (_excess(median, spread, low) - _excess(median, spread, high))
        total += flat * share_above(median, spread, low)
        low = high
    return total


def expected_volume_bill(median: float, spread: float, tiers: Sequence[Tier]) -> float:
    """Expected bill where the tier of the quantity prices all: sum of unit · E[U; in tier] + flat · P(in tier)."""
    total, low = 0.0, 0.0
    for high, unit, flat in tiers:
        total += unit * (usage_above(median, spread, low) - usage_above(median, spread, high))
        total += flat * (share_above(median, spread, low) - share_above(median, spread, high))
        low = high
    return total


def expected_stairstep_bill(median: float, spread: float, steps: Sequence[tuple[float, float]]) -> float:
    """Expected bill at the fee of the step (upper bound, fee) that holds the quantity: sum of fee · P(in step)."""
    return expected_volume_bill(median, spread, [(high, 0.0, fee) for high, fee in steps])


def _excess(median: float, spread: float, bound: float) -> float:
    """E[(U - bound)+]."""
    if bound == math.inf:
        return 0.0
    return usage_above(median, spread, bound) - bound * share_above(median, spread, bound)


# Waiting for one of several people: Poisson requests, exponential work, first come, first served, nobody gives up


def erlang_b(people: int, load: float) -> float:
    """Share of requests that find all people busy where nobody waits; `load` = requests a month · months of work.

    Erlang (1917); the recursion B(n) = a B(n - 1) / (n + a B(n - 1)) of Cooper (1981), Introduction to Queueing
    Theory, section 3.4.
    """
    blocked = 1.0
    for n in range(1, people + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def erlang_c(people: int, load: float) -> float:
    """Share of requests that have to wait: n B / (n - a (1 - B)); 1 where the load is too much for the people.

    Cooper (1981), section 3.5.
    """
    if load >= people:
        return 1.0
    blocked = erlang_b(people, load)
    return people * blocked / (people - load * (1.0 - blocked))


def mean_wait(people: int, requests: float, work: float) -> float:
    """Mean wait of all requests in months: C · work / (people - load); inf where the load is too much.

    `requests` per month, `work` months of one person each.
    """
    load = requests * work
    return erlang_c(people, load) * work / (people - load) if load < people else math.inf


def share_waiting_longer(people: int, requests: float, work: float, months: float) -> float:
    """Share of requests that wait longer than `months`: C · exp(-(people - load) · months / work); 1 if overloaded."""
    load = requests * work
    if load >= people:
        return 1.0
    return erlang_c(people, load) * math.exp(-(people - load) * months / work)
