"""What several folders of tests share."""

import pytest


@pytest.fixture(scope="session")
def playing():
    """Playwright, started once: a process cannot hold two of it."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play
