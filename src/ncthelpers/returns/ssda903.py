"""The SSDA903 return of children looked after, from its text to tidy records."""

from collections.abc import Sequence
from datetime import date
from typing import cast

import polars as pl

from ncthelpers.faults import DataFaults, Fault
from ncthelpers.returns.cleaning import Ledger, consecutive, given, latest, seen, shaped, typed
from ncthelpers.returns.readers import Raw
from ncthelpers.returns.records import Cover, Records, empty

__all__ = ["tidy"]

RETURN = "ssda903"
NO_CHILD = "left out: no id of the child"
NO_START = "left out: no day on which the episode started"
FUTURE = "left out: it starts after the return's last day"
BACKWARDS = "left out: it ends before it starts"
SAME_START = "left out: another episode of the child starts on the same day and ends later"
ENDS_LATER = "changed: it ends after the return's last day, so it was open on that day"
OVERLAP = "changed: it was still running when the child's next episode started, so it ends on that day"
NO_END = "field empty: REC, for the episode has no end (DEC)"
NO_REASON = "kept: it ended (DEC) and no reason is given (REC)"
GONE = "left out: it was open at the end of its return's year, and the next return does not have it"
NO_HEADER = "kept: the child has no header"
OTHER_HEADER = "left out: the child has another header further down"
BORN_LATER = "field empty: DOB is after the return's last day"
OTHER_LEAVER = "left out: the care leaver stands further down once more"
OTHER_BIRTHDAY = "kept: DOB is not that of the header"
NOT_ADOPTED = "left out: no episode of the child ended by adoption"
OTHER_MATCH = "left out: the child stands further down once more"
FOSTERED_UNKNOWN = (
    "field empty: entered, for the foster carers adopted and the day the fostering began is not in the return"
)
ORDER_UNKNOWN = "field empty: ordered, for the episode that began with the placement order is not in the return"
OTHER_YEAR = "holds fewer than half of the days on which episodes ended: it looks like the return of another year"
_TELLING = 20  # ends of episodes from which on they tell the year: all of a return's own lie in it
_DIED, _ADOPTED = "E2", ["E11", "E12"]
_STARTED_CARE = "S"
_NEW_CARER = ["S", "P", "B"]  # a start; another placement and carer; the same with another legal status
_NEW_STATUS = ["S", "L", "B", "U"]  # those with which a legal status begins
_PLACEMENT_ORDER = "E1"
_ADOPTIVE = ["A3", "A4", "A5", "A6"]
_MATCH = {"year": pl.String, "row": pl.UInt32, "child": pl.String, "matched": pl.Date, "foster_carer": pl.Boolean}
_WITH_FOSTER_CARER = ["A3", "A5"]


def _next_of_child(column: str) -> pl.Expr:
    """What the child's next row says, in a frame sorted by child."""
    return pl.when(pl.col("child") == pl.col("child").shift(-1)).then(pl.col(column).shift(-1))


def _episodes_of_year(rows: pl.DataFrame, last: date, ledger: Ledger) -> pl.DataFrame:
    """The episodes of one return that started by its last day, one for each start, those that ended later open."""
    table = "episodes"
    why = (
        pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD))
        .when(pl.col("started").is_null()).then(pl.lit(NO_START))
        .when(pl.col("started") > last).then(pl.lit(FUTURE))
        .when(pl.col("ended") < pl.col("started")).then(pl.lit(BACKWARDS))
    )  # fmt: skip
    rows = ledger.leave_out(table, rows, why)
    unexplained = pl.col("ended").is_not_null() & pl.col("why_ended").is_null()
    ledger.note(table, NO_REASON, rows.filter(unexplained))
    unended = pl.col("ended").is_null() & pl.col("why_ended").is_not_null()
    rows = ledger.mend(table, rows, unended, NO_END, why_ended=None)
    rows = ledger.mend(table, rows, pl.col("ended") > last, ENDS_LATER, ended=None, why_ended=None)
    # One that lasted no day stands before that which follows it on the same day.
    brief = (pl.col("started") == pl.col("ended")).fill_null(False).alias("brief")
    rows = rows.with_columns(brief).sort("child", "started", "ended", nulls_last=True, maintain_order=True)
    return ledger.once(table, rows, ["child", "started", "brief"], SAME_START)


