"""The command line `aim`: what people and schedulers call. Exit status 0 done, 1 the pipeline failed, 2 wrong usage."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from aim.language import say
from aim.settings import Settings, SettingsError

if TYPE_CHECKING:
    from aim.ledger.deliveries import Head

# Tracebacks with local variables could show a person's data: plain ones only.
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help="The AIM monitoring warehouse."
)
contacts_app = typer.Typer(no_args_is_help=True, help="Who gets which mail.")
contracts_app = typer.Typer(no_args_is_help=True, help="The declarations of expectations/.")
app.add_typer(contacts_app, name="contacts")
reasons_app = typer.Typer(no_args_is_help=True, help="Lists of findings that came back with reasons.")
app.add_typer(reasons_app, name="reasons")
secret_app = typer.Typer(no_args_is_help=True, help="The secret file kept outside the database.")
airflow_app = typer.Typer(no_args_is_help=True, help="Airflow part by part, each in a container of its own.")
app.add_typer(contracts_app, name="contracts")
app.add_typer(secret_app, name="secret")
bi_app = typer.Typer(no_args_is_help=True, help="The dashboards: Apache Superset, made from the files in bi/.")
app.add_typer(bi_app, name="bi")
# For docker-compose.yml and its like; people call `nightly` and `up`.
app.add_typer(airflow_app, name="airflow", hidden=True)

# Where nobody watches, a table is not squeezed into a terminal's width.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 140)
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Day = Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="The clock; default: today in Vilnius.")]


class UsageError(ValueError):
    """The command was called wrongly; the text is one sentence that says what to do."""


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError("Write the date as 2019-01-22.") from error


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


@app.command()
def nightly(
    day: Day = None,
    with_sample: Annotated[
        bool, typer.Option("--with-sample", help="With an empty inbox: write a sample and set the clock to its end.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the main job through Airflow: land, check, build, release, mail."""
    from aim.orchestration.first_sample import sample_into_empty_inbox
    from aim.orchestration.night_summary import print_summary, summarise
    from aim.orchestration.nightly import LAST_TASK, NightFailedError, run_nightly

    settings = Settings.from_env()
    clock = _day(day)
    if with_sample and clock is None:
        clock = sample_into_empty_inbox(settings, console if not as_json else None)

    def progress(task: str, state: str) -> None:
        if not as_json:
            console.print(say("cli.task", settings.lang, task=task, state=state), style="dim")

    def tell_night() -> None:
        summary = summarise(settings)
        if as_json:
            _print_json(summary)
        else:
            print_summary(summary, settings, console)

    try:
        run_nightly(settings, clock, progress)
    except NightFailedError as error:
        if error.task == LAST_TASK:
            tell_night()
        sys.stderr.write(say("cli.failed", settings.lang, task=error.task, logs=settings.home / "logs") + "\n")
        raise typer.Exit(1) from error
    tell_night()


@app.command()
def up(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; default: a free one, kept.")] = None,
) -> None:
    """Run Airflow with its web page, and the warehouse, until stopped."""
    from aim.orchestration.airflow_server import serve

    settings = Settings.from_env()

    def ready(url: str, user: str, password_file: Path) -> None:
        console.print(say("cli.up", settings.lang, url=url, user=user, password_file=password_file))

    serve(settings, host, port, ready)


