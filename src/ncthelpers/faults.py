"""What is wrong with a year's data, as a list: every fault names file, row, column, value and rule."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["Fault", "DataFaults"]


@dataclass(frozen=True, order=True)
class Fault:
    """One fault in the data of a contract year.

    Parameters
    ----------
    file : str
        Path from the root, with forward slashes.
    row : int or None
        Line of the file, the header being line 1; none where the fault is the file's.
    column : str
        Column or key; empty where the fault is the file's.
    value : str
        The value found, as written.
    rule : str
        The rule it breaks, as a sentence without full stop.
    cell : str
        Its address in a spreadsheet, such as ``C7``; empty where the fault is of no one cell.
    suggestion : str
        What would put it right, such as ``write 12000``; empty where nobody can say.

    Examples
    --------
    >>> print(Fault("data/2021-22/grants.csv", 3, "amount", "12k", "is not a number"))
    data/2021-22/grants.csv, row 3, column amount: '12k' is not a number
    >>> print(Fault("outturn.xlsx!Budget", 7, "amount", "12k", "is not a number", "C7", "write 12000"))
    outturn.xlsx!Budget!C7 (row 7, column amount): '12k' is not a number; write 12000
    """

    file: str
    row: int | None
    column: str
    value: str
    rule: str
    cell: str = ""
    suggestion: str = ""

    @property
    def place(self) -> str:
        """File, cell, row and column, as far as they are known."""
        parts = [f"row {self.row}"] * bool(self.row) + [f"column {self.column}"] * bool(self.column)
        if not self.cell:
            return ", ".join([self.file, *parts])
        return f"{self.file}!{self.cell}" + (f" ({', '.join(parts)})" if parts else "")

    @property
    def remedy(self) -> str:
        """The rule, with what would put it right if anybody can say."""
        return f"{self.rule}; {self.suggestion}" if self.suggestion else self.rule

    def __str__(self) -> str:
        return f"{self.place}: {self.value!r} {self.remedy}" if self.value else f"{self.place}: {self.remedy}"

    def as_record(self) -> dict[str, Any]:
        """The fault as a plain mapping, for machines."""
        return asdict(self)


def _in_order(fault: Fault) -> tuple[Any, ...]:
    return fault.file, fault.row or 0, fault.column, fault.value, fault.rule, fault.cell, fault.suggestion


class DataFaults(ValueError):
    """The data of a year breaks at least one rule; carries every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=_in_order))
        count = len(self.faults)
        super().__init__(f"{count} fault{'s' if count > 1 else ''}:\n" + "\n".join(map(str, self.faults)))
