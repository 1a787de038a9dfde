"""What small records are made of: a company of a few reps, and money."""

from salesperf import CNY, Amount, Org, Rep

__all__ = ["company", "yuan"]


def company(*reps: str) -> Org:
    """Return a company of reps by their ids, without teams."""
    return Org(reps=[Rep(id=rep) for rep in reps])


def yuan(number: int | str) -> Amount:
    """Return an amount of money."""
    return Amount.of(number, CNY)
