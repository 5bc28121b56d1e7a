"""``ncthelpers sign-off``: a role signs the data of a year as it is now."""

from datetime import date
from typing import Annotated

import typer
from rich.text import Text

from ncthelpers import cli
from ncthelpers.cli.status import day
from ncthelpers.faults import DataFaults
from ncthelpers.files import only_writer
from ncthelpers.years import ContractYear

_EXAMPLES = """\b
Examples:
  ncthelpers sign-off 2024-25 --role "Director of Children's Services"
  ncthelpers sign-off 2024-25 --role "Section 151 officer" --on 2025-08-14
"""


@cli.app.command("sign-off", epilog=_EXAMPLES)
def sign_off(
    year: cli.Year,
    role: Annotated[str, typer.Option(help="The role that signs; never a person's name.")],
    on: Annotated[
        str,
        typer.Option("--on", metavar="DATE", help="The day of the sign-off, such as 2025-08-14.", show_default="today"),
    ] = "",
) -> None:
    """Record that a role signs a year's data off as it is now; it lapses as soon as a figure changes."""
    from ncthelpers import signoff

    contract_year, signed_on = ContractYear(year), day(on) if on else date.today()
    fault = signoff.role_fault(role)
    if fault:
        raise ValueError(f"--role {fault}")
    with only_writer(cli.root(), cli.says_that_it_waits):
        _sign(contract_year, role, signed_on)
    cli.say.print(
        Text(f"{contract_year}: signed off by {role} on {signed_on}, in data/{contract_year}/datapackage.yml")
    )


def _sign(contract_year: ContractYear, role: str, signed_on: date) -> None:
    """Record the sign-off, where the data has no fault and the role may sign on that day."""
    from ncthelpers import datapackage, load, unfinished

    data, faults = load.read_year(cli.root(), contract_year)
    place = f"data/{contract_year}"
    roles = data.contract.get("sign_off")
    named = [str(one) for one in roles] if isinstance(roles, list) else []
    if named and role not in named:
        raise ValueError(f"{role!r} is none of the roles that {place}/contract.yml says must sign: {', '.join(named)}")
    faults += (*unfinished.waiting(data, place), *unfinished.by_file(unfinished.unconfirmed(data, place)))
    if faults:
        raise DataFaults(faults)
    if not data.ends < signed_on <= date.today():
        raise ValueError(
            f"a year that ends on {data.ends} is signed off after that day and by today, not on {signed_on}"
        )
    datapackage.sign(load.year_folder(cli.root(), contract_year), role, signed_on)
