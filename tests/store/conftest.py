"""A real SQLite file for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from factory_jupyter.store.stores import Stores, open_stores


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "factory" / "data.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def stores(url, jp_asyncio_loop) -> Iterator[Stores]:
    opened = jp_asyncio_loop.run_until_complete(open_stores(url))
    yield opened
    jp_asyncio_loop.run_until_complete(opened.database.close())
