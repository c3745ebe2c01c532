"""Result of a response study: its numbers, with the tables, plots and sentences that are made of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.studies.response import curve_plots, report
from app.studies.response.measured import ResponseNumbers
from app.studies.study import Plot, Table


@dataclass(frozen=True, eq=False)
class ResponseResult(ResponseNumbers):
    """The answers of the levels that have been measured; see its base."""

    @property
    def records(self) -> Table:
        return report.records(self)

    @property
    def tables(self) -> tuple[Table, ...]:
        return report.tables(self)

    @property
    def plots(self) -> tuple[Plot, ...]:
        return curve_plots.plots(self)

    @property
    def findings(self) -> tuple[str, ...]:
        return report.findings(self)

    def to_json(self) -> Any:
        return report.to_json(self)
