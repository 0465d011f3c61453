"""Comma-separated values: the columns of a page under their plain names, with all digits."""

from __future__ import annotations

import csv
import io

from mcalc.documents.blocks import Page
from mcalc.documents.options import Options


def write(page: Page, options: Options) -> str:
    """A line of names, then the rows; a cell is empty where there is no value."""
    assert page.data is not None
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([name for name, _ in page.data.columns])
    writer.writerows(zip(*(cells for _, cells in page.data.columns), strict=True))
    return out.getvalue().rstrip("\n")
