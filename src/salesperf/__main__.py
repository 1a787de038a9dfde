"""The program: ``python -m salesperf`` writes the sales review of a folder of CSV files, or of the sample company."""

import argparse
import io
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TextIO

from salesperf import __version__, report, review
from salesperf.errors import InvalidValueError, SalesperfError, UnknownNameError
from salesperf.io.folder import read, read_sample
from salesperf.io.folder.cells import date_in
from salesperf.io.folder.opportunities import REPEATS
from salesperf.io.folder.table import system_reason
from salesperf.messages import LANGUAGES, describe_error, render
from salesperf.model.finding import Finding
from salesperf.model.period import Period
from salesperf.model.records import Records
from salesperf.model.result import printable

__all__ = ["main"]

_DONE: Final = 0
_BAD_INPUT: Final = 2
_READER_GONE: Final = 141
"""What a shell reports of a program whose reader has closed the pipe: 128 and the signal's number."""
_TOLD: Final = (100_000, 1_000_000, 10_000_000)


class ProgressLine:
    """Says on a stream how far a long file has been read: one line that is overwritten, or, in a log, very few lines.

    Parameters
    ----------
    stream
        Where to say it.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.width = 0

    def __call__(self, rows: int, file: str) -> None:
        """Say how many rows are done."""
        text = f"{file}: {rows:,}"
        if self.stream.isatty():
            self.stream.write(f"\r{text}")
            self.width = len(text)
        elif rows in _TOLD:
            self.stream.write(f"{text}\n")
        self.stream.flush()

    def clear(self) -> None:
        """Take away the line that is overwritten."""
        if self.width:
            self.stream.write(f"\r{' ' * self.width}\r")
            self.stream.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments
        The words of the command line; ``None`` for those that the program was called with.

    Returns
    -------
    int
        0 when the review is written, 2 when something is wrong with the input, 141 when nobody reads on.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # a review in Chinese is whole under any locale
    chosen = _parser().parse_args(arguments)
    try:
        text = _review(chosen)
        return _print(text) if chosen.output is None else _save(text, chosen.output)
    except SalesperfError as error:
        sys.stderr.write(f"{_told(error, chosen)}\n")
        return _BAD_INPUT


def _told(error: SalesperfError, chosen: argparse.Namespace) -> str:
    """Write what is wrong; a folder is named as it was typed, which tells whoever typed it nothing of anybody."""
    if error.path != ("folder",):
        return describe_error(error, lang=chosen.lang)
    return f"{printable(str(chosen.folder))}: {describe_error(error.at(), lang=chosen.lang)}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m salesperf",
        description="Write the sales review of a folder of CSV files as Markdown.",
        epilog="The files are described in docs/reference/csv-layout.md. Exit status: 0 when the review is written,"
        " 2 when something is wrong with the input, each fault told with file, line and column.",
    )
    parser.add_argument("folder", nargs="?", type=Path, metavar="FOLDER", help="the folder; the sample company without one")
    parser.add_argument(
        "--as-of", metavar="DATE", help="look back from the end of this day; the last day with data if not given"
    )
    parser.add_argument(
        "--period",
        help="2026, 2026-Q3, 2026-09, 2026-08-10..2026-09-05 (both days included), FY2026-Q4, ...; the quarter of that day if"
        " not given",
    )
    parser.add_argument("--for", dest="owner", metavar="OWNER", help="the id of a rep or a team; the company if not given")
    parser.add_argument(
        "--previous",
        metavar="DATE",
        help="the day of the last review: it is made again of the same files as known then, of the period of the same kind that"
        " holds that day, and compared",
    )
    parser.add_argument(
        "--repeats",
        choices=REPEATS,
        default=REPEATS[0],
        help="what becomes of a row in changes.csv that names the stage in which the deal is already",
    )
    instead = parser.add_mutually_exclusive_group()
    instead.add_argument(
        "--html", action="store_true", help="write a page for a browser; it takes pip install 'salesperf[html]'"
    )
    instead.add_argument(
        "--explain",
        nargs="?",
        const="",
        metavar="NUMBER",
        help="instead of the review, pull a number apart down to the records behind it: NUMBER is its address, words of it or"
        " of the head of its column to look for, or the number as the review prints it; without it, list all there are",
    )
    parser.add_argument("--lang", choices=LANGUAGES, default=LANGUAGES[0], help="the language of the review")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="where to write; standard output if not given")
    parser.add_argument("--version", action="version", version=f"salesperf {__version__}")
    return parser


def _review(chosen: argparse.Namespace) -> str:
    progress = ProgressLine(sys.stderr)
    try:
        if chosen.folder is None:
            records = read_sample(progress=progress)
        else:
            records = read(chosen.folder, repeats=chosen.repeats, progress=progress)
    finally:
        progress.clear()
    as_of = _last_day(records, chosen.lang) if chosen.as_of is None else _day(chosen.as_of, "--as-of")
    period = _period(chosen.period, records, as_of)
    if as_of < period.start:
        raise InvalidValueError("review_not_begun", path=("--as-of",), start=period.start, value=as_of)
    records.org.require_owner(chosen.owner, "--for")
    previous = None
    if chosen.previous is not None:
        previous = _previous(_day(chosen.previous, "--previous"), records, chosen.owner, period, as_of)
    built = review.build(records, owner=chosen.owner, period=period, as_of=as_of, previous=previous)
    if chosen.explain is not None:
        return _explained(built, records, chosen.explain, chosen.lang)
    if not chosen.html:
        return report.markdown(built, lang=chosen.lang)
    from salesperf.io.html import page  # noqa: PLC0415 - an extra, and slow to load

    return page(built, lang=chosen.lang)


def _explained(built: review.Review, records: Records, address: str, lang: str) -> str:
    """Write one number with its tree; those below an address, those that a search finds, or all, each on a line."""
    numbers = review.explain(built, records=records)
    if address in numbers.addresses:
        return f"{numbers.tree(address).text(lang)}\n"
    below = numbers.below(address) if address.strip() else numbers
    if not below.addresses and "/" not in address:
        below = numbers.find(address, lang)
        if len(below.addresses) == 1:
            return f"{below.addresses[0]}: {below.breakdowns[0].text(lang)}\n"
        if below.addresses:
            # On the way of errors, so that the list stays a list.
            several = render("explain.several", {"count": len(below.addresses)}, lang=lang)
            sys.stderr.write(f"{several}\n")
    if not below.addresses:
        try:
            numbers.tree(address)
        except UnknownNameError as error:
            if error.code == "unknown_number" and "/" not in address:
                raise UnknownNameError("unknown_words", path=("--explain",)) from None
            raise error.at("--explain") from None
    return f"{below.text(lang)}\n"


def _last_day(records: Records, lang: str) -> date:
    """Return the day of the last actual, or else of the last change of a deal or a lead, so that no clock is asked.

    The same files give the same review. What was noticed about files without either is told: one may be misnamed.
    """
    done = [actual.on for actual in records.actuals]
    changed = [each.last_change for each in records.opportunities] + [each.last_change for each in records.leads]
    days = done or [on for on in changed if on is not None]
    if not days:
        _tell(records.findings, lang)
        raise InvalidValueError("no_day", path=("--as-of",))
    return max(days)


def _tell(findings: Iterable[Finding], lang: str) -> None:
    for finding in findings:
        where = "" if finding.record is None else f"{finding.record}: "
        sys.stderr.write(f"{where}{finding.text(lang)}\n")


def _day(text: str, option: str) -> date:
    try:
        return date_in(text)
    except InvalidValueError as error:
        raise error.at(option) from None


def _previous(day: date, records: Records, owner: str | None, period: Period, as_of: date) -> review.Review:
    """Make the last review again, as of its day."""
    if day >= as_of:
        raise InvalidValueError("review_not_earlier", path=("--previous",), as_of=as_of, value=day)
    name = period.name_in(records.calendar)
    if name is None and day not in period:
        raise InvalidValueError("previous_outside", path=("--previous",), start=period.start, last=period.last, value=day)
    held = period if name is None else Period.holding(day, name.grain, records.calendar)
    records.as_of(day).org.require_owner(owner, "--previous")
    return review.build(records, owner=owner, period=held, as_of=day)


def _period(label: str | None, records: Records, as_of: date) -> Period:
    if label is None:
        try:
            return Period.holding(as_of, "quarter", records.calendar)
        except InvalidValueError as error:  # it would reach beyond the last day that there is
            raise error.at("--as-of") from None
    try:
        return Period.parse(label, calendar=records.calendar)
    except InvalidValueError as error:
        raise error.at("--period") from None


def _print(text: str) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        # What is still buffered would be tried again, in vain, when the interpreter ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return _READER_GONE
        raise InvalidValueError("file_unwritable", path=("stdout",), reason=system_reason(error)) from None
    return _DONE


def _save(text: str, output: Path) -> int:
    """Write a file whole or not at all."""
    place, content = output.resolve(), text.encode("utf-8")
    if place.is_dir():
        raise InvalidValueError("file_is_folder", path=("--output",))
    try:
        if place.exists() and not place.is_file():
            place.write_bytes(content)  # a device is written to; a file of ours must not take its place
        else:
            with TemporaryDirectory(dir=place.parent, prefix=f".{place.name}-") as beside:
                whole = Path(beside, place.name)
                whole.write_bytes(content)
                whole.replace(place)
    except OSError as error:
        raise InvalidValueError("file_unwritable", path=("--output",), reason=system_reason(error)) from None
    return _DONE


if __name__ == "__main__":
    sys.exit(main())
