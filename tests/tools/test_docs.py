"""The documentation points at things that exist."""

import re

import pytest

from tools.tree import ROOT, sources

PAGES = {str(path): text for path, text in sources().items() if path.suffix == ".md"}
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", sorted(PAGES))
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    dead = [link for link in LINK.findall(PAGES[page]) if not (ROOT / page).parent.joinpath(link).exists()]

    assert dead == []


def test_every_decision_is_listed() -> None:
    records = {path.name for path in (ROOT / "docs" / "decisions").glob("[0-9]*.md")}

    assert set(LINK.findall(PAGES["docs/decisions/README.md"])) == records
