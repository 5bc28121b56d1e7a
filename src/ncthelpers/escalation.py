"""The contract's stages of escalation as a state machine: what may follow what, whose clock runs and what is overdue.

Both sides of the contract are judged by the same machine: KPIs of the trust, KPIs of the councils' support services and
the Dependencies. The periods that trigger a state and the length of each stage are data of the contract; where one of
them is not published there is no state, no clock and no overdue move.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from types import MappingProxyType
from typing import Any

import pandas as pd

from ncthelpers.rows import records_by_row
from ncthelpers.workingdays import Holidays, due, working_days
from ncthelpers.years import year_of

__all__ = [
    "MEASURED", "MOVES", "OPEN", "STAGES", "SUBJECTS", "SUPPORT_KPI", "TRIGGERS", "TRUST_KPI", "Measured", "Mechanism",
    "Stage", "Trigger", "escalation_register", "escalation_terms", "histories", "history_faults", "measured",
    "measured_states", "mechanism", "reason_not_computed", "subject_names", "unfounded_reliefs", "unmeasured",
]  # fmt: skip

_TARGET, _TOLERANCE = "within target", "within tolerance"
_ISSUE, _FAILURE = "performance issue", "performance failure"
_INFORMAL, _FORMAL, _PLAN = "informal stage", "formal stage", "rectification plan"
_RELIEF, _CLOSED = "relief", "closed"

# States that enough periods in a row bring about, and stages that a clock limits; each in the order of the contract.
TRIGGERS, STAGES = (_ISSUE, _FAILURE), (_INFORMAL, _FORMAL, _PLAN)

# States of a case that goes on: what came back within target or tolerance is judged by its ratings again.
OPEN = (*TRIGGERS, *STAGES, _RELIEF)

# Where a case may go next. Every history begins as if it had been closed; relief goes back to what it paused, or is closed.
MOVES: Mapping[str, tuple[str, ...]] = MappingProxyType({
    _CLOSED: (_TARGET, _TOLERANCE, _ISSUE),
    _TARGET: (_TOLERANCE, _ISSUE, _CLOSED),
    _TOLERANCE: (_TARGET, _ISSUE, _CLOSED),
    _ISSUE: (_TARGET, _TOLERANCE, _FAILURE, _RELIEF, _CLOSED),
    _FAILURE: (_INFORMAL, _RELIEF, _CLOSED),
    _INFORMAL: (_FORMAL, _RELIEF, _CLOSED),
    _FORMAL: (_PLAN, _RELIEF, _CLOSED),
    _PLAN: (_RELIEF, _CLOSED),
})  # fmt: skip

# What is judged, and the table and column that say what there is of it. Relief is the trust's alone.
TRUST_KPI, SUPPORT_KPI, _DEPENDENCY = "trust KPI", "support-service KPI", "Dependency"
SUBJECTS: Mapping[str, tuple[str, str]] = MappingProxyType({
    TRUST_KPI: ("kpis", "kpi"), SUPPORT_KPI: ("support_service_kpis", "kpi"), _DEPENDENCY: ("dependencies", "dependency"),
})  # fmt: skip

# Evidence of a state that the ratings bring about and no case has been opened for.
MEASURED = "measured; no move is recorded"

_OF_RATING = {"green": _TARGET, "amber": _TOLERANCE}
_RATED = ("green", "amber", "red")
_PERIODS, _WORKING_DAYS = "periods in a row rated red", "working days until it must have ended"
_REGISTER = [
    "judged", "subject", "name", "state", "since", "owner", "due", "overdue", "days_paused", "dependency", "evidence", "source",
]  # fmt: skip


@dataclass(frozen=True)
class Trigger:
    """How many periods in a row, rated red, bring about a state.

    Parameters
    ----------
    state : str
        One of :data:`TRIGGERS`.
    periods : int or None
        Periods; none where the number is not published.
    basis : str
        ``published``, ``assumed``, ``not published`` or ``not named in the source``.
    source : str or None
        What says so; none only where no source names it.
    """

    state: str
    periods: int | None
    basis: str
    source: str | None


@dataclass(frozen=True)
class Stage:
    """How many working days a stage may last.

    Parameters
    ----------
    stage : str
        One of :data:`STAGES`.
    working_days : int or None
        Working days until it must have ended; none where the number is not published.
    basis : str
        ``published``, ``assumed``, ``not published`` or ``not named in the source``.
    source : str or None
        What says so; none only where no source names it.
    """

    stage: str
    working_days: int | None
    basis: str
    source: str | None


@dataclass(frozen=True)
class Mechanism:
    """The triggers and stages of a contract, as far as they are known.

    Parameters
    ----------
    triggers : tuple of Trigger
        Those that the contract's data names.
    stages : tuple of Stage
        The same of the stages.
    """

    triggers: tuple[Trigger, ...] = ()
    stages: tuple[Stage, ...] = ()

    def periods(self, state: str) -> int | None:
        """Periods in a row that bring about a state; none where that is not known."""
        return next((one.periods for one in self.triggers if one.state == state), None)

    def working_days(self, stage: str) -> int | None:
        """Working days until a stage must have ended; none where that is not known, and for what is no stage."""
        return next((one.working_days for one in self.stages if one.stage == stage), None)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Triggers and stages whose length is not known."""
        triggers = (state for state in TRIGGERS if self.periods(state) is None)
        return (*triggers, *(stage for stage in STAGES if self.working_days(stage) is None))

    @property
    def is_complete(self) -> bool:
        """Whether the length of every trigger and every stage is known."""
        return not self.unknown


