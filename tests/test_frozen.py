"""What is printed changes only where it is meant to: `tests/frozen/outputs.py --write` freezes it anew.

Each run looks at every seventh output; ``pytest -m slow tests/test_frozen.py`` at all of them.
"""

from __future__ import annotations

import pytest
from frozen.outputs import Key, changed, requests

EVERY = 7


def told(news: dict[Key, str]) -> str:
    listed = "\n".join(" ".join(key) for key in news)
    return f"{len(news)} outputs differ; `python tests/frozen/outputs.py --write` freezes them anew:\n{listed}"


@pytest.mark.parametrize("part", range(2))
def test_a_share_of_the_outputs(part: int) -> None:
    news = changed(list(requests())[part * EVERY :: 2 * EVERY])
    assert not news, told(news)


@pytest.mark.slow
def test_every_output() -> None:
    news = changed(requests())
    assert not news, told(news)
