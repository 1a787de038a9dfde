"""Strategies for what a new plan has to respect."""

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from salesperf import Checkpoint, Lock, Override, Transfer
from salesperf.testing.dates import days, periods
from salesperf.testing.values import amounts, built_once, ids, scopes, texts

__all__ = ["checkpoints", "locks", "overrides", "transfers"]

_owners = st.none() | ids()


@built_once
def locks() -> SearchStrategy[Lock]:
    """Draw locks on a part of somebody's plan, or on all of it.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(locks(), lambda lock: lock.owner is not None).owner
    'r1'
    """
    return st.builds(Lock, owner=_owners, period=st.none() | periods(), scope=scopes(), reason=texts())


@built_once
def checkpoints() -> SearchStrategy[Checkpoint]:
    """Draw amounts to be reached by a day.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(checkpoints(), lambda checkpoint: checkpoint.owner is not None).owner
    'r1'
    """
    return st.builds(Checkpoint, owner=_owners, by=days(), amount=amounts(), scope=scopes())


@built_once
def overrides() -> SearchStrategy[Override]:
    """Draw amounts that somebody set by hand.

    Examples
    --------
    >>> from hypothesis import find
    >>> find(overrides(), lambda override: override.owner is not None).author
    'r1'
    """
    reasons = st.sampled_from(("agreed", "新区域"))
    return st.builds(Override, owner=_owners, amount=amounts(), reason=reasons, author=ids(), scope=scopes())


@built_once
def transfers() -> SearchStrategy[Transfer]:
    """Draw business that changes hands.

    Examples
    --------
    >>> from hypothesis import find
    >>> found = find(transfers(), lambda transfer: transfer.share > 0)
    >>> found.giver != found.taker
    True
    """
    return _transfers()


@st.composite
def _transfers(draw: DrawFn) -> Transfer:
    giver, taker = draw(st.lists(ids(), min_size=2, max_size=2, unique=True))
    share = draw(st.decimals(0, 1, places=3))
    return Transfer(giver=giver, taker=taker, share=share, on=draw(days()), scope=draw(scopes()), reason=draw(texts()))