def _episodes(parts: Sequence[pl.DataFrame], ledger: Ledger) -> pl.DataFrame:
    """Episodes of all returns in the order of child and time, none of which overlaps the child's next."""
    table = "episodes"
    rows = latest(table, parts, ["child", "started", "brief"], ledger)
    gone = pl.col("ended").is_null() & (pl.col("part") < len(parts) - 1)
    rows = ledger.leave_out(table, rows, pl.when(gone).then(pl.lit(GONE)))
    rows = rows.sort("child", "started", "ended", nulls_last=True, maintain_order=True)
    follows = _next_of_child("started")
    running = pl.col("ended").is_null() | (pl.col("ended") > follows)
    return ledger.mend(table, rows, follows.is_not_null() & running, OVERLAP, ended=follows)


def _of_its_year(raw: Raw, episodes: pl.DataFrame) -> pl.DataFrame:
    """Refuses a return whose episodes are of another year: the files themselves do not say of which they are."""
    ends = episodes["ended"].drop_nulls()
    if ends.len() >= _TELLING and cast("float", ends.is_between(raw.year.start, raw.year.end).mean()) < 0.5:
        raise DataFaults([Fault(raw.place("episodes"), None, "DEC", str(raw.year), f"{OTHER_YEAR}{seen(ends)}")])
    return episodes


def _with_child(table: str, rows: pl.DataFrame, again: str, ledger: Ledger) -> pl.DataFrame:
    """Rows with a child, one for each."""
    rows = ledger.leave_out(table, rows, pl.when(pl.col("child").is_null()).then(pl.lit(NO_CHILD)))
    return ledger.once(table, rows, ["child"], again)


def _of_year(raw: Raw, ledger: Ledger) -> dict[str, pl.DataFrame]:
    """The modules of one return, each record once."""
    found = {name: typed(raw, name, ledger) for name in raw.tables}
    for name, again in (("header", OTHER_HEADER), ("oc3", OTHER_LEAVER), ("ad1", OTHER_MATCH)):
        if name in found:
            found[name] = _with_child(name, found[name], again, ledger)
    if "header" in found:
        found["header"] = ledger.mend("header", found["header"], pl.col("born") > raw.year.end, BORN_LATER, born=None)
    found["episodes"] = _episodes_of_year(_of_its_year(raw, found["episodes"]), raw.year.end, ledger)
    return found


