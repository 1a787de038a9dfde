"""Which numbers of causes, risks, the agenda and findings of the sample stand by themselves, and why: all others come apart."""

from fnmatch import fnmatchcase

from explained import of_sample

LEAVES = {
    "agenda/1/horizon": "days within which leads are followed: a setting",
    "agenda/2/[1-5]/against": "one, which is fair",
    "agenda/2/[1-5]/source/tolerance": "a setting",
    "agenda/4/1": "days between two dates",
    "agenda/4/days": "days between two dates",
    "agenda/5/days": "days between two dates",
    "agenda/6/[1-3]": "what a deal is worth, as it was recorded",
    "agenda/later": "a count of none",
    "causes/2/unfair_plan/[1-5]/against": "one, which is fair",
    "causes/2/unfair_plan/[1-5]/source/tolerance": "a setting",
    "causes/3/low_morale/[1-3]/against": "a threshold of the rule",
    "causes/4/weak_ramp/1/against": "a threshold of the rule",
    "causes/4/weak_ramp/1/source/months": "how long the ramp of a rep is, as it was recorded",
    "data/findings/*/channel_does_not_pay/horizon": "days within which leads are followed: a setting",
    "data/findings/*/objectives_silent/days": "a threshold of the rule",
    "data/findings/*/pipeline_untold/least": "a threshold",
    "data/findings/*/stuck_stage/max_days": "the limit of a stage: a setting",
    "risks/closed": "a count of none",
    "risks/plan/unfair_plan/2/against": "one, which is fair",
    "risks/risk-1/at_stake": "what somebody wrote down",
    "risks/risk-2/overdue/a-7": "days between two dates",
    "risks/risk-[1-3]/impact": "a judgement, from 1 to 5",
    "risks/risk-[1-3]/likelihood": "a judgement, from 1 to 5",
}
"""By a pattern of addresses why nothing is behind these numbers."""


def test_what_comes_apart_no_further_is_known_and_has_a_reason() -> None:
    numbers = of_sample()
    below = [address for path in ("causes", "risks", "agenda", "data/findings") for address in numbers.below(path).addresses]
    alone = {address for address in below if not numbers.tree(address).parts}
    expected = {pattern: {address for address in below if fnmatchcase(address, pattern)} for pattern in LEAVES}
    assert list(LEAVES) == sorted(LEAVES)
    assert alone - set().union(*expected.values()) == set()  # lost what was behind them
    assert set().union(*expected.values()) - alone == set()  # come apart, or are gone, and need no reason any more
    assert [pattern for pattern, addresses in expected.items() if not addresses] == []
