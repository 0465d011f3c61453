"""One JSON object: the record of a page."""

from __future__ import annotations

import json
from math import isfinite

from mcalc.documents.blocks import Page
from mcalc.documents.options import Options


def write(page: Page, options: Options) -> str:
    """The record; null stands for a number that is not finite, which JSON cannot say."""
    assert page.data is not None
    return json.dumps(_finite(page.data.record()), ensure_ascii=False)


def _finite(entry: object) -> object:
    if isinstance(entry, dict):
        return {key: _finite(one) for key, one in entry.items()}
    if isinstance(entry, list | tuple):
        return [_finite(one) for one in entry]
    return None if isinstance(entry, float) and not isfinite(entry) else entry
