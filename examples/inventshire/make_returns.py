"""Makes invented returns of the invented trust: records that give the counts of its KPIs in ``data/*/kpi_values.csv``.

Run ``python examples/inventshire/make_returns.py FOLDER``. For each contract year the folder, which must lie outside any
Git work tree, gets an SSDA903 return, a children in need census, a workforce return and local logs. Nobody in them was
ever born.

Each part starts from what is to be counted and works back to days. Nothing here counts an indicator or imports what
does, so that what ``ncthelpers returns`` counts is no echo of it.
"""

import argparse
from pathlib import Path

from invented_records import care, local, need
from invented_records.wanted import wanted

from ncthelpers.files import work_tree_of

SEED = 2024
ROOT = Path(__file__).resolve().parent
COUNT = (
    "python -m ncthelpers --root {root} returns cin {folder}/2024-25/cin.xml --year 2024-25 "
    "--earlier 2023-24={folder}/2023-24/cin.xml --out {folder}-counts"
)


def make(root: Path, folder: Path, seed: int = SEED) -> None:
    """Writes the returns of every year of a root, and of the years before that they look back to."""
    want = wanted(root, seed)
    for made, before in ((care.Care(want), 3), (need.Need(want), 1), (local.Local(want), 1)):
        for year in want.years(before):
            made.write(folder / f"{year}-{(year + 1) % 100:02}", year)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Make invented returns of the invented trust.")
    parser.add_argument("folder", type=Path, help="where to write them, outside any Git work tree")
    folder = parser.parse_args().folder
    if tree := work_tree_of(folder):
        parser.error(f"{folder} lies in {tree}, a Git work tree: records are kept elsewhere, even invented ones")
    make(ROOT, folder)
    years = ", ".join(sorted(year.name for year in folder.iterdir()))
    print(
        f"{folder}: wrote the returns and logs of {years}; README.md of {ROOT.name} says how to count them all, as in"
    )
    print(COUNT.format(root=ROOT, folder=folder))
