"""Calling a person: a question of a running cell, shown below it with its buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from factory_jupyter.errors import Unavailable
from factory_jupyter.notebook.aio.questions import Question, call_for_a_person

if TYPE_CHECKING:
    from factory_jupyter.notebook.widgets import Asked


def call(question: Question) -> None:
    """Say that an answer is awaited; in a kernel, by a card that takes it.

    The cell that asked is still running. The card works all the same: over the page's own socket, or where comms have a
    thread of their own (ipykernel 7 in JupyterLab 4.6 and Notebook 7).
    """
    card = _card(question) if _is_in_kernel() else None
    if card is None:
        call_for_a_person(question)
    else:
        card._ipython_display_()


def _card(question: Question) -> Asked | None:
    try:
        from factory_jupyter.notebook.widgets import Asked
    except Unavailable:
        return None  # Not built: words have to do.
    return Asked(question.server, question.info.session_id, question.summary, question.worktree)


def _is_in_kernel() -> bool:
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")
