"""The accessibility statement in the prescribed form: what is known and what was tested, and never more than that."""

from pathlib import Path

from ncthelpers.accessibility.publisher import Publisher, Trial
from ncthelpers.accessibility.rules import RULES
from ncthelpers.accessibility.scope import ALIKE, FIRST, LIGHTHOUSE_TARGETS, MODES, STANDARD, Mode, most_different
from ncthelpers.narrative import plain
from ncthelpers.wording import listed
from ncthelpers.years import in_words

__all__ = ["FULLY", "NOT", "NOT_GIVEN", "NO_SCREEN_READER", "PARTIALLY", "status", "statement", "why_not_fully"]

FULLY, PARTIALLY, NOT = "fully compliant", "partially compliant", "not compliant"
NOT_GIVEN = "**not given**"
NO_SCREEN_READER = "This website has not been tested with a screen reader."
_NO_PEOPLE = "It has not been tested by people who need such tools."
_NO_ASSESSMENT = "People have not yet held it against every requirement of the standard."
_OUR_VIEW = (
    "This status means that most of the requirements are met. Until people have held this website against all of them, that is our "
    "own view, from the tests that are named below; it has not been shown."
)
_TEXT = Path(__file__).with_name("statement.md")
_REGULATIONS = "the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018"
_HARDER = (
    "wide tables and charts scroll within a box of their own: on a small screen, and tables of many columns on any",
    "the Word and PDF files have been checked by machine only",
)


def why_not_fully(publisher: Publisher) -> tuple[str, ...]:
    """Each reason why the website is not said to meet every requirement, as a sentence; none where people have shown that it does.

    Parameters
    ----------
    publisher : Publisher
        What is known. That machines find nothing counts for nothing here.

    Examples
    --------
    >>> why_not_fully(Publisher())[0]
    'This website has not been tested with a screen reader.'
    """
    found = publisher.assessment
    return tuple(filter(None, (
        "" if publisher.screen_reader else NO_SCREEN_READER,
        "" if publisher.people else _NO_PEOPLE,
        _NO_ASSESSMENT if found is None else "" if found.meets == "all"
        else f"People who held it against the standard found that it meets {found.meets} of the requirements.",
        "It has the known faults that are listed below." if publisher.faults else "",
    )))  # fmt: skip


def status(publisher: Publisher) -> str:
    """The compliance status, by the three names that the law has for it.

    Parameters
    ----------
    publisher : Publisher
        What is known.

    Notes
    -----
    *Fully* only where people held it against every requirement and found that it meets all, a screen reader and people who
    need such tools were among the tests, and no fault is known; *not* where those people found that it does not meet most.

    Examples
    --------
    >>> status(Publisher())
    'partially compliant'
    """
    if publisher.assessment and publisher.assessment.meets == "few":
        return NOT
    return PARTIALLY if why_not_fully(publisher) else FULLY


def _day(when: object) -> str:
    return in_words(str(when)) if when else NOT_GIVEN


def _said(text: str) -> str:
    return plain(text) if text else NOT_GIVEN


def _trial(what: str, trial: Trial) -> str:
    return f"{what} on {in_words(str(trial.on))} by {plain(trial.by)}: {plain(trial.with_)}."


def _tested(publisher: Publisher) -> str:
    lines = [
        _trial("This website was tested with a screen reader", publisher.screen_reader)
        if publisher.screen_reader
        else NO_SCREEN_READER,
        _trial("It was tested by people who need such tools", publisher.people) if publisher.people else _NO_PEOPLE,
    ]
    found = publisher.assessment
    if found:
        held = f"It was held against every requirement of {STANDARD} on {in_words(str(found.on))} by {plain(found.by)}"
        lines.append(f"{held}: it meets {found.meets} of them.")
    else:
        lines.append(_NO_ASSESSMENT)
    return " ".join(lines)


def _committed(body: str) -> str:
    """The commitment that the law prescribes; nobody else can make it for the body."""
    if not body:
        return f"Who runs this website is {NOT_GIVEN}, so nobody has yet committed themselves to making it accessible, as {_REGULATIONS} ask."
    return f"We, {body}, are committed to making this website accessible, in accordance with {_REGULATIONS}."


def _seen(mode: Mode) -> str:
    return f"{mode.colours} colours, {mode.width} pixels wide"


def _bullets(lines: tuple[str, ...], indent: str = "") -> str:
    return "\n".join(f"{indent}- {line}" for line in lines)


def _due(publisher: Publisher) -> str:
    """Why it is not fully compliant, after the status."""
    reasons = why_not_fully(publisher)
    view = "" if publisher.assessment else f"\n\n{_OUR_VIEW}"
    return f", for these reasons:\n\n{_bullets(reasons)}{view}" if reasons else "."


def _faults(publisher: Publisher) -> str:
    if not publisher.faults:
        unknown = (
            ""
            if status(publisher) == FULLY
            else " Until people have tested all of it, there may be faults that nobody has found."
        )
        return f"No fault is known today.{unknown}"
    return _bullets(tuple(
        f"{plain(one.what)} This fails WCAG success criterion {plain(one.criterion)}. To be mended: {plain(one.mended)}"
        for one in publisher.faults
    ))  # fmt: skip


def statement(publisher: Publisher, name: str) -> str:
    """The accessibility statement of a book, as a Markdown page.

    Parameters
    ----------
    publisher : Publisher
        Who publishes it and what is known; whatever is blank is said not to be given.
    name : str
        What the website is called in a sentence, such as ``the annual review of An Invented Trust``.

    Notes
    -----
    The form is the model statement of Commission Implementing Decision (EU) 2018/1523, as the sample of the Government Digital
    Service has it for the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018.

    Examples
    --------
    >>> print(statement(Publisher(), "the annual review of An Invented Trust").partition("\\n")[0])
    # Accessibility statement for the annual review of An Invented Trust
    """
    body, both = plain(publisher.body), most_different()
    others = [mode for mode in MODES if mode not in {FIRST, both}]
    run_by = f"This website is run by {body}." if body else f"Who runs this website: {NOT_GIVEN}."
    if body and publisher.website:
        run_by = f"This website is run by {body}, on [its own website](<{publisher.website}>)."
    listening = (
        "It is written to be listened to with a screen reader, and was tested with one."
        if publisher.screen_reader
        else "It is written to be listened to with a screen reader, but it has not been tested with one."
    )
    email = f"[{plain(publisher.email)}](mailto:{publisher.email})" if publisher.email else NOT_GIVEN
    days = publisher.reply_days
    reply = (
        f"We will answer within {days} working day{'' if days == 1 else 's'}."
        if days
        else f"How soon we answer: {NOT_GIVEN}."
    )
    scores = [f"at least {least} for {kind.replace('-', ' ')}" for kind, least in LIGHTHOUSE_TARGETS.items()]
    return _TEXT.read_text("utf-8").format(
        name=plain(name), run_by=run_by, listening=listening, harder=_bullets((*_HARDER, *(plain(one.what) for one in publisher.faults))),
        email=email, telephone=_said(publisher.telephone), post=_said(publisher.post),
        formats=plain(", ".join(publisher.formats)) or NOT_GIVEN, reply=reply, committed=_committed(body),
        status=status(publisher), due=_due(publisher), faults=_faults(publisher), prepared=_day(publisher.prepared),
        reviewed=_day(publisher.reviewed), tested=_tested(publisher), standard=STANDARD, first=_seen(FIRST),
        both=_seen(both), others=listed([_seen(one) for one in others]), lighthouse=listed(scores),
        alike=ALIKE, rules=_bullets(tuple(RULES), "  "),
    )  # fmt: skip
