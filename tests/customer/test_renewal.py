"""Renewals of longer terms: when, and who refuses."""

import pytest

from tests.customer.stories import Story, annual, at


def refusing(not_renewed, count=4_000, months=25):
    segments = {
        "smb": {"opening": {"basic": count}, "terms": {"annual": "100%"}, "not_renewed": {"annual": not_renewed}}
    }
    return Story({"months": months}, segments=segments)


def test_renewals_come_at_the_end_of_each_term():
    story = Story({"terms": {"annual": "7 months"}}, segments=annual(not_renewed={"annual": "0%"}))
    renewals = story.run.tallies.counters[:, 0, 4].nonzero()[0].tolist()
    assert story.counted("renewals") == 4
    assert renewals == [7, 14, 21, 28]


def test_a_share_refuses_each_renewal():
    story = refusing("20%")
    assert {step.time for step in story.steps} == {12.0, 24.0}
    first = sum(step.time == 12.0 for step in story.steps)
    assert first / 4_000 == pytest.approx(0.2, abs=0.026)
    assert (len(story.steps) - first) / (4_000 - first) == pytest.approx(0.2, abs=0.03)


def test_a_propensity_of_ones_own_is_kept_from_renewal_to_renewal():
    """alpha 1, beta 1: half refuse the first renewal, a third of the rest the second (shifted beta-geometric)."""
    story = refusing({"alpha": 1, "beta": 1})
    first = sum(step.time == 12.0 for step in story.steps)
    assert first / 4_000 == pytest.approx(1 / 2, abs=0.032)
    assert (len(story.steps) - first) / (4_000 - first) == pytest.approx(1 / 3, abs=0.043)


def test_without_a_decision_a_term_renews_by_itself():
    story = Story({"months": 30}, segments=annual())
    assert story.steps == []
    assert story.counted("renewals") == 2


def test_the_decision_takes_the_share_of_its_day():
    changes = [at("2027-06", segments__smb__not_renewed__annual="100%")]
    story = Story({"changes": changes, "months": 30}, segments=annual(not_renewed={"annual": "0%"}))
    assert [step.time for step in story.steps] == [24.0]
