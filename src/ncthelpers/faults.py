"""What is wrong with a year's data, as a list: every fault names file, row, column, value and rule."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

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

    Examples
    --------
    >>> print(Fault("data/2021-22/grants.csv", 3, "amount", "12k", "is not a number"))
    data/2021-22/grants.csv, row 3, column amount: '12k' is not a number
    """

    file: str
    row: int | None
    column: str
    value: str
    rule: str

    def __str__(self) -> str:
        place = (
            self.file + (f", row {self.row}" if self.row else "") + (f", column {self.column}" if self.column else "")
        )
        return f"{place}: {self.value!r} {self.rule}" if self.value else f"{place}: {self.rule}"

    def as_record(self) -> dict:
        """The fault as a plain mapping, for machines."""
        return asdict(self)


class DataFaults(ValueError):
    """The data of a year breaks at least one rule; carries every fault found."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(set(faults), key=lambda f: (f.file, f.row or 0, f.column, f.value, f.rule)))
        count = len(self.faults)
        super().__init__(f"{count} fault{'s' if count > 1 else ''}:\n" + "\n".join(map(str, self.faults)))