def _care_leavers(rows: pl.DataFrame, children: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    rows = rows.join(children.select("child", header_born="born"), on="child", how="left", maintain_order="left")
    ledger.note("oc3", OTHER_BIRTHDAY, rows.filter(pl.col("born") != pl.col("header_born")))
    last = pl.col("accommodation").str.slice(-1)
    return rows.with_columns(
        pl.coalesce("born", "header_born").alias("born"), suitable=pl.when(last.is_in(["1", "2"])).then(last == "1")
    )


def _adoptions(episodes: pl.DataFrame, ad1: pl.DataFrame, ledger: Ledger) -> pl.DataFrame:
    """Children adopted by their last episode, and the days on the way there as far as the return holds them."""
    ends = episodes.filter(pl.col("why_ended").is_in(_ADOPTED)).group_by("child").agg(adopted=pl.col("ended").max())
    adoptive = pl.col("placement").is_in(_ADOPTIVE)
    was_adoptive = pl.when(pl.col("child") == pl.col("child").shift(1)).then(adoptive.shift(1))
    of_adopted = (
        episodes.join(ends, on="child", maintain_order="left")
        .filter(pl.col("ended") <= pl.col("adopted"))
        .with_columns(entered=pl.col("started").filter(pl.col("why_new") == _STARTED_CARE).max().over("child"))
        .with_columns(moved_in=adoptive & (pl.col("why_new").is_in(_NEW_CARER) | ~was_adoptive).fill_null(False))
        .filter(pl.col("entered").is_null() | (pl.col("started") >= pl.col("entered")))
    )
    ordered = pl.col("legal_status") == _PLACEMENT_ORDER
    fostered = pl.col("placement").str.starts_with("U")
    found = of_adopted.group_by("child", maintain_order=True).agg(
        pl.col("adopted", "entered").first(),
        placed=pl.col("started").filter("moved_in").last(),
        ordered=pl.col("started").filter(ordered).first(),
        ordered_by=pl.col("why_new").filter(ordered).first(),
        under_order=ordered.any(),
        with_foster_carer=pl.col("placement").is_in(_WITH_FOSTER_CARER).last(),
        fostered=pl.col("started").filter(fostered & pl.col("why_new").is_in(_NEW_CARER)).last(),
        from_fostering=fostered.filter(~adoptive).last(),
    )
    ledger.note("ad1", NOT_ADOPTED, ad1.join(found, on="child", how="anti"))
    by_foster_carer = pl.coalesce("foster_carer", "with_foster_carer").fill_null(False)
    found = found.join(ad1, on="child", how="left", maintain_order="left").with_columns(
        ordered=pl.when(pl.col("ordered_by").is_in(_NEW_STATUS)).then(pl.col("ordered")),
        fostered=pl.when(by_foster_carer & pl.col("from_fostering")).then(pl.col("fostered")),
    )
    ledger.note("adoptions", ORDER_UNKNOWN, found.filter(pl.col("under_order") & pl.col("ordered").is_null()))
    unknown = by_foster_carer & pl.col("fostered").is_null()
    return ledger.mend("adoptions", found, unknown & pl.col("entered").is_not_null(), FOSTERED_UNKNOWN, entered=None)


def tidy(*raws: Raw, ledger: Ledger | None = None) -> Records:
    """Children, episodes, care leavers and adoptions of SSDA903 returns of one year, or of years that follow on.

    Parameters
    ----------
    *raws : Raw
        What :func:`~ncthelpers.returns.readers.read` read, a year each.
    ledger : Ledger, optional
        Where to count: one's own also tells which records (:meth:`~ncthelpers.returns.cleaning.Ledger.detail`).

    Returns
    -------
    Records
        The tables that the returns give, each covering all their years. No episode overlaps the child's next. Records left out, fields emptied and days changed are counted by
        reason.

    Raises
    ------
    DataFaults
        If two returns are of one year, or most episodes of one ended in another year than it is said to be of.

    Notes
    -----
    The return's guidance: a new episode starts on the day the one before it ends; why it started (RNE) is S for a child
    who starts to be looked after, L for another legal status, P for another placement and carer, T for another placement
    with the same carer, B for L and P, U for L and T. E1 is a placement order, E11 and E12 are adoptions, E2 is a death.
    The second character of the code of accommodation says whether it is suitable (1) or not (2).

    Assumed: where two returns have a record, the later is right, and an episode that was open at the end of one and is
    not in the next was a mistake. An episode still running when the child's next starts ended on that day. The day of a
    placement order is that on which the episode under it began; moving in with adopters is the start of the adoptive
    placement (A3 to A6); the foster carers adopted where AD1 says so or, without it, where the placement was A3 or A5.
    Days before the first year are known only of episodes that were still running in it.
    """
    ledger = ledger or Ledger(RETURN)
    used = consecutive(raws)
    years = [(raw, _of_year(raw, ledger)) for raw in used]
    rows, whole = given("episodes", years, ledger)
    episodes = _episodes(rows, ledger)
    tables = {"episodes": shaped("episodes", episodes)}
    covers = dict.fromkeys(("episodes", "adoptions"), cast("Cover", whole))
    rows, cover = given("header", years, ledger)
    if cover:
        died = episodes.filter(pl.col("why_ended") == _DIED).group_by("child").agg(died=pl.col("ended").max())
        children = latest("header", rows, ["child"], ledger).join(died, on="child", how="left", maintain_order="left")
        ledger.note("episodes", NO_HEADER, episodes.join(children, on="child", how="anti"))
        tables["children"], covers["children"] = shaped("children", children), cover
    rows, cover = given("oc3", years, ledger)
    if cover:
        leavers = _care_leavers(pl.concat(rows), tables.get("children", empty("children")), ledger)
        tables["care_leavers"], covers["care_leavers"] = shaped("care_leavers", leavers), cover
    rows, cover = given("ad1", years, ledger)
    matches = latest("ad1", rows, ["child"], ledger) if cover else pl.DataFrame(schema=_MATCH)
    tables["adoptions"] = shaped("adoptions", _adoptions(episodes, matches, ledger))
    return Records(tables, covers, ledger.left_out())
