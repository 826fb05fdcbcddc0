"""The pages of imports say what is in a file in words, and show each column's first rows beside it."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

CSV = b"name,domain,what they pay\nTarn,tarn.example,1200\nLund,lund.example,x\n"


@pytest.fixture
def brought(signed_in, cast):
    """A file of accounts that waits for its columns: the page, and who looks at it."""
    browser = signed_in(cast.ada)
    sent = {"kind": "accounts-csv", "file": SimpleUploadedFile("crm.csv", CSV)}
    return browser.post("/imports", sent)["Location"], browser


def test_the_list_names_what_is_in_a_file_in_words(brought):
    _, browser = brought
    page = browser.get("/imports").content.decode()
    assert '<span class="sub">Accounts</span>' in page
    assert "accounts-csv</span>" not in page


def test_the_first_rows_stand_beside_the_column_they_are_of(brought):
    where, browser = brought
    page = browser.get(where).content.decode()
    assert page.count('class="pick-col"') == page.count('aria-label="Column of ')
    domain = page[page.index('aria-label="Column of Domain"') :]
    assert "tarn.example · lund.example" in domain[: domain.index("</td>")]