@dataclass(frozen=True)
class Measured:
    """The state that the ratings of a KPI's periods have brought about by the last of them.

    Parameters
    ----------
    state : str or None
        As of :func:`measured_states`.
    since : date
        Last day of the first period that it holds in without a break.
    source : str
        Sources of the periods that follow each other to the last with its rating.
    """

    state: str | None
    since: date
    source: str


def mechanism(contract: Mapping[str, Any]) -> Mechanism:
    """The triggers and stages that ``contract.yml`` of a year gives; none where it has no ``escalation``.

    Parameters
    ----------
    contract : Mapping
        ``contract.yml`` without a fault.

    Examples
    --------
    >>> given = {"escalation": {"triggers": [{"state": "performance issue", "basis": "not published", "source": "report:2/1"}],
    ...                         "stages": []}}
    >>> mechanism(given).triggers
    (Trigger(state='performance issue', periods=None, basis='not published', source='report:2/1'),)
    >>> mechanism({}).is_complete
    False
    """
    said = contract.get("escalation", {})
    return Mechanism(
        tuple(
            Trigger(one["state"], one.get("periods"), one["basis"], one.get("source"))
            for one in said.get("triggers", ())
        ),
        tuple(
            Stage(one["stage"], one.get("working_days"), one["basis"], one.get("source"))
            for one in said.get("stages", ())
        ),
    )


def reason_not_computed(mechanism: Mechanism) -> str:
    """Why no state, clock or overdue move can be computed; empty where the mechanism is complete.

    Examples
    --------
    >>> reason_not_computed(Mechanism()).partition(":")[0]
    'the trigger or the length is not published of'
    """
    if mechanism.is_complete:
        return ""
    unknown = ", ".join(mechanism.unknown)
    return f"the trigger or the length is not published of: {unknown}; so no state, clock or overdue move is computed"


def escalation_terms(mechanism: Mechanism) -> pd.DataFrame:
    """The triggers and stages of escalation with their lengths, as far as they are published.

    Parameters
    ----------
    mechanism : Mechanism
        As the contract's data gives it.

    Returns
    -------
    DataFrame
        ``step, length, unit, basis, source``, triggers before stages; ``length`` and the ``unit`` it is counted in are none
        where they are not published, ``source`` where none names the step.

    Examples
    --------
    >>> of = Mechanism((Trigger("performance issue", 2, "assumed", "report:2/1"),))
    >>> escalation_terms(of).values.tolist()
    [['performance issue', 2, 'periods in a row rated red', 'assumed', 'report:2/1']]
    """
    rows = [(one.state, one.periods, one.periods and _PERIODS, one.basis, one.source) for one in mechanism.triggers]
    rows += [
        (one.stage, one.working_days, one.working_days and _WORKING_DAYS, one.basis, one.source)
        for one in mechanism.stages
    ]
    return pd.DataFrame(rows, columns=["step", "length", "unit", "basis", "source"], dtype=object)


