"""What everybody sees of a session: its row and what is derived from it."""

from __future__ import annotations

from factory_jupyter.model import wire
from factory_jupyter.model.states import SessionPhase, SessionStatus
from factory_jupyter.store.rows import SessionRow


def resting_phase(row: SessionRow) -> SessionPhase:
    """The phase of a session without a process: stopped when it had one, idle when it is new."""
    fresh = row.turns == 0 and row.status is SessionStatus.IDLE
    return SessionPhase.IDLE if fresh else SessionPhase.STOPPED


def shown(row: SessionRow, phase: SessionPhase | None = None, *, queue_paused: bool | None = None) -> wire.Session:
    """The session on the wire; without a ``phase`` it is one that is not open in memory."""
    return wire.Session(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        workflow=row.workflow,
        model=row.model,
        permission_mode=row.permission_mode,
        status=row.status,
        phase=resting_phase(row) if phase is None else phase,
        claude_session_id=row.claude_session_id,
        queued=row.queued,
        last_seq=row.last_seq,
        usage=wire.Usage(
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            cache_read_input_tokens=row.cache_read_input_tokens,
            cache_creation_input_tokens=row.cache_creation_input_tokens,
            cost_usd=row.cost_usd,
        ),
        created_at=row.created_at,
        updated_at=row.updated_at,
        context_tokens=row.context_tokens,
        context_window=row.context_window,
        open_questions=row.open_questions,
        queue_paused=row.queued > 0 and (is_paused_at_start(row) if queue_paused is None else queue_paused),
    )


def is_paused_at_start(row: SessionRow) -> bool:
    """Whether what waits in the queue of a session that was just opened must wait for a person.

    A new task goes on by itself after a restart of the server; a conversation that was broken off does not start
    working by surprise.
    """
    return resting_phase(row) is not SessionPhase.IDLE
