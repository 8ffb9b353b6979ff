"""What a bench gives: a table of ratios, every row against a named peer or limit of the same run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One figure: ours, the peer's, and what is to be reached."""

    what: str
    ours: str
    peer: str
    ratio: str
    reach: str
    met: bool | None
    """None: for information."""


@dataclass(frozen=True)
class Table:
    """The rows of one bench, and how they were measured."""

    title: str
    how: str
    rows: Sequence[Row]

    def markdown(self) -> str:
        """The table as it stands in docs/performance.md."""
        lines = [
            f"## {self.title}",
            "",
            self.how,
            "",
            "| what | ours | peer or limit | ratio | to reach | |",
            "|---|---|---|---|---|---|",
        ]
        marks = {True: "met", False: "**not met**", None: ""}
        lines += [
            f"| {row.what} | {row.ours} | {row.peer} | {row.ratio} | {row.reach} | {marks[row.met]} |"
            for row in self.rows
        ]
        return "\n".join(lines)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ratio_row(
    what: str, ours: float, peer: float, unit: str, limit: float | None, peer_name: str, *, digits: int = 1
) -> Row:
    """A row that is met when ours is at most `limit` times the peer's; for information without a limit."""
    ratio = ours / peer if peer else float("inf")
    return Row(
        what,
        f"{ours:.{digits}f} {unit}",
        f"{peer_name}: {peer:.{digits}f} {unit}",
        f"{ratio:.2f}",
        "–" if limit is None else f"≤ {limit} ×",
        None if limit is None else ratio <= limit,
    )


def limit_row(what: str, ours: float, limit: float, unit: str, *, digits: int = 1) -> Row:
    """A row that is met when ours is at most a fixed limit."""
    return Row(
        what,
        f"{ours:.{digits}f} {unit}",
        f"limit: {limit:g} {unit}",
        f"{ours / limit:.2f}",
        f"≤ {limit:g} {unit}",
        ours <= limit,
    )
