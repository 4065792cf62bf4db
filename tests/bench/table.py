"""A row of the printed table: a figure of ours, the baseline's in the same run, and their ratio."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """`ratio` above 1 says how many times the baseline is better; None where nothing is compared."""

    what: str
    ours: str
    baseline: str
    ratio: float | None
    beside: str


def render(rows: list[Row]) -> str:
    """Give the rows as a Markdown table."""
    lines = ["| what | golive | baseline | baseline ÷ golive | the baseline is |", "|---|---|---|---|---|"]
    for r in rows:
        ratio = f"{r.ratio:.2g}" if r.ratio is not None else ""
        lines.append(f"| {r.what} | {r.ours} | {r.baseline} | {ratio} | {r.beside} |")
    return "\n".join(lines)
