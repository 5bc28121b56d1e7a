"""The prediction of one year by cs-demand-model and by ``ncthelpers``, from the same files to the same numbers.

    PYTHON benchmarks/returns/demand_model.py theirs|ours FOLDER

Run by a Python that has the one or the other; it prints JSON: seconds without start-up, and each state's children on
each day. The folder is the sample of cs-demand-model: ``2017-episodes.csv``, ``2017-header.csv`` and so on.
"""

import json
import logging
import sys
import time
import warnings
from pathlib import Path

DAYS = 365
REFERENCE_MONTHS = 6  # what its command takes where nothing is said


def theirs(folder):
    """Its own classes, used as its own command uses them."""
    from cs_demand_model import Config, DemandModellingDataContainer, ModelPredictor, PopulationStats, fs_datastore
    from dateutil.relativedelta import relativedelta

    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)  # it says of each empty file of its sample that it is empty
    began = time.perf_counter()
    config = Config()
    records = DemandModellingDataContainer(fs_datastore(folder), config)
    stats = PopulationStats(records.enriched_view, config)
    last = records.end_date
    found = ModelPredictor.from_model(stats, last - relativedelta(months=REFERENCE_MONTHS), last).predict(DAYS)
    seconds = time.perf_counter() - began
    names = {"BIRTH_TO_ONE": "under 1", "ONE_TO_FIVE": "1 to 4", "FIVE_TO_TEN": "5 to 9", "TEN_TO_SIXTEEN": "10 to 15"}
    children = {
        f"{names.get(age, '16 and over')}, {placement.lower()}": found[age, placement].tolist()
        for age, placement in found.columns
        if placement != "NOT_IN_CARE"
    }
    return {"seconds": seconds, "children": children}


def ours(folder):
    """The same by ``ncthelpers``: by its definitions for the comparison, and by our own."""
    import polars as pl

    from ncthelpers.returns.clocks import months_later
    from ncthelpers.returns.transitions import flows, predicted

    found, all_seconds = {}, {}
    for name, as_demand_model in (("as_demand_model", True), ("own_definitions", False)):
        began = time.perf_counter()
        records = sample(folder)
        last = records.last("episodes")
        first = pl.select(months_later(pl.lit(last), -REFERENCE_MONTHS)).item()
        coming = predicted(flows(records, first, last, as_demand_model=as_demand_model), DAYS)
        all_seconds[name] = time.perf_counter() - began
        found[name] = {
            f"{age}, {placement}": rows["children"].to_list()
            for (age, placement), rows in coming.group_by("age", "placement", maintain_order=True)
        }
    return {"seconds": all_seconds["own_definitions"], "all_seconds": all_seconds, "children": found["as_demand_model"],
            "children_by_own_definitions": found["own_definitions"]}  # fmt: skip


def sample(folder):
    """The sample's years as records, put together as cs-demand-model does: of two versions of an episode the later."""
    import polars as pl

    from ncthelpers.returns.records import TABLES, Cover, Records, empty

    def read(module, **columns):
        parts = [
            pl.read_csv(path, columns=list(columns), infer_schema=False)
            for path in sorted(Path(folder).glob(f"*-{module}.csv"))
        ]
        found = pl.concat(parts).rename(columns)
        return found.with_columns(
            pl.col(c).str.to_date("%d/%m/%Y") for c in columns.values() if TABLES[tables[module]][c] == pl.Date
        )

    tables = {"header": "children", "episodes": "episodes"}
    children = read("header", CHILD="child", DOB="born").unique("child", keep="first", maintain_order=True)
    columns = {"CHILD": "child", "DECOM": "started", "DEC": "ended", "LS": "legal_status", "PLACE": "placement"}
    next_start = pl.col("started").shift(-1).over("child")
    episodes = (
        read("episodes", **columns).join(children, on="child", how="semi")
        .sort("child", "started", "ended", nulls_last=False, maintain_order=True)
        .unique(["child", "started"], keep="last", maintain_order=True)
        .unique(["child", "ended"], keep="first", maintain_order=True)
        .with_columns(ended=pl.when(pl.col("ended") <= next_start).then("ended").otherwise(pl.coalesce(next_start, "ended")))
    )  # fmt: skip
    days = pl.concat([episodes["started"], episodes["ended"]])
    found = {"episodes": episodes, "children": children}
    return Records(
        {name: pl.concat([empty(name), table], how="diagonal") for name, table in found.items()},
        dict.fromkeys(found, Cover(days.min(), days.max())),
    )


if __name__ == "__main__":
    print(json.dumps({"theirs": theirs, "ours": ours}[sys.argv[1]](sys.argv[2])))