def measured_states(ratings: Iterable[str], mechanism: Mechanism) -> list[str | None]:
    """The state that each period's rating, with those before it, brings about.

    Parameters
    ----------
    ratings : iterable of str
        A rating a period in order of time, as :func:`ncthelpers.kpis.rating` gives it.
    mechanism : Mechanism
        Of it, how many periods in a row bring about a performance issue and a performance failure.

    Returns
    -------
    list of str or None
        ``within target`` for green, ``within tolerance`` for amber; for red ``performance issue`` or ``performance
        failure`` from the period on that completes the run which triggers it. None for a red period of a shorter run,
        which the contract has no word for, and for one that was not rated: that also ends a run, for nobody can say
        that it was red. None throughout where a trigger is not known.

    Examples
    --------
    >>> of = Mechanism((Trigger("performance issue", 2, "assumed", ""), Trigger("performance failure", 3, "assumed", "")))
    >>> measured_states(["amber", "red", "red", "red", "not rated", "red"], of)
    ['within tolerance', None, 'performance issue', 'performance failure', None, None]
    """
    ratings = list(ratings)
    issue, failure = (mechanism.periods(state) for state in TRIGGERS)
    if issue is None or failure is None:
        return [None] * len(ratings)
    states, run = [], 0
    for rating in ratings:
        run = run + 1 if rating == "red" else 0
        states.append(_FAILURE if run >= failure else _ISSUE if run >= issue else _OF_RATING.get(rating))
    return states


def measured(periods: Sequence[tuple[date, str, str | None]], mechanism: Mechanism) -> Measured:
    """The state that the periods of a KPI have brought about by the last of them, and since when.

    Parameters
    ----------
    periods : sequence of (date, str, str or None)
        Last day, rating and source of each period, one at least, in order of time.
    mechanism : Mechanism
        Of it, how many periods in a row bring about a performance issue and a performance failure.

    Examples
    --------
    >>> of = Mechanism((Trigger("performance issue", 2, "assumed", ""), Trigger("performance failure", 3, "assumed", "")))
    >>> red = [(date(2032, month, 1), "red", f"report:2/{month}") for month in (1, 2)]
    >>> measured([(date(2031, 12, 1), "green", "report:2/3"), *red], of)
    Measured(state='performance issue', since=datetime.date(2032, 2, 1), source='report:2/1 report:2/2')
    """
    *_, (_, last, _) = periods
    states = measured_states((rating for _, rating, _ in periods), mechanism)
    held = list(zip(periods, states, strict=True))
    run = list(takewhile(lambda one: one[0][1] == last, reversed(held)))[::-1]
    since = next(ended for (ended, *_), state in run if state == states[-1])
    return Measured(states[-1], since, _listed(source for (*_, source), _ in run))


def subject_names(tables: Mapping[str, pd.DataFrame]) -> dict[str, dict[str, str]]:
    """By what is judged, the names of all there is of it by their references.

    Parameters
    ----------
    tables : Mapping of str to DataFrame
        Entered tables by name: ``kpis, support_service_kpis, dependencies``, each with ``name`` and its key.

    Returns
    -------
    dict of str to dict
        Of the tables that there are.

    Examples
    --------
    >>> subject_names({"dependencies": pd.DataFrame(dict(dependency=[1], name=["Offices"]))})
    {'Dependency': {'1': 'Offices'}}
    """
    return {
        judged: dict(zip(map(str, tables[table][key]), tables[table]["name"], strict=True))
        for judged, (table, key) in SUBJECTS.items()
        if table in tables
    }


