"""What a person does on Prefect's page: a backfill by the form, a refused record in red, its repair, Retry."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.installation import Installation, end
from tests.e2e.patience import until
from tests.e2e.prefect_runs import deployment_of, newest_runs, start_run, wait_for

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PATIENCE = 60_000  # milliseconds
SCREENSHOTS = os.environ.get("ML_CONNECTOR_TEST_SCREENSHOTS", "")  # a folder to renew the README's images in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not Path(CHROMIUM).exists() and not os.environ.get("CI"), reason="Chromium is not installed here"
    ),
]


@pytest.fixture
def page() -> Iterator[Page]:
    """Yields a page of headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(viewport={"width": 1400, "height": 1000})
        browser.close()


def test_a_person_previews_a_backfill_sees_a_refused_record_repairs_its_cause_and_retries(
    installation: Installation, page: Page
) -> None:
    it, ui = installation, installation.prefect_api.removesuffix("/api")
    it.seed(suppliers=24, invoices=60, flawed=2)  # an unknown account, and a supplier without an address
    it.apply()
    everything = it.start("up")
    try:
        preview = start_backfill(page, ui, it)
        wait_for(it, preview, "Completed")
        assert it.bill.bills == {}
        show(page, f"{ui}/runs/flow-run/{preview}")
        page.get_by_text("Artifacts", exact=True).click()
        expect(page.get_by_text("qad-bill-acme-preview").first).to_be_visible(timeout=PATIENCE)

        run = start_run(it)
        wait_for(it, run, "Failed")
        show(page, f"{ui}/runs/flow-run/{run}")
        picture(page, "run", settling=2_500)  # the graph
        page.get_by_text("Task Runs", exact=True).click()
        expect(page.get_by_text("create bills, page 1: 60 created, 2 held").first).to_be_visible(timeout=PATIENCE)
        refused = page.get_by_text("vendors 10S1025", exact=True).last
        expect(refused).to_be_visible(timeout=PATIENCE)
        refused.scroll_into_view_if_needed()
        picture(page, "refused", settling=500)
        page.get_by_text("Artifacts", exact=True).click()
        expect(page.get_by_text("qad-bill-acme-exceptions").first).to_be_visible(timeout=PATIENCE)

        it.qad.edit_supplier("10S1025", street1="12 Mill Lane", city="Toledo", zipCode="43604", countryCode="US")
        show(page, f"{ui}/runs/flow-run/{run}")
        page.get_by_role("button", name="Retry").first.click()
        page.get_by_role("button", name="Retry").last.click()  # in the dialog
        wait_for(it, run, "Completed")
        assert len(it.bill.bills) == 61  # the one that waits for an account still waits
        show(page, f"{ui}/runs/flow-run/{run}")
        expect(page.get_by_text("Completed").first).to_be_visible(timeout=PATIENCE)
        picture(page, "retried", settling=1_500)
    finally:
        end(everything)


def start_backfill(page: Page, ui: str, it: Installation) -> str:
    """Fills in the deployment's form (since, dry_run), submits it, and returns the flow run's id."""
    show(page, f"{ui}/deployments/deployment/{deployment_of(it)}/run")
    page.get_by_text("date-time", exact=True).first.click()
    page.get_by_text("Select date and time").first.click()
    page.locator("input[type=date]").fill((datetime.now(UTC) - timedelta(days=400)).date().isoformat())
    page.locator("input[type=time]").fill("00:00")
    page.get_by_role("button", name="Apply").click()
    page.locator("label[role=switch]").first.click()
    picture(page, "backfill", settling=300)
    page.get_by_role("button", name="Submit").click()
    until(lambda: asked_for(it))
    [run] = asked_for(it)
    assert run["parameters"]["since"], "the form's date did not arrive"
    return str(run["id"])


def asked_for(it: Installation) -> list[dict[str, Any]]:
    """Returns the previews that were asked for."""
    return [run for run in newest_runs(it) if run["parameters"].get("dry_run")]


def show(page: Page, address: str) -> None:
    """Opens a page and waits until it has what it shows."""
    page.goto(address)
    page.wait_for_load_state("networkidle")


def picture(page: Page, name: str, settling: float) -> None:
    """Takes a screenshot after so many milliseconds, if there is a folder for it."""
    if SCREENSHOTS:
        page.wait_for_timeout(settling)
        page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")
