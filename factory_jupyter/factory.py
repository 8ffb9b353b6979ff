"""The composition root: builds every service once, starts them in order, stops them in reverse. No logic lives here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from factory_jupyter.config import FactoryConfig
from factory_jupyter.model.wire import Snapshot
from factory_jupyter.services import readiness
from factory_jupyter.services.activity import Activities
from factory_jupyter.services.agent_tools import AgentTools
from factory_jupyter.services.board import snapshots
from factory_jupyter.services.clock import SystemClock
from factory_jupyter.services.diff_refresher import DiffRefresher
from factory_jupyter.services.feeds import BoardFeed
from factory_jupyter.services.health import HealthService
from factory_jupyter.services.jobs import Jobs
from factory_jupyter.services.projects import ProjectService
from factory_jupyter.services.provisioning import Provisioner
from factory_jupyter.services.questions import QuestionService
from factory_jupyter.services.rate_limits import RateLimiter
from factory_jupyter.services.session_logs import SessionLogs
from factory_jupyter.services.sessions import SessionService
from factory_jupyter.services.settings import SettingsService
from factory_jupyter.services.tasks import TaskService
from factory_jupyter.services.workspace_plans import WorkspacePlans
from factory_jupyter.services.workspaces import WorkspaceService
from factory_jupyter.store.stores import Stores, open_stores
from factory_jupyter.tools import claude_history
from factory_jupyter.tools.claude import ClaudeStarter
from factory_jupyter.tools.git import Git
from factory_jupyter.tools.git_locks import RepositoryLocks
from factory_jupyter.tools.git_repository import Repositories
from factory_jupyter.tools.git_worktrees import Worktrees

if TYPE_CHECKING:
    from factory_jupyter.store.database import Database


class Factory:
    """Every service of one server. Cheap to build; `ready` opens the database and starts what runs by itself."""

    database: Database
    projects: ProjectService
    workspaces: WorkspaceService
    sessions: SessionService
    questions: QuestionService
    settings: SettingsService
    tasks: TaskService
    snapshot: Callable[[], Awaitable[Snapshot]]
    """Makes everything that the board shows."""

    def __init__(self, config: FactoryConfig, agent_tools: Callable[[Factory], AgentTools]) -> None:
        self.config = config
        self.clock = SystemClock()
        self.jobs = Jobs(clock=self.clock)
        self.board = BoardFeed()
        self.activities = Activities()
        self.mcp = agent_tools(self)
        self.rate_limiter = RateLimiter(
            self.clock,
            per_minute=config.rate_limit_per_minute,
            per_hour=config.rate_limit_per_hour,
            queue_size=config.rate_limit_queue_size,
            queue_timeout_s=config.rate_limit_queue_timeout_ms / 1000,
        )
        self._git = Git(environment=config.environment(), timeout_s=config.git_timeout_s)
        self.health = HealthService(
            checks={
                "database": readiness.database_check(self._check_database),
                **readiness.tool_checks(config),
                "rate_limiter": readiness.rate_limiter_check(self.rate_limiter),
            },
            clock=self.clock,
            board=self.board,
        )
        self._opening: asyncio.Task[None] | None = None

    def has_history(self) -> bool:
        """Whether an earlier server may have left something to look after."""
        url = self.config.database_url
        return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()

    def is_working(self) -> bool:
        """Whether an agent works at this moment."""
        return self.activities.is_any_working()

    async def ready(self) -> None:
        """Open and start, once. Raises `errors.DatabaseUnavailable`; the next call tries again."""
        if self._opening is None or (self._opening.done() and self._opening.exception()):
            self._opening = asyncio.create_task(self._open())
        await asyncio.shield(self._opening)

    async def _open(self) -> None:
        stores = await open_stores(self.config.database_url, alone=True)
        try:
            self._build(stores)
            await self.sessions.start()
            await self.workspaces.start()
            self.jobs.every("health", self.config.health_check_interval_ms / 1000, self.health.watch)
        except BaseException:
            await stores.database.close()
            raise

    def _build(self, stores: Stores) -> None:
        config, clock, publish = self.config, self.clock, self.board.publish
        self.database = stores.database
        self.settings = SettingsService(store=stores.settings, config=config, clock=clock)
        self.projects = ProjectService(
            store=stores.projects,
            repositories=Repositories(self._git),
            clock=clock,
            publish=publish,
            worktree_base=config.worktree_base_path,
        )
        self.workspaces = WorkspaceService(
            store=stores.workspaces,
            projects=stores.projects,
            provisioner=Provisioner(
                store=stores.workspaces,
                projects=stores.projects,
                git=self._git,
                locks=RepositoryLocks(),
                environment=config.environment(),
                clock=clock,
                user=config.user_name(),
                fetch_timeout_s=config.fetch_timeout_s,
            ),
            plans=WorkspacePlans(
                store=stores.workspaces,
                worktrees=Worktrees(self._git),
                min_free_disk_bytes=config.min_free_disk_bytes,
            ),
            diffs=DiffRefresher(store=stores.workspaces, git=self._git, jobs=self.jobs),
            jobs=self.jobs,
            clock=clock,
            publish=publish,
            activity=self.activities,
        )
        self.sessions = SessionService(
            stores=stores,
            config=config,
            clock=clock,
            board=self.board,
            activities=self.activities,
            workspaces=self.workspaces,
            settings=self.settings,
            starter=ClaudeStarter(
                config.expand(config.base_dir) / "run",
                max_concurrent_starts=config.max_concurrent_starts,
                is_root=config.is_root(),
            ),
            history=claude_history,
            limiter=self.rate_limiter,
            logs=SessionLogs(
                config.session_log_path, clock, days=config.session_log_days, max_bytes=config.session_log_max_bytes
            ),
            tools=self.mcp,
        )
        self.questions = QuestionService(stores.questions)
        self.tasks = TaskService(workspaces=self.workspaces, sessions=self.sessions)
        self.snapshot = snapshots(
            projects=self.projects.list,
            workspaces=self.workspaces.list,
            sessions=self.sessions.list,
            questions=self.questions.waiting,
        )
        self.workspaces.on_ready.append(self.sessions.wake)
        self.activities.on_change += [self.workspaces.refresh, self.workspaces.refresh_diff]

    async def _check_database(self) -> None:
        await self.ready()
        await self.database.check()

    async def stop(self) -> None:
        """End agents, jobs and the tools, then close the database. Idempotent."""
        if self._opening is None:
            return
        await asyncio.wait([self._opening])
        if not self._opening.exception():
            await self.sessions.stop()
            await self.jobs.stop()
            await self.mcp.stop()
            await self.database.close()
        self._opening = None