@app.command()
def sample(
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM")] = "2017-07",
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM")] = "2018-12",
    scale: Annotated[float, typer.Option(help="1.0: volumes near the published figures.")] = 1.0,
    seed: Annotated[int, typer.Option(help="The same seed writes the same files.")] = 1,
    faults: Annotated[float, typer.Option(help="Share of files with a planted defect, 0 to 1.")] = 0.0,
    out: Annotated[Path | None, typer.Option("--out", help="Where to; default: the inbox.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write provider files of invented children over the real population totals."""
    from aim.sample import write_sample

    settings = Settings.from_env()
    folder = out or Path(settings.inbox)
    written = write_sample(folder, first, last, scale=scale, seed=seed, faults=faults, settings=settings)
    if as_json:
        _print_json({"out": str(folder), "files": written.files})
    else:
        console.print(f"{folder}: {written.files}")


@app.command()
def land(
    files: Annotated[list[Path], typer.Argument(help="Files named as in the inbox.")],
    channel: Annotated[str, typer.Option(help="api, sftp, email or upload.")] = "upload",
    as_json: AsJson = False,
) -> None:
    """Land files by hand; the next night judges them."""
    from aim.landing.load import land_files
    from aim.orchestration.landed_told import print_landed
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    _refuse_missing(settings, files)
    with warehouse(settings) as house:
        result = land_files(settings, house, files, channel).summary()
    if as_json:
        _print_json(result)
    else:
        print_landed(result, settings.lang, console)


def _refuse_missing(settings: Settings, files: list[Path]) -> None:
    for path in files:
        if not path.is_file():
            raise UsageError(say("cli.no_file", settings.lang, path=path))


def _head(settings: Settings, provider: str, dataset: str, period: str) -> Head:
    """The slice named on the command line, checked against registry and calendar."""
    from aim.clock import Clock
    from aim.contracts.calendar import Period, is_expected
    from aim.contracts.load import contracts
    from aim.contracts.registry import read_registry
    from aim.ledger.deliveries import Head

    known = read_registry(settings.registry).get(provider)
    if known is None:
        raise UsageError(f"The registry knows no provider {provider}.")
    owed = contracts().obligation(known.kind, dataset)
    if owed is None:
        raise UsageError(f"Provider {provider} does not deliver {dataset}.")
    try:
        slice_period = Period.parse(period)
    except ValueError as error:
        raise UsageError("Write the period as 2018-10, 2018-K3, 2018-P2, 2018 or 2017-2018.") from error
    if slice_period.grain is not contracts().datasets[dataset].period or not is_expected(
        owed, slice_period, known.valid_from, known.valid_to
    ):
        raise UsageError(f"Nothing is expected of {provider} for {dataset} {period}.")
    return Head(
        channel="command",
        file_name=None,
        sha256=None,
        received_at=Clock.at().instant,
        provider_code=provider,
        dataset=dataset,
        period=slice_period,
        municipality_code=known.municipality_code,
    )


@app.command("confirm-empty")
def confirm_empty(provider: str, dataset: str, period: str, as_json: AsJson = False) -> None:
    """Confirm that a provider has nothing to report for a slice."""
    from aim.ledger import deliveries
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    head = _head(settings, provider, dataset, period)
    with warehouse(settings) as house, house.connect() as connection:
        delivery = deliveries.confirm_empty(connection, head)
    if as_json:
        _print_json({"delivery_id": delivery})
    else:
        console.print(
            say("cli.confirmed", settings.lang, provider=provider, dataset=dataset, period=period, delivery=delivery)
        )


@app.command()
def withdraw(delivery: int, as_json: AsJson = False) -> None:
    """Withdraw a delivery: the former accepted one speaks for its slice again, or none."""
    from aim.ledger import deliveries
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    with warehouse(settings) as house, house.connect() as connection:
        speaks = deliveries.withdraw(connection, delivery)
    if as_json:
        _print_json({"withdrawn": delivery, "speaks": speaks})
    elif speaks is None:
        console.print(say("cli.withdrawn_none", settings.lang, delivery=delivery))
    else:
        console.print(say("cli.withdrawn", settings.lang, delivery=delivery, speaks=speaks))


@app.command()
def waive(
    provider: str,
    dataset: str,
    periods: list[str],
    reason: Annotated[str, typer.Option(help="Why.")],
    until: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Until when, inclusive.")],
    as_json: AsJson = False,
) -> None:
    """Waive slices: not asked for until a date."""
    from aim.ledger import waivers
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    slices = [_head(settings, provider, dataset, period).period for period in periods]
    last = _day(until)
    assert last is not None
    with warehouse(settings) as house, house.connect() as connection:
        count = waivers.waive(
            connection, provider, dataset, [period for period in slices if period is not None], reason, last
        )
    if as_json:
        _print_json({"waived": count})
    else:
        console.print(say("cli.waived", settings.lang, n=count, until=until))


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(help="Files named as in the inbox; checked together.")],
    as_json: AsJson = False,
) -> None:
    """Say what the night would say of files: the same contract and rules, nothing stored, nothing sent."""
    from aim.orchestration.self_check import check_files
    from aim.orchestration.self_check_told import print_checked
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    _refuse_missing(settings, files)
    is_watched = console.is_terminal and not as_json
    with (
        console.status(say("cli.checking", settings.lang)) if is_watched else nullcontext(),
        warehouse(settings) as house,
    ):
        checked = check_files(settings, house, files)
    if as_json:
        _print_json([one.as_dict() for one in checked])
    else:
        print_checked(checked, settings.lang, console)


@app.command()
def reason(
    delivery: Annotated[int, typer.Argument(help="The delivery's number, see `aim status --provider`.")],
    rule: Annotated[str, typer.Argument(help="The rule that asks: ATV-004.")],
    row_and_text: Annotated[
        list[str], typer.Argument(metavar="[ROW] TEXT", help="The row, default all; then why it is right, in quotes.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say why a query is right as it is: it is not asked again until the row changes."""
    from aim.landing.check_digits import holds_personal_code
    from aim.ledger import reasons
    from aim.warehouse.connect import warehouse

    *row, text = row_and_text
    if len(row) > 1 or not all(one.isdecimal() for one in row):
        raise UsageError('Write the reason in quotes: aim reason 12 ATV-004 7 "The child lives with its grandparents".')
    if holds_personal_code(text):
        raise UsageError("The reason holds a personal code: say it without.")
    settings = Settings.from_env()
    with warehouse(settings) as house, house.connect() as connection:
        answered = reasons.give(connection, delivery, rule.upper(), text, int(row[0]) if row else None)
    if as_json:
        _print_json(vars(answered))
    else:
        console.print(say("cli.answered", settings.lang, answered.findings, delivery=delivery, rule=rule.upper()))
        if answered.elsewhere:
            console.print(say("cli.answered_elsewhere", settings.lang, answered.elsewhere))


@reasons_app.command("import")
def reasons_import(
    files: Annotated[
        list[Path], typer.Argument(help="Lists of findings named as they were mailed, reasons filled in.")
    ],
    as_json: AsJson = False,
) -> None:
    """Take lists of findings that came back with reasons, as the inbox would; says what became of their rows."""
    from aim.landing.gate import list_label
    from aim.landing.load import land_answers
    from aim.reports.answers import answers_of
    from aim.reports.answers_told import answer_lines
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    _refuse_missing(settings, files)
    for path in files:
        if list_label(path.name) is None:
            raise UsageError(say("cli.no_list_name", settings.lang, example="klaidos_atvejai_902330016_2018-12_7.csv"))
    with warehouse(settings) as house:
        taken = land_answers(settings, house, files)
        with house.connect() as connection:
            told = answers_of(connection, taken)
    if as_json:
        _print_json([vars(one) for one in told])
        return
    for one in told:
        console.print(one.file_name, style="bold", soft_wrap=True)
        for line in answer_lines(one, settings.lang):
            console.print(f"  {line}", soft_wrap=True)


@contacts_app.command("import")
def contacts_import(file: Path, as_json: AsJson = False) -> None:
    """Import contacts from a CSV file: provider_code, email, name, role, dataset, substitute_email."""
    from aim.ledger import contacts
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    _refuse_missing(settings, [file])
    with warehouse(settings) as house, house.connect() as connection:
        count = contacts.import_contacts(connection, file)
    if as_json:
        _print_json({"contacts": count})
    else:
        console.print(say("cli.contacts", settings.lang, n=count))


@contacts_app.command("bounces")
def contacts_bounces(path: Path, as_json: AsJson = False) -> None:
    """Read mails that came back, from an .eml file or a folder of them: whose address is dead is written to no more."""
    from aim.reports.bounces import import_bounces
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    with warehouse(settings) as house, house.connect(autocommit=True) as connection:
        result = import_bounces(connection, path)
    if as_json:
        _print_json(vars(result))
    else:
        console.print(say("cli.bounces", settings.lang, **vars(result)))


@app.command()
def status(
    provider: Annotated[str | None, typer.Option(help="A provider's legal code.")] = None,
    period: Annotated[str | None, typer.Option(help="A period as in file names: 2018-12.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say what is expected, what arrived, with which verdict, and where the gaps are."""
    from aim.orchestration.status import status_of
    from aim.orchestration.status_told import print_status
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    with warehouse(settings) as house, house.connect() as connection:
        found = status_of(settings, connection, provider, period)
    if as_json:
        _print_json(found.as_dict())
    else:
        print_status(found, settings.lang, console)


@app.command()
def explain(
    indicator: Annotated[str, typer.Argument(help="S01 to S11 or P01 to P11, with a measure as in S01:families.")],
    territory: Annotated[
        str | None, typer.Option(help="00, a county's code (A1), a municipality's (13) or a name; default: the nation.")
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="2018-12, 2018-K4, 2018-P2 or 2018; default: the last one over.")
    ] = None,
    measure: Annotated[str | None, typer.Option(help="A measure of the indicator; default: main.")] = None,
    breakdown: Annotated[str | None, typer.Option(help="Show this breakdown alone, and all of it.")] = None,
    as_json: AsJson = False,
) -> None:
    """Say where a number comes from: parts, definition, coverage, deliveries, what changed since it was published."""
    from aim.explain.explained import Question
    from aim.explain.told import print_explained
    from aim.orchestration.explaining import explain_number
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    question = Question(indicator, measure, territory, period, breakdown)
    with warehouse(settings) as house, house.connect() as connection:
        explained = explain_number(settings, connection, question)
    if as_json:
        _print_json(explained.as_dict())
    else:
        print_explained(explained, settings.lang, console)


@app.command()
def report(
    about: Annotated[list[str], typer.Argument(metavar="[PROVIDER] PERIOD", help="A provider's legal code, a month.")],
    municipality: Annotated[
        str | None, typer.Option(metavar="SAV", help="Instead of a provider: a municipality's two-digit code.")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="Mail it too.")] = False,
    annotated: Annotated[
        bool, typer.Option("--annotated", help="A provider's own files too, what was found marked in them; locked.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write a provider's monthly quality report, or a municipality's digest, as HTML and text; with --send, mail it.

    With --annotated each file with findings is written as a workbook too, under a password that is told here alone: it
    holds data of persons and is never mailed by us. Pass the password on by another way, by telephone for example.
    """
    from aim.annotated_copy.copies import Copies, write_copies
    from aim.clock import Clock
    from aim.ledger import status as ledger_status
    from aim.reports.sending import write_digest, write_report
    from aim.warehouse.connect import warehouse

    if annotated and municipality is not None:
        raise UsageError("A municipality has no files of its own: say `aim report 902330016 2018-12 --annotated`.")
    if len(about) != (2 if municipality is None else 1):
        raise UsageError("Say `aim report 902330016 2018-12`, or `aim report --municipality 33 2018-12`.")

    settings = Settings.from_env()
    with warehouse(settings) as house:
        with house.connect() as connection:
            run = ledger_status.latest_run(connection)
        clock = Clock.at(run["clock_date"] if run else None)
        copies = Copies()
        if municipality is None:
            paths = write_report(house, settings, about[0], about[1], clock, send=send)
            if annotated:
                copies = write_copies(house, settings, about[0], about[1], clock)
        else:
            paths = write_digest(house, settings, municipality, about[0], clock, send=send)
    if as_json:
        made = [{"path": str(one.path), "password": one.password} for one in copies.written]
        told = {"copies": made, "left_out": list(copies.left_out)} if annotated else {}
        _print_json({"paths": [str(path) for path in paths]} | told)
        return
    console.print(say("cli.report_written", settings.lang, paths=", ".join(str(path) for path in paths)))
    if copies.written:
        console.print(say("cli.copies_written", settings.lang, len(copies.written)))
    elif annotated and not copies.left_out:
        console.print(say("cli.copies_none", settings.lang))
    if copies.left_out:
        numbers = ", ".join(map(str, copies.left_out))
        console.print(say("cli.copies_left_out", settings.lang, len(copies.left_out), numbers=numbers))
    for one in copies.written:
        console.print(say("cli.copy_written", settings.lang, path=one.path, password=one.password), soft_wrap=True)


@contracts_app.command("check")
def contracts_check(as_json: AsJson = False) -> None:
    """Check all declarations, the reference files and the registry against one another."""
    from aim.contracts.check import check
    from aim.contracts.load import contracts
    from aim.contracts.reference import read_reference
    from aim.contracts.registry import read_registry

    settings = Settings.from_env()
    declared = contracts()
    providers = read_registry(settings.registry)
    problems = check(declared, read_reference(settings.reference), providers)
    if as_json:
        _print_json({"problems": [str(problem) for problem in problems]})
    elif problems:
        for problem in problems:
            sys.stderr.write(f"{problem}\n")
    else:
        console.print(
            say(
                "cli.contracts_fine",
                settings.lang,
                kinds=len(declared.kinds),
                datasets=len(declared.datasets),
                rules=sum(len(rules.rules) for rules in declared.rule_sets.values()),
                providers=len(providers),
            )
        )
    if problems:
        raise typer.Exit(2)


@contracts_app.command("compile")
def contracts_compile() -> None:
    """Write the Great Expectations suites anew from the rules."""
    from aim.contracts.load import contracts
    from aim.contracts.suites import write_suites

    written = write_suites(contracts())
    console.print(say("cli.compiled", Settings.from_env().lang, names=", ".join(written) or "-"))


@contracts_app.command("docs")
def contracts_docs(
    out: Annotated[Path | None, typer.Option("--out", help="Where to; default: handbook/ under AIM_HOME.")] = None,
    lang: Annotated[str, typer.Option(help="lt, en or both.")] = "both",
    day: Day = None,
    as_json: AsJson = False,
) -> None:
    """Write the provider handbook: pages that need no network, with an empty workbook of each dataset."""
    from aim.clock import Clock
    from aim.handbook.site import write_handbook
    from aim.handbook.sources import Sources

    settings = Settings.from_env()
    languages = _languages(lang)
    folder = _folder(out or settings.home / "handbook")
    sources = Sources.read(settings, Clock.at(_day(day)).today)
    written = write_handbook(folder, sources, languages)
    if as_json:
        _print_json({"paths": [str(path) for path in written]})
    else:
        console.print(say("cli.handbook_written", settings.lang, len(written), first=written[0]))


@contracts_app.command("template")
def contracts_template(
    dataset: str,
    out: Annotated[Path | None, typer.Option("--out", help="The file; default: here, named as it can be sent.")] = None,
    provider: Annotated[str | None, typer.Option(help="A provider's legal code; with --period.")] = None,
    period: Annotated[str | None, typer.Option(help="A period as in file names: 2018-12; with --provider.")] = None,
    lang: Annotated[str | None, typer.Option(help="lt or en; default: the provider's own.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write an empty workbook of a dataset for a provider to fill in, with drop-downs and notes."""
    from aim.clock import Clock
    from aim.contracts.calendar import Period
    from aim.handbook.site import LANGUAGES
    from aim.handbook.sources import Sources
    from aim.handbook.words import Words
    from aim.handbook.workbook import Slice, write_workbook

    settings = Settings.from_env()
    sources = Sources.read(settings, Clock.at().today)
    if dataset not in sources.contracts.datasets:
        raise UsageError(f"There is no dataset {dataset}: it is one of {', '.join(sources.contracts.datasets)}.")
    if (provider is None) != (period is None):
        raise UsageError("Give both --provider and --period, or neither.")
    if lang not in (*LANGUAGES, None):
        raise UsageError("Write the language as lt or en.")
    of = None
    if provider is not None and period is not None:
        _head(settings, provider, dataset, period)
        of = Slice(sources.providers[provider], Period.parse(period))
    path = out or Path(of.file_name(dataset) if of else f"{dataset}.xlsx")
    if not path.absolute().parent.is_dir():
        raise UsageError(f"There is no folder {path.absolute().parent}: make it, or name another file with --out.")
    words = Words(lang or (of.provider.language if of else settings.lang))
    write_workbook(path, dataset, sources, words, of)
    if as_json:
        _print_json({"paths": [str(path)]})
    else:
        console.print(say("cli.template_written", settings.lang, path=path))


@app.command()
def rehearse(
    rules: Annotated[Path, typer.Argument(help="A rule file (atvejai.yml), or a folder with some.")],
    dataset: Annotated[str | None, typer.Option(help="Deliveries of this dataset alone.")] = None,
    first: Annotated[str | None, typer.Option("--from", metavar="PERIOD", help="The first period: 2018-07.")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="PERIOD", help="The last period: 2018-12.")] = None,
    with_rejected: Annotated[
        bool, typer.Option("--with-rejected", help="Deliveries that the rules rejected, too.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Say what changed rules would newly fail or pass over past deliveries. Stores nothing; a judging waits for it.

    Counts come from the rules' own outcomes; Great Expectations, which counts the same, is not asked.
    """
    from aim.contracts.check import check
    from aim.contracts.load import contracts, with_changed_rules
    from aim.contracts.reference import read_reference
    from aim.contracts.registry import read_registry
    from aim.ledger.rechecks import Span
    from aim.orchestration.rehearsal_summary import print_rehearsal, print_step
    from aim.quality.rehearsal import rehearse as rehearse_rules
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    if not rules.exists():
        raise UsageError(say("cli.no_file_or_folder", settings.lang, path=rules))
    if dataset is not None and dataset not in contracts().datasets:
        raise UsageError(f"There is no dataset {dataset}: it is one of {', '.join(contracts().datasets)}.")
    changed = with_changed_rules(contracts(), rules)
    span = Span.between(dataset, first, last)
    # The compiled suites are of the rules in force, and are not needed.
    problems = [
        str(problem)
        for problem in check(changed, read_reference(settings.reference), read_registry(settings.registry))
        if not problem.where.startswith("suites/")
    ]
    if problems:
        raise UsageError("\n".join(problems))
    with warehouse(settings) as house:
        found = rehearse_rules(
            house,
            settings,
            changed,
            span,
            with_rejected=with_rejected,
            progress=lambda step: None if as_json else print_step(step, settings.lang, console),
        )
    if as_json:
        _print_json(found.summary())
    else:
        print_rehearsal(found, settings.lang, console)


@app.command()
def forget(
    child: Annotated[
        bool, typer.Option("--child", help="One child: its code, or `PROVIDER NUMBER`, is read from standard input.")
    ] = False,
    before: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="Retention: all whose period ended before this day.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase one child everywhere, or what is older than a date; the archive included. It cannot be undone.

    Verdicts, counts and what was published stay. May be killed and run again. Not reached: backups of your own.
    """
    if child == (before is not None):
        raise UsageError("Say either --child, with the code on standard input, or --before DATE.")
    settings = Settings.from_env()
    if before is None:
        _forget_child(settings, yes, as_json)
    else:
        _forget_before(settings, _day(before), yes, as_json)


def _forget_child(settings: Settings, yes: bool, as_json: bool) -> None:
    from aim.erasure.child import forget_child
    from aim.warehouse.connect import warehouse

    code = _read_quietly(say("cli.forget_which", settings.lang))
    if not yes:
        _ask(settings, say("cli.forget_sure", settings.lang), only_watched=True)
    with _counting(settings, as_json) as progress, warehouse(settings) as house:
        found = forget_child(house, settings, code, progress).summary()
    if as_json:
        _print_json(found)
        return
    console.print(say("cli.forgotten", settings.lang, found["rows"], **_without(found, "in_inbox")))
    if found["in_inbox"]:
        names = ", ".join(found["in_inbox"])
        console.print(say("cli.forget_in_inbox", settings.lang, len(found["in_inbox"]), names=names))
    if found["others_unfinished"]:
        console.print(say("cli.forget_unfinished", settings.lang, found["others_unfinished"]))


def _forget_before(settings: Settings, before: date | None, yes: bool, as_json: bool) -> None:
    from aim.clock import Clock
    from aim.erasure.retention import forget_before, what_would_go
    from aim.warehouse.connect import warehouse

    assert before is not None
    today = Clock.at().today
    with warehouse(settings) as house:
        if not yes:
            expected = what_would_go(house, settings, before, today)
            _ask(settings, say("cli.retain_sure", settings.lang, expected["deliveries"], before=before, **expected))
        with _counting(settings, as_json) as progress:
            found = forget_before(house, settings, before, today, progress).summary()
    if as_json:
        _print_json(found)
    else:
        console.print(say("cli.retained", settings.lang, found["deliveries"], **found))


@app.command()
def rekey(
    finish: Annotated[
        bool, typer.Option("--finish", help="Destroy the former keys, whoever is still known by them alone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether it is meant.")] = False,
    as_json: AsJson = False,
) -> None:
    """Take a new secret into use without losing a link: no child's token and no fact changes.

    The archive is locked anew and read once, so that children are known under the new key at once; the former keys are
    destroyed when nobody needs them. May be killed and run again. Copy the secret file to its safe place afterwards.
    """
    from aim.erasure.rekeying import rekey as take_new_keys
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    if finish and not yes:
        _ask(settings, say("cli.rekey_sure", settings.lang))
    with _counting(settings, as_json) as progress, warehouse(settings) as house:
        found = take_new_keys(house, settings, finish, progress).summary()
    if as_json:
        _print_json(found)
        return
    console.print(say("cli.rekeyed", settings.lang, found["originals"], **found))
    if found["lost"]:
        console.print(say("cli.rekey_lost", settings.lang, found["lost"]))
    if found["is_finished"]:
        console.print(say("cli.rekey_finished", settings.lang, path=settings.secret_file))
    else:
        console.print(say("cli.rekey_left", settings.lang, found["left"], left_seen=found["left_seen"]))


def _read_quietly(prompt: str) -> str:
    """One line from standard input; on a terminal it is not shown."""
    from getpass import getpass

    lines = [getpass(prompt)] if sys.stdin.isatty() else sys.stdin.read().splitlines()
    given = [line for line in lines if line.strip()]
    if len(given) != 1:
        raise UsageError("Give one child on standard input: its personal code, on one line.")
    return given[0]


def _ask(settings: Settings, question: str, only_watched: bool = False) -> None:
    """Go on only if a person says so. `only_watched`: what is piped in has said so already."""
    if not sys.stdin.isatty():
        if only_watched:
            return
        raise UsageError(say("cli.say_yes", settings.lang))
    if not typer.confirm(question):
        raise typer.Exit(2)


def _without(found: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


@contextmanager
def _counting(settings: Settings, as_json: bool) -> Iterator[Callable[[int, int], None]]:
    """Tells on a terminal how many originals were looked at."""
    if as_json or not console.is_terminal:
        yield lambda done, of: None
        return
    with console.status("") as status:
        yield lambda done, of: status.update(say("cli.originals_looked_at", settings.lang, done=done, of=of))


@app.command()
def dictionary(
    out: Annotated[Path | None, typer.Option("--out", help="Where to; default: dictionary/ under AIM_HOME.")] = None,
    lang: Annotated[str, typer.Option(help="lt, en or both.")] = "both",
    with_dbt: Annotated[
        bool, typer.Option("--dbt", help="With dbt's own pages: lineage, from file to figure.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Write the data dictionary of what is published: pages that need no network."""
    from aim.clock import Clock
    from aim.contracts.reference import read_reference
    from aim.dictionary.reader import reader
    from aim.dictionary.site import write_dbt_page, write_dictionary
    from aim.dictionary.told import read_dictionary

    settings = Settings.from_env()
    folder = _folder(out or settings.home / "dictionary")
    with reader(settings) as connection:
        told = read_dictionary(connection, read_reference(settings.reference), Clock.at().today)
    dbt_page = write_dbt_page(folder, settings) if with_dbt else None
    written = write_dictionary(folder, told, _languages(lang), dbt_page)
    if as_json:
        _print_json({"paths": [str(path) for path in written]})
    else:
        console.print(say("cli.dictionary_written", settings.lang, len(written), first=written[0]))


@app.command()
def export(
    out: Annotated[Path | None, typer.Option("--out", help="Where to; default: export/ under AIM_HOME.")] = None,
    formats: Annotated[str, typer.Option("--format", help="csv, parquet or both, with a comma.")] = "csv,parquet",
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="As published at the end of that day.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Write the published tables as CSV and Parquet, with a Frictionless descriptor; all as of one instant."""
    from aim.contracts.reference import read_reference
    from aim.dictionary.export import FORMATS, write_export
    from aim.dictionary.reader import reader

    settings = Settings.from_env()
    wanted = tuple(dict.fromkeys(formats.split(",")))
    if not set(wanted) <= set(FORMATS):
        raise UsageError(f"Write the format as {', '.join(FORMATS)} or {','.join(FORMATS)}.")
    folder = out or settings.home / "export"
    with reader(settings) as connection:
        written = write_export(
            connection, read_reference(settings.reference), folder.absolute(), wanted, as_published=_day(day)
        )
    if as_json:
        _print_json({"folder": str(written.folder), "files": {one.name: one.rows for one in written.files}})
    else:
        console.print(say("cli.exported", settings.lang, len(written.files), folder=written.folder))


def _folder(path: Path) -> Path:
    if path.exists() and not path.is_dir():
        raise UsageError(f"{path} is no folder: name another with --out.")
    return path


def _languages(lang: str) -> tuple[str, ...]:
    from aim.handbook.site import LANGUAGES

    if lang not in (*LANGUAGES, "both"):
        raise UsageError("Write the language as lt, en or both.")
    return LANGUAGES if lang == "both" else (lang,)


@app.command()
def psql(
    role: Annotated[str | None, typer.Option(help="As a role, aim_analyst for example; default: the owner.")] = None,
) -> None:
    """Open a shell on the warehouse."""
    from aim.publish.roles import url_of
    from aim.warehouse.shell import open_shell

    settings = Settings.from_env()
    raise typer.Exit(open_shell(settings, None if role is None else lambda: url_of(settings, role)))


@app.command()
def url(
    role: Annotated[
        str | None, typer.Option(help="A role of the warehouse: aim_bi, aim_analyst, aim_sav_13 and so on.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Print the warehouse's address; starts nothing."""
    from aim.publish.roles import url_of
    from aim.warehouse.connect import warehouse_url

    settings = Settings.from_env()
    address = warehouse_url(settings) if role is None else url_of(settings, role)
    if as_json:
        _print_json({"url": address})
    else:
        sys.stdout.write(address + "\n")


@bi_app.command("up")
def bi_up(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="The port; default: a free one, kept.")] = None,
) -> None:
    """Bring Superset to what bi/ declares and serve it, with the warehouse, until stopped."""
    from aim.bi.server import serve

    settings = Settings.from_env()

    def ready(url: str, user: str, password_file: Path) -> None:
        console.print(say("cli.bi_up", settings.lang, url=url, user=user, password_file=password_file))

    console.print(say("cli.bi_preparing", settings.lang), style="dim")
    serve(settings, host, port, ready)


@bi_app.command("provision")
def bi_provision(as_json: AsJson = False) -> None:
    """Bring Superset to what bi/ declares, whatever it was; starts no page. For where something else serves it."""
    from aim.bi.accounts import password_file
    from aim.bi.server import provision
    from aim.warehouse.connect import warehouse

    settings = Settings.from_env()
    with warehouse(settings) as house:
        provision(settings, house)
    if as_json:
        _print_json({"passwords": str(password_file(settings))})
    else:
        console.print(say("cli.bi_provisioned", settings.lang, password_file=password_file(settings)))


@secret_app.command("new")
def secret_new(path: Path, as_json: AsJson = False) -> None:
    """Make the secret file at PATH (mode 600); one that is there is never replaced."""
    from aim.landing.secret import new_secret

    new_secret(path)
    if as_json:
        _print_json({"path": str(path)})
    else:
        console.print(say("cli.secret_made", Settings.from_env().lang, path=path))


@airflow_app.command("prepare")
def airflow_prepare(as_json: AsJson = False) -> None:
    """Bring warehouse and Airflow's own database up to date; before the other parts start."""
    from aim.orchestration.airflow_parts import prepare
    from aim.orchestration.airflow_server import ADMIN

    settings = Settings.from_env()
    password_file = prepare(settings)
    if as_json:
        _print_json({"user": ADMIN, "password_file": str(password_file)})
    else:
        console.print(say("cli.prepared", settings.lang, user=ADMIN, password_file=password_file))


@airflow_app.command("api-server")
def airflow_api_server(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port.")] = 8080,
) -> None:
    """Become Airflow's API server, with the web page."""
    from aim.orchestration.airflow_parts import become

    become("api-server", Settings.from_env(), host=host, port=port)


@airflow_app.command("scheduler")
def airflow_scheduler() -> None:
    """Become Airflow's scheduler, whose workers run the tasks."""
    from aim.orchestration.airflow_parts import become

    become("scheduler", Settings.from_env())


@airflow_app.command("dag-processor")
def airflow_dag_processor() -> None:
    """Become Airflow's DAG processor."""
    from aim.orchestration.airflow_parts import become

    become("dag-processor", Settings.from_env())


def _misused() -> tuple[type[Exception], ...]:
    """Errors of usage or configuration, whose text is a sentence for the person at the terminal."""
    from aim.contracts.load import ContractError
    from aim.contracts.reference import ReferenceFileError
    from aim.contracts.registry import RegistryError
    from aim.erasure.retention import RetentionError
    from aim.erasure.sought import SoughtError
    from aim.explain.asked import QuestionError
    from aim.ledger.deliveries import LedgerError
    from aim.orchestration.status import StatusError
    from aim.sample.window import SampleError
    from aim.warehouse.migrate import MigrationError

    return (
        UsageError,
        SettingsError,
        ContractError,
        ReferenceFileError,
        RegistryError,
        LedgerError,
        QuestionError,
        RetentionError,
        SampleError,
        SoughtError,
        StatusError,
        MigrationError,
    )


def _failed() -> tuple[type[Exception], ...]:
    """Errors of the pipeline itself that say enough in their one sentence."""
    from aim.annotated_copy.lock import LockError
    from aim.bi.server import SupersetError
    from aim.erasure.turn import ErasureError
    from aim.landing.inbox import InboxError
    from aim.landing.load import LandingError
    from aim.orchestration.airflow_api import AirflowUnreachableError
    from aim.orchestration.airflow_server import AirflowError
    from aim.quality.judged_tables import JudgingError
    from aim.warehouse.embedded import ServerError

    return (
        ErasureError,
        InboxError,
        LandingError,
        LockError,
        AirflowError,
        AirflowUnreachableError,
        JudgingError,
        ServerError,
        SupersetError,
    )


def main() -> None:
    """Entry point: exit status 2 and one plain sentence for wrong usage, 1 for a pipeline that failed."""
    try:
        app()
    except Exception as error:
        # Asked only once something went wrong: a command that ends well imports none of their modules.
        if not isinstance(error, (*_misused(), *_failed())):
            raise
        sys.stderr.write(f"{error}\n")
        sys.exit(2 if isinstance(error, _misused()) else 1)
