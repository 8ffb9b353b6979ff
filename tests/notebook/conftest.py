"""The client against a server that plays what a test tells it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from factory_jupyter.notebook.aio.factory import Factory as AsyncFactory
from factory_jupyter.notebook.objects import Factory, Project, Workspace
from factory_jupyter.notebook.transport import Server
from tests.notebook import server as fakes
from tests.notebook.server import FakeFactory


@pytest.fixture(scope="session")
def shell() -> InteractiveShell:
    """The one IPython shell of the process; without a history, whose database would be open at the end."""
    return InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))


@pytest.fixture
def fake() -> Iterator[FakeFactory]:
    with fakes.serving(FakeFactory(projects=[fakes.project()], workspaces=[fakes.workspace("w1", "Fix it")])) as fake:
        yield fake


@pytest.fixture
def factory(fake: FakeFactory) -> Factory:
    return Factory(AsyncFactory(Server(fake.address)))


@pytest.fixture
def project(factory: Factory) -> Project:
    return factory.projects["App"]


@pytest.fixture
def workspace(factory: Factory) -> Workspace:
    return factory.workspaces["fix-it"]
