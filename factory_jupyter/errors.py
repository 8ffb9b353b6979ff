"""Every error that factory-jupyter raises on purpose, each with a stable code and an HTTP status.

::

    FactoryError                     500 internal_error
    ├── Invalid                      400 invalid_input
    │   ├── InvalidRepository        400 invalid_repository
    │   └── InvalidFrame             400 invalid_frame
    ├── Forbidden                    403 forbidden
    │   ├── PathOutsideWorktree      403 path_outside_worktree
    │   └── BypassNotAllowed         403 bypass_not_allowed
    ├── NotFound                     404 not_found
    ├── Conflict                     409 conflict
    │   ├── IllegalTransition        409 illegal_transition
    │   ├── AlreadyAnswered          409 already_answered
    │   ├── SessionLimit             409 session_limit
    │   ├── SessionInUse             409 session_in_use
    │   ├── QueueFull                409 queue_full
    │   └── RetryLimit               409 retry_limit
    ├── RateLimited                  429 rate_limited
    ├── ToolFailed                   502 tool_failed
    │   ├── GitFailed                502 git_failed
    │   └── AgentFailed              502 agent_failed
    └── Unavailable                  503 unavailable
        └── DatabaseUnavailable      503 database_unavailable

Inner floors raise these and know no transport; ``web`` maps ``status`` and ``code`` at the edge. The message is a
sentence that tells a user what happened and what to do.
"""

from __future__ import annotations

from typing import ClassVar


class FactoryError(Exception):
    """Base of the tree; ``message`` is for people, ``code`` and ``status`` are for programs."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Invalid(FactoryError):
    """The request cannot be carried out as it is written."""

    code = "invalid_input"
    status = 400


class InvalidRepository(Invalid):
    """The path is not a git repository that can hold worktrees."""

    code = "invalid_repository"


class InvalidFrame(Invalid):
    """A frame on a socket could not be decoded; the connection goes on."""

    code = "invalid_frame"


class Forbidden(FactoryError):
    """The caller may not do this."""

    code = "forbidden"
    status = 403


class PathOutsideWorktree(Forbidden):
    """A path resolves to a place outside the worktree."""

    code = "path_outside_worktree"

    def __init__(self, path: str) -> None:
        super().__init__(f"{path!r} is outside this worktree. Use a path inside it.")


class BypassNotAllowed(Forbidden):
    """The administrator has not allowed bypassPermissions."""

    code = "bypass_not_allowed"

    def __init__(self) -> None:
        super().__init__(
            "This server does not allow bypassPermissions. "
            "Choose another mode, or ask the administrator to set c.FactoryExtension.allow_bypass_permissions = True."
        )


class NotFound(FactoryError):
    """No such thing, or it was removed meanwhile."""

    code = "not_found"
    status = 404

    def __init__(self, kind: str, id: str) -> None:
        super().__init__(f"There is no {kind} {id!r}. It may have been removed meanwhile; reload the list.")
        self.kind = kind
        self.id = id


class Conflict(FactoryError):
    """The state of things does not allow this now."""

    code = "conflict"
    status = 409


class IllegalTransition(Conflict):
    """A status may not change this way (``model.states``), or somebody else changed it first."""

    code = "illegal_transition"

    def __init__(self, kind: str, old: str, new: str) -> None:
        super().__init__(f"This {kind} is {old} and cannot become {new} now. Reload to see its present state.")


class AlreadyAnswered(Conflict):
    """A question is answered once; the first answer counts."""

    code = "already_answered"

    def __init__(self, question_id: str, state: str = "answered") -> None:
        super().__init__(f"This question was already {state}. The first answer counts.")
        self.question_id = question_id


class SessionLimit(Conflict):
    """The workspace has as many live sessions as the configuration allows."""

    code = "session_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"Maximum sessions per workspace ({limit}) reached. "
            "Stop or delete one, or raise c.FactoryExtension.max_sessions_per_workspace."
        )


class SessionInUse(Conflict):
    """Another process holds this Claude conversation; two at once would lose turns."""

    code = "session_in_use"

    def __init__(self, claude_session_id: str) -> None:
        super().__init__(
            f"The conversation {claude_session_id} is open in another process. "
            "Close it there, or fork it to go on here."
        )


class QueueFull(Conflict):
    """The queue of waiting messages is at its limit."""

    code = "queue_full"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"The queue is full (max {limit} messages). Wait for a turn to end, or cancel a queued message."
        )


class RetryLimit(Conflict):
    """Initialisation was retried as often as it may be."""

    code = "retry_limit"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Maximum retry attempts ({limit}) exceeded. Archive this workspace and create a new one.")


class RateLimited(FactoryError):
    """Too many prompts; ``retry_after`` is in seconds."""

    code = "rate_limited"
    status = 429

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ToolFailed(FactoryError):
    """A program that the product drives failed; the message carries its own words."""

    code = "tool_failed"
    status = 502


class GitFailed(ToolFailed):
    """A git command ended with an error; ``stderr`` is what git said."""

    code = "git_failed"

    def __init__(self, command: str, exit_code: int | None, stderr: str) -> None:
        ending = "timed out" if exit_code is None else f"exited with {exit_code}"
        super().__init__(f"git {command} {ending}: {stderr.strip() or 'no message'}")
        self.command = command
        self.exit_code = exit_code
        self.stderr = stderr


class AgentFailed(ToolFailed):
    """The agent's process could not be started or died."""

    code = "agent_failed"


class Unavailable(FactoryError):
    """Something the product needs is not there at the moment."""

    code = "unavailable"
    status = 503


class DatabaseUnavailable(Unavailable):
    """The database is locked, read-only, full, corrupt, or newer than this version."""

    code = "database_unavailable"
