"""A policy as a team names it: a preset, or a YAML file of knobs, and single knobs set beside it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from simulator.accounting.policy import Policy, PolicyError
from simulator.billing.errors import BillingError


def read_policy(policy: str | Path | Policy, knobs: Mapping[str, Any] | None = None) -> Policy:
    """Return the policy.

    Parameters
    ----------
    policy
        a preset (`chartmogul`), a file (`my.yaml`: `preset`, and knobs that differ from it), or a policy.
    knobs
        set on top of it.

    Raises
    ------
    BillingError
        for a file that cannot be read, an unknown preset, knob or value.
    """
    try:
        if isinstance(policy, Policy):
            chosen = policy
        elif str(policy).endswith((".yaml", ".yml")):
            chosen = _of_file(Path(policy))
        else:
            chosen = Policy.preset(str(policy))
    except PolicyError as error:
        raise BillingError(f"--policy: {error}") from None
    problems = []
    for knob, value in (knobs or {}).items():
        try:
            chosen = chosen.with_knobs(**{knob: value})
        except PolicyError as error:
            problems.append(f"--set {knob}={value}: {error}")
    if problems:
        raise BillingError(problems)
    return chosen


def _of_file(path: Path) -> Policy:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BillingError(f"--policy: {path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BillingError(f"--policy: {path} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(values, dict):
        raise BillingError(f"--policy: {path} holds no knobs; write e.g. `preset: chartmogul` and `pause: churn`")
    try:
        return Policy.of({str(knob): value for knob, value in values.items()})
    except PolicyError as error:
        raise BillingError(f"{path}: {error}") from None