def histories(escalations: pd.DataFrame) -> dict[tuple[str, str], dict[int, dict[str, Any]]]:
    """The moves of each subject in order of time, those of one day in the order entered; each by its row.

    Parameters
    ----------
    escalations : DataFrame
        Columns ``judged, subject, on`` and the rest of a move.

    Returns
    -------
    dict
        By what is judged and which, the earliest first.

    Examples
    --------
    >>> moves = pd.DataFrame(dict(judged="trust KPI", subject="A", on=[date(2032, 5, 1), date(2032, 4, 1)]), index=[2, 3])
    >>> [list(history) for history in histories(moves).values()]
    [[3, 2]]
    """
    found: dict[tuple[str, str], dict[int, dict[str, Any]]] = {}
    for row, move in sorted(records_by_row(escalations).items(), key=lambda item: item[1]["on"]):
        found.setdefault((move["judged"], move["subject"]), {})[row] = move
    return found


def _move_faults(state: str, paused: str, move: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What is wrong with a move from a state, by column; ``paused`` is the state before that, which relief stopped."""
    allowed = dict.fromkeys((paused, _CLOSED)) if state == _RELIEF else MOVES[state]
    relief, dependency = move["state"] == _RELIEF, move["dependency"]
    if move["state"] not in allowed:
        before = "begin a case, which begins with" if state == _CLOSED else f"follow {state}, from which a case goes to"
        yield "state", f"cannot {before} {' or '.join(allowed)}"
    if relief and move["judged"] != TRUST_KPI:
        yield "state", "is given to the trust alone, when a council has failed a Dependency"
    elif relief and dependency is None:
        yield "dependency", "is empty, though relief rests on the Dependency that failed"
    if not relief and dependency is not None:
        yield "dependency", "is named, though only relief rests on a Dependency"


def history_faults(history: Mapping[int, Mapping[str, Any]]) -> list[tuple[int, str, str]]:
    """What makes a history impossible: every move that nothing allows.

    Parameters
    ----------
    history : Mapping of int to Mapping
        Moves of one subject in order of time, each with ``judged, state, dependency``, by their rows.

    Returns
    -------
    list of (int, str, str)
        Row, column and the rule broken; none where the history is possible.

    Notes
    -----
    Rule: a rectification plan follows a formal stage that did not resolve a performance failure (annual report, section
    11); a failed Dependency gives the trust relief (section 3). That relief stops a clock and goes back to the stage that
    it paused is assumed.

    Examples
    --------
    >>> moves = [dict(judged="trust KPI", state=state, dependency=None) for state in ("performance issue", "rectification plan")]
    >>> [(row, column) for row, column, _ in history_faults(dict(enumerate(moves)))]
    [(1, 'state')]
    """
    faults, state, paused = [], _CLOSED, _CLOSED
    for row, move in history.items():
        faults += [(row, column, rule) for column, rule in _move_faults(state, paused, move)]
        paused, state = state, move["state"]
    return faults


def unfounded_reliefs(
    histories: Mapping[tuple[str, str], Mapping[int, Mapping[str, Any]]],
) -> list[tuple[int, str, str]]:
    """Reliefs that rest on a Dependency of which no case was open.

    Parameters
    ----------
    histories : Mapping
        As of :func:`histories`.

    Returns
    -------
    list of (int, str, str)
        Row, column and the rule broken. A Dependency that has no history is not spoken of.

    Notes
    -----
    Rule: a council's failed Dependency gives the trust relief (annual report, section 3). That its case must be open on the
    day of relief is assumed.

    Examples
    --------
    >>> issue = dict(on=date(2032, 5, 1), state="performance issue", dependency=None)
    >>> relief = dict(on=date(2032, 4, 30), state="relief", dependency=4)
    >>> unfounded_reliefs({("Dependency", "4"): {2: issue}, ("trust KPI", "A"): {3: relief}})[0][:2]
    (3, 'dependency')
    """
    faults = []
    moves = {row: move for history in histories.values() for row, move in history.items()}
    for row, relief in ((row, move) for row, move in moves.items() if move["state"] == _RELIEF):
        history = histories.get((_DEPENDENCY, str(relief["dependency"])), {})
        before = [move["state"] for move in history.values() if move["on"] <= relief["on"]]
        if history and (before or [_CLOSED])[-1] not in OPEN:
            faults.append((row, "dependency", "has no open case on the day of the relief that rests on it"))
    return faults


def unmeasured(
    history: Mapping[int, Mapping[str, Any]], periods: Sequence[tuple[date, str]], mechanism: Mechanism
) -> list[tuple[int, str, str]]:
    """Performance issues and failures of a history that the ratings of its periods do not bear out.

    Parameters
    ----------
    history : Mapping of int to Mapping
        Moves of one subject in order of time, each with ``on, state``, by their rows.
    periods : sequence of (date, str)
        Last day and rating of each of its periods, in order of time.
    mechanism : Mechanism
        Of it, how many periods in a row bring about a performance issue and a performance failure.

    Returns
    -------
    list of (int, str, str)
        Row, column and the rule broken. A move is held against the periods that ended since the subject was last closed
        and by the day of the move; where fewer of them are rated than the trigger needs, nothing can be said against it.

    Examples
    --------
    >>> of = Mechanism((Trigger("performance issue", 1, "assumed", ""), Trigger("performance failure", 2, "assumed", "")))
    >>> history = {2: dict(on=date(2032, 6, 10), state="performance failure")}
    >>> unmeasured(history, [(date(2032, 4, 30), "green"), (date(2032, 5, 31), "red")], of)[0][:2]
    (2, 'state')
    >>> unmeasured(history, [(date(2032, 5, 31), "red")], of)
    []
    """
    faults, closed = [], date.min
    states = measured_states((rating for _, rating in periods), mechanism)
    for row, move in history.items():
        needed = mechanism.periods(move["state"])
        if move["state"] == _CLOSED:
            closed = move["on"]
        elif needed is not None:
            by_then = [place for place, (ended, _) in enumerate(periods) if closed < ended <= move["on"]]
            rated = sum(periods[place][1] in _RATED for place in by_then)
            enough = TRIGGERS[TRIGGERS.index(move["state"]) :]  # a failure is an issue too
            if rated >= needed and not any(states[place] in enough for place in by_then):
                none = "no period was red" if needed == 1 else f"no {needed} periods in a row were red"
                faults.append((row, "state", f"is an impossible history: by then {none}"))
    return faults


def _cases(history: Iterable[Mapping[str, Any]]) -> list[list[Mapping[str, Any]]]:
    """The moves of a subject case by case: each ends with the move that closed it, but the last may go on."""
    cases: list[list[Mapping[str, Any]]] = []
    for move in history:
        if not cases or cases[-1][-1]["state"] == _CLOSED:
            cases.append([])
        cases[-1].append(move)
    return cases


def _stage(case: Iterable[Mapping[str, Any]], as_of: date) -> tuple[str, date, list[tuple[Mapping[str, Any], date]]]:
    """What a case is in, or relief has paused; since when; and each relief since then with the day until which it was."""
    state, since = _CLOSED, date.min
    reliefs: list[tuple[Mapping[str, Any], date]] = []
    for move in case:
        reliefs = [(relief, min(end, move["on"])) for relief, end in reliefs]
        if move["state"] == _RELIEF:
            reliefs.append((move, as_of))
        elif move["state"] != state:  # coming out of relief it is in the same stage as before, and its clock goes on
            state, since, reliefs = move["state"], move["on"], []
    return state, since, reliefs


def _listed(sources: Iterable[str | None]) -> str:
    """What several rows cite, each once."""
    return " ".join(dict.fromkeys(" ".join(filter(None, sources)).split()))


def _registered(
    case: Sequence[Mapping[str, Any]], mechanism: Mechanism, holidays: Holidays, as_of: date
) -> dict[str, Any]:
    """The row of a case in the register."""
    last, (stage, since, reliefs) = case[-1], _stage(case, as_of)
    in_relief, length = last["state"] == _RELIEF, mechanism.working_days(stage)
    days = [working_days(relief["on"], end, holidays) for relief, end in reliefs]
    ended = sum(days[:-1] if in_relief else days)
    end = None if length is None else due(since, length + ended, holidays)
    stopped = last["on"] if in_relief else as_of
    overdue = None if end is None else "yes" if stopped > end else "no"
    if last["state"] == _CLOSED:  # then it is of the stage that this ended
        overdue = _registered(case[:-1], mechanism, holidays, last["on"])["overdue"]
    return {
        **last, "since": last["on"] if in_relief else since,
        "due": None if in_relief else end,
        "overdue": overdue,
        "days_paused": sum(days),
        "dependency": reliefs[-1][0]["dependency"] if reliefs else None,
        "source": _listed(move["source"] for move in case),
    }  # fmt: skip


def escalation_register(
    escalations: pd.DataFrame,
    names: Mapping[str, Mapping[str, Any]],
    mechanism: Mechanism,
    holidays: Holidays,
    as_of: date,
    measured: Mapping[tuple[str, str], Measured] = MappingProxyType({}),
) -> pd.DataFrame:
    """What is escalated at the end of the year or recovered or was closed in it: its state, who owns it and whether it is overdue.

    Parameters
    ----------
    escalations : DataFrame
        Columns ``judged, subject, on, state, owner, evidence, dependency, source``, a possible history of each subject.
    names : Mapping of str to Mapping
        As of :func:`subject_names`.
    mechanism : Mechanism
        The length of each stage.
    holidays : Holidays
        Bank holidays from the first move to the last day due.
    as_of : date
        The last day of the contract year; later moves are left out.
    measured : Mapping, optional
        By what is judged and which, the state that its periods have brought about by that day.

    Returns
    -------
    DataFrame
        ``judged, subject, name, state, since, owner, due, overdue, days_paused, dependency, evidence, source``: a row for
        each case that is open, or that was closed or came back within target or tolerance in the year; then one for each
        performance issue or failure that is measured while no case of it is open, which has no owner. ``since`` the day it
        came into the state;
        ``due`` the day by which the stage must have ended, none for a state without a clock and while relief stops it;
        ``overdue`` yes or no as of that day, or of a closed case as of the day that its last stage ended, none without a
        clock; ``days_paused`` working days in relief
        since it came into the stage, which the day due allows for, and ``dependency`` what last gave relief in it.
        ``owner`` and ``evidence`` are those of the last move. No row where the mechanism is not complete.

    Raises
    ------
    ValueError
        If a clock runs on a day that the bank holidays do not cover.

    Notes
    -----
    Rule: the day of the move is day 0 of its stage; a stage is overdue from the day after it must have ended. Relief stops
    the clock from the day after it is given, up to and with the day on which the stage goes on.

    Examples
    --------
    >>> of = Mechanism((Trigger("performance issue", 1, "assumed", ""), Trigger("performance failure", 2, "assumed", "")),
    ...                tuple(Stage(stage, 5, "assumed", "") for stage in STAGES))
    >>> moves = pd.DataFrame([("trust KPI", "A", date(2032, 3, 22), state, "AIT", "a letter", None, "report:2/1") for state in
    ...                       ("performance issue", "performance failure", "informal stage")],
    ...     columns=["judged", "subject", "on", "state", "owner", "evidence", "dependency", "source"], dtype=object)
    >>> holidays = Holidays(frozenset({date(2032, 3, 26)}), date(2032, 1, 1), date(2032, 12, 31))
    >>> register = escalation_register(moves, {"trust KPI": {"A": "Referrals"}}, of, holidays, date(2032, 3, 31))
    >>> register[["name", "state", "due", "overdue"]].values.tolist()
    [['Referrals', 'informal stage', datetime.date(2032, 3, 30), 'yes']]
    """
    rows = []
    for history in histories(escalations).values() if mechanism.is_complete else ():
        for case in _cases(move for move in history.values() if move["on"] <= as_of):
            if case[-1]["state"] in OPEN or case[-1]["on"] >= year_of(as_of).start:
                rows.append(_registered(case, mechanism, holidays, as_of))
    cases = {(row["judged"], row["subject"]) for row in rows if row["state"] in OPEN}
    rows += [
        {"judged": judged, "subject": subject, "state": found.state, "since": found.since, "days_paused": 0,
         "evidence": MEASURED, "source": found.source}
        for (judged, subject), found in measured.items()
        if mechanism.is_complete and found.state in TRIGGERS and (judged, subject) not in cases
    ]  # fmt: skip
    rows = [{**dict.fromkeys(_REGISTER), **row, "name": names[row["judged"]][row["subject"]]} for row in rows]
    return pd.DataFrame(rows, columns=_REGISTER, dtype=object)
