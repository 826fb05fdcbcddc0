"""Files as people really have them: the good rows go in, each bad one is named, nothing breaks."""

import pytest

from loopline.core.problems import Invalid
from loopline.platform.identity.actor import Actor
from loopline.platform.imports.running import run
from loopline.slices.customers.models import Account
from loopline.slices.feedback.models import Feedback

pytestmark = pytest.mark.django_db
ACTOR = Actor.system("Import")


@pytest.fixture
def take(tmp_path, now):
    def go(data, name="f.csv", kind="feedback-csv", **more):
        file = tmp_path / name
        file.write_bytes(data if isinstance(data, bytes) else data.encode())
        return run(actor=ACTOR, kind_key=kind, path=file, now=now, **more)

    return go


@pytest.mark.parametrize("data", [
    "verbatim,account\nThe print is cut,Sundby",
    "\ufeffverbatim,account\nThe print is cut,Sundby",
    "verbatim;account\nThe print is cut;Sundby",
    "verbatim\taccount\r\nThe print is cut\tSundby\r\n",
    "verbatim,account\nThe print is cut,Sundby".encode("utf-16"),
    'Content,Company\n"The print\nis cut",Sundby',
    "verbatim,account\nKürzung für Größe,Sundby".encode("cp1252"),
])  # fmt: skip
def test_encodings_delimiters_and_names_are_found_out(take, data):
    assert take(data).created == 1
    assert Feedback.objects.get().account.name == "Sundby"


def test_bad_rows_are_named_and_the_rest_goes_in(take):
    rows = ["id,verbatim,contact_email,created", "1,Good one,a@b.example,2026-01-02", "2,,,", "3,Text,not-an-address,",
            "4,Text,,31/31/2026", f"5,{'x' * 250_000},,", "6,Good too,,1767225600"]  # fmt: skip
    got = take("\n".join(rows))
    assert got.created == 2
    assert [line for line, _ in got.bad] == [3, 4, 5, 6]
    assert all(reason.endswith(".") for _, reason in got.bad)


def test_a_cell_of_ten_megabytes_is_one_bad_row(take):
    got = take(f"id,verbatim\n1,fine\n2,{'y' * 10_000_000}\n3,fine too")
    assert (got.created, len(got.bad)) == (2, 1)


@pytest.mark.parametrize("data", ["", "\n\n", "a,b\n1,2", "{broken", b"\x00\x01\x02"])
def test_files_without_words_say_what_is_missing(take, data):
    with pytest.raises(Invalid) as wrong:
        take(data, name="f.json" if data == "{broken" else "f.csv")
    assert wrong.value.sentence.endswith(".") or "has:" in wrong.value.sentence


def test_formulas_are_kept_as_text_and_html_is_not_run(take, signed_in, cast):
    take('verbatim,title\n"=cmd|calc",<script>alert(1)</script>\n')
    page = signed_in(cast.bo).get(f"/feedback/{Feedback.objects.get().pk}").content.decode()
    assert "<script>alert" not in page


def test_rows_of_other_widths_and_repeated_headers_go_in(take):
    assert take("verbatim,Labels,Labels\nOne,a\nTwo,a,b,c,d\n").created == 2


def test_accounts_from_a_crm_are_found_again(take):
    rows = "Record ID,Company name,Company Domain Name,Lifecycle Stage,MRR\n7,Tarn Valley,https://www.tarn.example/,customer,1000\n"
    assert take(rows, kind="hubspot").created == 1
    again = take(rows, kind="hubspot")
    assert (again.created, again.same) == (0, 1)
    assert Account.objects.get().arr == 12_000


def test_nothing_is_written_by_a_dry_run(take):
    got = take("verbatim\nOne\nTwo\n", dry_run=True)
    assert (got.created, Feedback.objects.count()) == (2, 0)


def test_a_newer_file_does_not_double_the_same_words(take):
    take("verbatim\nThe print is cut\n")
    assert take("verbatim\nThe print is cut\nAnother\n").created == 1
