"""The page that tells the findings: what stands between its markers is written by the command.

A marker is a comment of Markdown, ``<!-- figures: NAME -->``; what it marks ends at the next
``<!-- end -->``.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from simulator.evaluation.findings import Findings
from simulator.evaluation.telling import FACTS, PLACES, facts, tables

PAGE = "signals.md"
_PART = re.compile(r"(?<=<!-- figures: )([a-z ]+)( -->\n).*?(?=<!-- end -->)", re.DOTALL)


class BadPage(Exception):
    """The page cannot be refreshed; the message says why."""


def require_places(path: Path) -> None:
    """Raise ``BadPage`` unless the page at ``path`` has its places, each once."""
    places = [match[1] for match in _PART.finditer(path.read_text(encoding="utf-8"))]
    if sorted(places) != sorted(PLACES):
        raise BadPage(f"{path} must have one place for each of: {', '.join(PLACES)}")


def refresh(path: Path, findings: Findings, again: str) -> None:
    """Write the findings into the page at ``path``, and with them ``again``: the command that found
    them.
    """
    text = path.read_text(encoding="utf-8")
    path.write_text(refreshed(text, parts(findings, again)), encoding="utf-8")


def parts(findings: Findings, again: str) -> dict[str, str]:
    """What stands in the places of the page, by their names."""
    told = f"{facts(findings)} `{again}`, digest `{findings.digest[:16]}`."
    return {FACTS: told, **{table.name: table.markdown for table in tables(findings)}}


def refreshed(text: str, told: Mapping[str, str]) -> str:
    """``text`` with each place filled anew."""
    return _PART.sub(lambda match: f"{match[1]}{match[2]}\n{told[match[1]]}\n\n", text)
