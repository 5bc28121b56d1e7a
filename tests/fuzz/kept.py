"""Cases that broke a bound once, made small: each reader is given its own again, whatever is drawn."""

__all__ = ["KEPT"]

_CELL = '{"cell_type": "code", "execution_count": null, "id": "a", "metadata": {}, "outputs": [], "source": "tables.show(review)"}'
KEPT = {
    "a-schema": (
        b"table: budget_gaps\ncolumns:\n  council: {type: " + b"{" * 2000,
        b"table: 0\ntitle: a\nmeaning: a\ncolumns: {source: {}}\n",
    ),
    "the-contents-of-a-book": (b"format: " + b"9" * 5000,),
    "a-table-brought-in-csv": (b"council,buildings,maintenance_schedule,source\nEAST," + b"9" * 5000 + b",,\n",),
    "a-template": (f'{{"cells": [{_CELL}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'.encode(),),
}
