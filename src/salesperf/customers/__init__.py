"""Customers: who buys, who stays, who is lost and what changed before; what they say, and what they are worth.

Who still buys without a contract, and what that is worth, stands in :mod:`salesperf.customers.clv`, which needs the extra
``clv``.
"""

from salesperf.customers.cohort_counting import COHORT_GRAINS, CohortGrain, CohortTally, cohorts, repurchase
from salesperf.customers.health import KEY_ACCOUNT_BANDS, KEY_ACCOUNT_CARD, account_facts, account_health
from salesperf.customers.losses import LOSS_EVIDENCE, LossEvidence, LossEvidenceKind, PostMortem, lost_customer, lost_deal
from salesperf.customers.purchases import Purchases, collect
from salesperf.customers.rfm_scores import SEGMENTS, RfmCustomer, RfmReport, Segment, rfm
from salesperf.customers.stages_of_life import STATES, Lifecycle, LifecyclePolicy, State, lifecycle
from salesperf.customers.surveys import nps, nps_of_counts, satisfaction
from salesperf.customers.worth import (
    TIMINGS,
    MarketLine,
    MarketShare,
    Timing,
    lifetime_value,
    market_share,
    referral_rate,
)
from salesperf.model.codes import Codes

__all__ = [
    "COHORT_GRAINS",
    "KEY_ACCOUNT_BANDS",
    "KEY_ACCOUNT_CARD",
    "LOSS_EVIDENCE",
    "SEGMENTS",
    "STATES",
    "TIMINGS",
    "Codes",
    "CohortGrain",
    "CohortTally",
    "Lifecycle",
    "LifecyclePolicy",
    "LossEvidence",
    "LossEvidenceKind",
    "MarketLine",
    "MarketShare",
    "PostMortem",
    "Purchases",
    "RfmCustomer",
    "RfmReport",
    "Segment",
    "State",
    "Timing",
    "account_facts",
    "account_health",
    "cohorts",
    "collect",
    "lifecycle",
    "lifetime_value",
    "lost_customer",
    "lost_deal",
    "market_share",
    "nps",
    "nps_of_counts",
    "referral_rate",
    "repurchase",
    "rfm",
    "satisfaction",
]
