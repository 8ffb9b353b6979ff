"""All stores on one open database. Importing this is free: `open_stores` imports SQLAlchemy, in a thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from factory_jupyter.store.database import Database
    from factory_jupyter.store.events import EventStore
    from factory_jupyter.store.messages import MessageStore
    from factory_jupyter.store.projects import ProjectStore
    from factory_jupyter.store.questions import QuestionStore
    from factory_jupyter.store.sessions import SessionStore
    from factory_jupyter.store.settings import SettingsStore
    from factory_jupyter.store.workspaces import WorkspaceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """One store for each group of tables; close with ``await stores.database.close()``."""

    database: Database
    projects: ProjectStore
    workspaces: WorkspaceStore
    sessions: SessionStore
    events: EventStore
    messages: MessageStore
    questions: QuestionStore
    settings: SettingsStore


async def open_stores(url: str, *, alone: bool = False) -> Stores:
    """Open the database at a SQLAlchemy URL (`Database.open`). Raises `DatabaseUnavailable`."""
    stores = await asyncio.to_thread(_build, url)
    await stores.database.open(alone=alone)
    return stores


def _build(url: str) -> Stores:
    from factory_jupyter.store.database import Database
    from factory_jupyter.store.events import EventStore
    from factory_jupyter.store.messages import MessageStore
    from factory_jupyter.store.projects import ProjectStore
    from factory_jupyter.store.questions import QuestionStore
    from factory_jupyter.store.sessions import SessionStore
    from factory_jupyter.store.settings import SettingsStore
    from factory_jupyter.store.workspaces import WorkspaceStore

    database = Database(url)
    return Stores(
        database=database,
        projects=ProjectStore(database),
        workspaces=WorkspaceStore(database),
        sessions=SessionStore(database),
        events=EventStore(database),
        messages=MessageStore(database),
        questions=QuestionStore(database),
        settings=SettingsStore(database),
    )
