"""The client for cells: the same as `aio`, with every call blocking.

An object here holds its twin in ``aio`` and names the coroutines of the twin that it offers, each with what clothes
its result. What they do, and their documentation, is written there, once.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from factory_jupyter.model import wire
from factory_jupyter.notebook import people
from factory_jupyter.notebook.aio import factory as aio_factory
from factory_jupyter.notebook.aio import questions as aio_questions
from factory_jupyter.notebook.aio import sessions as aio_sessions
from factory_jupyter.notebook.aio import workspaces as aio_workspaces
from factory_jupyter.notebook.attachments import Attachable
from factory_jupyter.notebook.loop import blocking, run, same
from factory_jupyter.notebook.turns import Event, Turn
from factory_jupyter.notebook.views import NamedView, ProjectView, QuestionView, SessionView, WorkspaceView, table

if TYPE_CHECKING:
    from factory_jupyter.notebook.widgets import Board, Chat

Thing = TypeVar("Thing", bound=NamedView[Any])


class Question(QuestionView):
    """Something that waits for a person; it is answered once, wherever the answer comes from."""

    def __init__(self, aio: aio_questions.Question) -> None:
        self.aio = aio
        self.worktree = aio.worktree

    @property
    def info(self) -> wire.Question:
        """Every field that the server knows."""
        return self.aio.info

    allow = blocking(aio_questions.Question.allow, same)
    deny = blocking(aio_questions.Question.deny, same)


OnQuestion = Callable[[Question], object]
"""Called in a thread with each question of a turn; it may answer, or leave the question to a person."""


class Stream:
    """Events of a turn, for ``for`` and for ``async for``."""

    def __init__(self, events: AsyncGenerator[Event]) -> None:
        self._events = events

    def __iter__(self) -> Iterator[Event]:
        return self

    def __next__(self) -> Event:
        event = run(anext(self._events, None))
        if event is None:
            raise StopIteration
        return event

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events


class Talk:
    """What can be said to a session, or through a workspace to its first session."""

    aio: aio_sessions.Talk

    def ask(
        self,
        text: str,
        *,
        key: str | None = None,
        attachments: Sequence[Attachable] = (),
        on_question: OnQuestion | None = None,
        timeout: float | None = None,
    ) -> Turn:
        """Say ``text`` and wait for the end of the turn.

        While the session works on something else the message waits in its queue. With ``key`` the same text is said
        once: asking again (Run All) gives the turn that is already there. ``on_question`` is called with each
        question; without it a person is awaited. ``attachments`` are paths of images or text files, or matplotlib
        figures. When the cell is interrupted, or ``timeout`` seconds have passed (`TimeoutError`), the turn is
        interrupted too. A turn that ends with an error is returned; see `Turn.raise_for_error`.
        """
        policy = _in_thread(on_question)
        return run(self.aio.ask(text, key=key, attachments=attachments, on_question=policy, timeout=timeout))

    def stream(
        self,
        text: str,
        *,
        key: str | None = None,
        attachments: Sequence[Attachable] = (),
        on_question: OnQuestion | None = None,
    ) -> Stream:
        """Say ``text`` and watch the turn, with ``for`` or ``async for``: settled events and the deltas between.

        As `ask`, except that leaving the loop early leaves the turn running.
        """
        policy = _in_thread(on_question)
        return Stream(self.aio.stream(text, key=key, attachments=attachments, on_question=policy))

    def wait(self, *, on_question: OnQuestion | None = None) -> Turn | None:
        """Wait until the session has nothing to do. Its last turn, or None when there was none."""
        return run(self.aio.wait(on_question=_in_thread(on_question)))

    say = blocking(aio_sessions.Talk.say, same)
    interrupt = blocking(aio_sessions.Talk.interrupt, same)
    stop = blocking(aio_sessions.Talk.stop, same)


class Session(Talk, SessionView):
    """A conversation with Claude Code in a workspace."""

    def __init__(self, aio: aio_sessions.Session) -> None:
        self.aio: aio_sessions.Session = aio

    @property
    def info(self) -> wire.Session:
        """Every field that the server knows."""
        return self.aio.info

    answer = blocking(aio_sessions.Session.answer, same)
    set_model = blocking(aio_sessions.Session.set_model, same)
    set_permission_mode = blocking(aio_sessions.Session.set_permission_mode, same)
    events = blocking(aio_sessions.Session.events, same)
    transcript = blocking(aio_sessions.Session.transcript, same)
    refresh = blocking(aio_sessions.Session.refresh, same)

    def chat(self, title: str | None = None) -> Chat:
        """The conversation as a widget: live, with its questions, and with a record that stays in the notebook."""
        from factory_jupyter.notebook.widgets import Chat

        return Chat(self.aio.server, self.info, title or self.name, self.aio.worktree)


class Workspace(Talk, WorkspaceView):
    """A git worktree and branch of a project. What is said to it is said to its first session."""

    def __init__(self, aio: aio_workspaces.Workspace) -> None:
        self.aio: aio_workspaces.Workspace = aio

    @property
    def info(self) -> wire.Workspace:
        """Every field that the server knows."""
        return self.aio.info

    @property
    def sessions(self) -> Sessions:
        """Its conversations, and beginning new ones."""
        return Sessions(self.aio.sessions)

    session = blocking(aio_workspaces.Workspace.session, Session)
    retry = blocking(aio_workspaces.Workspace.retry, same)
    refresh = blocking(aio_workspaces.Workspace.refresh, same)

    def chat(self) -> Chat:
        """The first session as a widget; see `Session.chat`."""
        return self.session().chat(self.name)


class Project(ProjectView):
    """A local git repository."""

    def __init__(self, aio: aio_factory.Project) -> None:
        self.aio = aio

    @property
    def info(self) -> wire.Project:
        """Every field that the server knows."""
        return self.aio.info

    @property
    def workspaces(self) -> ProjectWorkspaces:
        """Its workspaces, and making new ones."""
        return ProjectWorkspaces(self.aio.workspaces)

    branches = blocking(aio_factory.Project.branches, same)
    refresh = blocking(aio_factory.Project.refresh, same)


def _questions(twins: Sequence[aio_questions.Question]) -> Sequence[Question]:
    return [Question(twin) for twin in twins]


def _sessions(twins: Sequence[aio_sessions.Session]) -> Sequence[Session]:
    return [Session(twin) for twin in twins]


def _workspaces(twins: Sequence[aio_workspaces.Workspace]) -> Sequence[Workspace]:
    return [Workspace(twin) for twin in twins]


def _projects(twins: Sequence[aio_factory.Project]) -> Sequence[Project]:
    return [Project(twin) for twin in twins]


class Collection(Generic[Thing]):
    """A list of things in a cell: iterated, asked for ``["name"]`` with completion, shown as a table."""

    def list(self) -> Sequence[Thing]:
        """All of them."""
        raise NotImplementedError

    def get(self, name: str) -> Thing:
        """The one with this name."""
        raise NotImplementedError

    def __iter__(self) -> Iterator[Thing]:
        return iter(self.list())

    def __len__(self) -> int:
        return len(self.list())

    def __getitem__(self, name: str) -> Thing:
        return self.get(name)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    def _repr_html_(self) -> str:
        things = self.list()
        return table(things[0].HEAD, [thing.row() for thing in things]) if things else "<i>none yet</i>"

    def _ipython_key_completions_(self) -> Sequence[str]:
        return [thing.name for thing in self.list()]


class Sessions(Collection[Session]):
    """The sessions of one workspace."""

    def __init__(self, aio: aio_sessions.Sessions) -> None:
        self.aio = aio

    list = blocking(aio_sessions.Sessions.list, _sessions)
    get = blocking(aio_sessions.Sessions.get, Session)
    create = blocking(aio_sessions.Sessions.create, Session)


class Workspaces(Collection[Workspace]):
    """Workspaces of one project, or of all."""

    def __init__(self, aio: aio_workspaces.Workspaces) -> None:
        self.aio = aio

    list = blocking(aio_workspaces.Workspaces.list, _workspaces)
    get = blocking(aio_workspaces.Workspaces.get, Workspace)


class ProjectWorkspaces(Workspaces):
    """The workspaces of one project, where new ones are made."""

    def __init__(self, aio: aio_workspaces.ProjectWorkspaces) -> None:
        self.aio: aio_workspaces.ProjectWorkspaces = aio

    create = blocking(aio_workspaces.ProjectWorkspaces.create, Workspace)


class Projects(Collection[Project]):
    """The projects of this server."""

    def __init__(self, aio: aio_factory.Projects) -> None:
        self.aio = aio

    list = blocking(aio_factory.Projects.list, _projects)
    get = blocking(aio_factory.Projects.get, Project)
    add = blocking(aio_factory.Projects.add, Project)


class Factory:
    """One server's projects, workspaces, sessions and questions; ``aio`` is the same with coroutines."""

    def __init__(self, aio: aio_factory.Factory) -> None:
        self.aio = aio

    @property
    def projects(self) -> Projects:
        """Repositories, and adding new ones."""
        return Projects(self.aio.projects)

    @property
    def workspaces(self) -> Workspaces:
        """Workspaces of all projects; new ones are made in a project."""
        return Workspaces(self.aio.workspaces)

    questions = blocking(aio_factory.Factory.questions, _questions)
    health = blocking(aio_factory.Factory.health, same)
    frame = blocking(aio_factory.Factory.frame, same)

    def board(self) -> Board:
        """The board as a widget: every workspace by what it needs, live, with its questions."""
        from factory_jupyter.notebook.widgets import Board

        return Board(self.aio.server)

    def __repr__(self) -> str:
        return repr(self.aio)


def _in_thread(policy: OnQuestion | None) -> aio_questions.OnQuestion:
    """The policy of a blocking call as one of its twin: in a thread, so that it may block, too."""

    async def put(question: aio_questions.Question) -> None:
        work = (policy, Question(question)) if policy else (people.call, question)
        answering = await asyncio.to_thread(*work)
        if inspect.isawaitable(answering):
            await answering

    return put
