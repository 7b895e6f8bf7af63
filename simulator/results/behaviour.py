"""Metrics of behaviour, which the accounting does not know: the rescue funnel, attachment, what rescue has saved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from simulator.accounting.metrics import ratio
from simulator.accounting.spread import spread
from simulator.accounting.totals import UNIT
from simulator.customer.tally import COUNTERS, OFFER_STAGES, Tallies
from simulator.model.compile import Model
from simulator.model.offers import MOTIONS
from simulator.model.tables import CANCEL_INTENT, DOWNSELL
from simulator.results.summary import number

MOTION_NAMES = {code: name for name, code in MOTIONS.items()}
# counters that are metrics as they stand
COUNTED = (
    "sign_ups",
    "renewals",
    "refused_renewals",
    "onboarding_done",
    "onboarding_failed",
    "adoption_done",
    "adoption_failed",
    "trials_started",
    "trials_converted",
    "shocks",
    "payments_failed",
    "payments_lost",
    "free_throughout",
)


def behaviour_metrics(tallies: Sequence[Tallies], model: Model) -> dict[str, np.ndarray]:
    """Return the metrics of behaviour by name, (R, M, G) each: replications, months, everybody and the segments.

    Funnel counts are by the month of the intent or of the offer. "Still" shares are among the rescues that the
    horizon lets us see that long.
    """
    counters = _with_everybody(np.stack([t.counters for t in tallies]))
    rescues = rescue_offers(model)
    stages = _with_everybody(np.stack([t.offers for t in tallies])[:, :, :, rescues].sum(axis=3))

    def counted(name: str) -> np.ndarray:
        return counters[..., COUNTERS.index(name)]

    def stage(name: str) -> np.ndarray:
        return stages[..., OFFER_STAGES.index(name)]

    metrics = {
        "cancel_intents": counted("intents"),
        "lured_intents": counted("lured"),
        "rescue_offered": stage("made"),
        "rescue_accepted": stage("accepted"),
    }
    if len(rescues):
        metrics["rescue_acceptance"] = ratio(stage("accepted"), stage("made"))
        for months in (3, 6, 12):
            metrics[f"rescue_still_{months}m"] = ratio(stage(f"still_{months}"), stage(f"observed_{months}"))
        metrics["rescue_returned_12m"] = ratio(stage("returned_12"), stage("observed_12"))
    for name in COUNTED:
        metrics[name] = counted(name)
    metrics["pause_lost_mrr"] = counted("pause_lost") / UNIT
    metrics["invoiced_revenue"] = counted("invoiced") / UNIT
    metrics["credited_revenue"] = counted("credited") / UNIT
    metrics["billed_revenue"] = (counted("invoiced") - counted("credited")) / UNIT
    answered = counted("promoters") + counted("passives") + counted("detractors")
    metrics["satisfaction"] = ratio(counted("satisfaction") / 1e6, answered)
    metrics["nps"] = ratio(counted("promoters") - counted("detractors"), answered)
    metrics["attach_rate_90d"] = ratio(counted("attached_90d"), counted("alive_90d"))
    attached = ratio(counted("attached_retained_12m"), counted("attached_observed_12m"))
    bare = ratio(counted("bare_retained_12m"), counted("bare_observed_12m"))
    metrics["retention_gap_attached"] = attached - bare
    return {name: np.asarray(values, np.float64) for name, values in metrics.items()}


def rescue_offers(model: Model) -> np.ndarray:
    """Return the positions of the downsell offers that are made in the cancellation flow."""
    in_flow = (model.tables.offers.trigger == CANCEL_INTENT) & (model.tables.offers.motion == DOWNSELL)
    return np.flatnonzero(in_flow.any(axis=0))


def rescue_funnel(tallies: Sequence[Tallies], model: Model) -> dict[str, dict[str, float | None]]:
    """Return, for each rescue offer, its funnel over the whole horizon: mean, p05 and p95 over replications.

    offered, accepted, the shares still a customer 3, 6 and 12 months later and back on a higher plan within 12
    months (of the acceptances that the horizon lets us see that long), and, for pauses and discounts, the share
    still there after it ended.
    """
    offers = np.stack([t.offers for t in tallies]).sum(axis=(1, 2))  # (R, O, stages)
    funnel = {}
    for o in rescue_offers(model):
        stage = {name: offers[:, o, i].astype(np.float64) for i, name in enumerate(OFFER_STAGES)}
        shares = {
            "offered": stage["made"],
            "accepted": stage["accepted"],
            "acceptance": ratio(stage["accepted"], stage["made"]),
            **{f"still_{k}m": ratio(stage[f"still_{k}"], stage[f"observed_{k}"]) for k in (3, 6, 12)},
            "returned_12m": ratio(stage["returned_12"], stage["observed_12"]),
            "stayed_after_end": ratio(stage["stayed"], stage["ended"]),
        }
        row: dict[str, float | None] = {}
        for name, values in shares.items():
            summary = spread(values)
            for field in ("mean", "p05", "p95"):
                row[name if field == "mean" else f"{name}_{field}"] = number(getattr(summary, field))
        funnel[model.names.offers[o]] = row
    return funnel


def rescue_total(tallies: Sequence[Tallies], model: Model) -> dict[str, dict[str, float | None]] | None:
    """Return the cancellation flow over the whole horizon, all its offers together; None where it has no offers.

    `intents` (customers who wanted to leave, bluffers included) and `lured` (who came for the offer alone),
    `accepted` rescues, and as shares: `rescued` of the intents, `still_3m`, `_6m`, `_12m` and `returned_12m` of the
    accepted rescues that the horizon shows that long. Mean, p05 and p95 over replications.
    """
    rescues = rescue_offers(model)
    if not len(rescues):
        return None
    offers = np.stack([t.offers for t in tallies])[:, :, :, rescues].sum(axis=(1, 2, 3)).astype(np.float64)
    counters = np.stack([t.counters for t in tallies]).sum(axis=(1, 2)).astype(np.float64)
    stage = {name: offers[:, i] for i, name in enumerate(OFFER_STAGES)}
    counted = {name: counters[:, COUNTERS.index(name)] for name in ("intents", "lured", "rescued")}
    values = {
        "intents": counted["intents"],
        "lured": counted["lured"],
        "accepted": stage["accepted"],
        "rescued": ratio(counted["rescued"], counted["intents"]),
        **{f"still_{k}m": ratio(stage[f"still_{k}"], stage[f"observed_{k}"]) for k in (3, 6, 12)},
        "returned_12m": ratio(stage["returned_12"], stage["observed_12"]),
    }
    return {name: told(one) for name, one in values.items()}


def offer_totals(tallies: Sequence[Tallies], model: Model) -> dict[str, dict[str, Any]]:
    """Return, for each offer, its motion and, over the whole horizon, how often it was made and accepted, the share
    accepted, and the MRR (currency units a month) that it brought when it took effect.

    Mean, p05 and p95 over replications. The MRR is a sum of changes, not what is left of them at the horizon.
    """
    offers = np.stack([t.offers for t in tallies]).sum(axis=(1, 2)).astype(np.float64)  # (R, O, stages)
    totals: dict[str, dict[str, Any]] = {}
    for o, name in enumerate(model.names.offers):
        made, accepted, mrr = (offers[:, o, OFFER_STAGES.index(stage)] for stage in ("made", "accepted", "mrr"))
        totals[name] = {
            "motion": MOTION_NAMES[int(model.tables.offers.motion[model.tables.offers.made[:, o] != 0, o][0])],
            "made": told(made),
            "accepted": told(accepted),
            "acceptance": told(ratio(accepted, made)),
            "mrr": told(mrr / UNIT),
        }
    return totals


def told(values: np.ndarray) -> dict[str, float | None]:
    """Return mean, p05 and p95 over replications, for JSON."""
    summary = spread(values)
    return {field: number(getattr(summary, field)) for field in ("mean", "p05", "p95")}


def _with_everybody(by_segment: np.ndarray) -> np.ndarray:
    """Put the sum over segments (axis 2) before the segments."""
    return np.concatenate([by_segment.sum(axis=2, keepdims=True), by_segment], axis=2)
