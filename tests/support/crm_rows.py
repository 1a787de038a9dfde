"""The CRM Sales Opportunities of the Maven Analytics data playground, read from the files with nothing but ``csv``."""

import csv
from datetime import date
from pathlib import Path

import attrs

__all__ = ["Agent", "CrmFiles", "Row", "read_crm"]


@attrs.frozen(kw_only=True)
class Agent:
    """Who sells, and where."""

    name: str
    manager: str
    office: str


@attrs.frozen(kw_only=True)
class Row:
    """A row of the export, read."""

    id: str
    agent: str
    manager: str
    office: str
    product: str
    account: str
    stage: str
    engaged: date | None
    closed: date | None
    value: int | None
    price: int

    @property
    def is_won(self) -> bool:
        return self.stage == "Won"

    @property
    def worth(self) -> int:
        """What it was won for, or else the list price: all that is known of what it is worth."""
        return self.value or 0 if self.is_won else self.price


@attrs.frozen(kw_only=True)
class CrmFiles:
    """What the files say."""

    rows: tuple[Row, ...]
    agents: tuple[Agent, ...]
    accounts: tuple[str, ...]
    mismatches: int

    def of(self, *, office: str = "", manager: str = "", agent: str = "") -> list[Row]:
        """Return the rows of an office, of a manager's group, or of an agent; all without any of these."""
        return [
            row for row in self.rows if office in ("", row.office) and manager in ("", row.manager) and agent in ("", row.agent)
        ]


def read_crm(folder: Path) -> CrmFiles:
    """Read the four files; the one product that is spelt in two ways gets the name that has a price."""
    agents = {
        line["sales_agent"]: Agent(name=line["sales_agent"], manager=line["manager"], office=line["regional_office"])
        for line in _lines(folder, "sales_teams")
    }
    prices = {line["product"]: int(line["sales_price"]) for line in _lines(folder, "products")}
    deals = _lines(folder, "sales_pipeline")
    return CrmFiles(
        rows=tuple(_row(line, agents[line["sales_agent"]], prices) for line in deals),
        agents=tuple(agents.values()),
        accounts=tuple(line["account"] for line in _lines(folder, "accounts")),
        mismatches=sum(line["product"] not in prices for line in deals),
    )


def _lines(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _row(line: dict[str, str], agent: Agent, prices: dict[str, int]) -> Row:
    product = line["product"].replace("GTXPro", "GTX Pro")
    return Row(
        id=line["opportunity_id"],
        agent=agent.name,
        manager=agent.manager,
        office=agent.office,
        product=product,
        account=line["account"],
        stage=line["deal_stage"],
        engaged=_day(line["engage_date"]),
        closed=_day(line["close_date"]),
        value=int(line["close_value"]) if line["close_value"] else None,
        price=prices[product],
    )


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
