"""What ``_toc.yml`` lists: which years are public, and which folders of the book each of them is part of."""

import pytest
import yaml

from ncthelpers.publish import toc
from ncthelpers.years import ContractYear


def _listed(root, *chapters):
    parts = [{"caption": "A part", "chapters": [{"file": file} for file in chapters]}]
    (root / "_toc.yml").write_text(yaml.safe_dump({"format": "jb-book", "root": "index", "parts": parts}), "utf-8")
    return root


def test_pages_are_listed_in_the_order_of_the_list_however_their_entries_are_written(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        'root: index\nparts:\n- chapters:\n  - title: Summary\n    file: "2021-22/00_summary"\n    sections:\n'
        "    - file: 2021-22/01_purpose\n- chapters:\n  - url: https://example.org\n  - file: about/method\n",
        "utf-8",
    )
    assert toc.pages_listed(tmp_path) == ["2021-22/00_summary", "2021-22/01_purpose", "about/method"]


def test_the_public_years_are_those_that_the_list_names_in_its_order(tmp_path):
    _listed(tmp_path, "2022-23/00_summary", "2022-23/01_purpose", "2021-22/00_summary", "comparison/01", "about/method")
    assert toc.public_years(tmp_path) == [ContractYear("2022-23"), ContractYear("2021-22")]


def test_a_year_that_is_commented_out_is_not_public(tmp_path):
    (tmp_path / "_toc.yml").write_text(
        "root: index\nparts:\n - chapters:\n    # - file: 2022-23/00_summary\n    - file: 2021-22/00_summary\n", "utf-8"
    )
    assert toc.public_years(tmp_path) == [ContractYear("2021-22")]


def test_a_missing_list_is_said_to_be_missing(tmp_path):
    with pytest.raises(ValueError, match="_toc.yml is missing"):
        toc.public_years(tmp_path)


@pytest.mark.parametrize("content", [b"parts: [\n", b"# caf\xe9\nroot: index\n"], ids=["not YAML", "not UTF-8"])
def test_a_list_that_cannot_be_read_says_so(tmp_path, content):
    (tmp_path / "_toc.yml").write_bytes(content)
    with pytest.raises(ValueError, match="_toc.yml cannot be read"):
        toc.pages_listed(tmp_path)


@pytest.mark.parametrize(
    ("folder", "said"),
    [
        ("2021-23", "contract year"),
        ("draft", "contract year"),
        ("../2021-22", "_toc.yml lists '../2021-22/00_summary', which is not"),
    ],
)
def test_a_folder_that_is_no_contract_year_is_refused(tmp_path, folder, said):
    _listed(tmp_path, f"{folder}/00_summary")
    with pytest.raises(ValueError, match=said):
        toc.public_years(tmp_path)


@pytest.mark.parametrize("text", ["root: index\n", "", "- a\n"])
def test_a_list_without_a_year_says_so(tmp_path, text):
    (tmp_path / "_toc.yml").write_text(text, "utf-8")
    with pytest.raises(ValueError, match="lists no page of a contract year"):
        toc.public_years(tmp_path)


def test_a_year_is_part_of_its_own_folder_of_the_comparison_and_of_the_pages_around(tmp_path):
    _listed(tmp_path, "2022-23/00_summary", "2021-22/00_summary", "comparison/01_measures")
    public = ("2022-23", "2021-22")
    assert toc.folders(tmp_path, [ContractYear("2021-22")]) == {
        "2021-22": ("2021-22",), "comparison": public, "about": public,
    }  # fmt: skip
    assert list(toc.folders(tmp_path, toc.public_years(tmp_path))) == ["2022-23", "2021-22", "comparison", "about"]
    assert toc.folders(tmp_path, []) == {"comparison": public, "about": public}


def test_a_year_that_is_not_public_has_a_folder_and_goes_into_no_other(tmp_path):
    _listed(tmp_path, "2021-22/00_summary")
    assert toc.folders(tmp_path, [ContractYear("2022-23")]) == {"2022-23": ("2022-23",), "about": ("2021-22",)}


# This repository's


def test_the_list_names_every_page_of_the_book_once_and_no_other(repository):
    files = ["index", *toc.pages_listed(repository)]
    there = [path.relative_to(repository / "book").with_suffix("").as_posix()
             for path in (repository / "book").rglob("*") if path.suffix in {".md", ".ipynb"}]  # fmt: skip
    # a run under way stages its pages in a hidden folder
    assert sorted(files) == sorted(page for page in there if not page.startswith("."))


def test_the_years_are_listed_newest_first(repository):
    years = toc.public_years(repository)
    assert years
    assert years == sorted(years, reverse=True)
