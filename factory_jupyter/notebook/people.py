"""Calling a person: a question of a running cell, shown below it with its buttons."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from factory_jupyter.errors import Unavailable
from factory_jupyter.notebook.aio.questions import Question, call_for_a_person

if TYPE_CHECKING:
    from factory_jupyter.notebook.widgets import Asked


def call(question: Question) -> None:
    """Say that an answer is awaited; in a kernel, with a card that takes it.

    The cell that asked is still running. The card works all the same: over the page's own socket, or where comms have a
    thread of their own (ipykernel 7 in JupyterLab 4.6 and Notebook 7).
    """
    call_for_a_person(question)
    if _is_in_kernel():
        with suppress(Unavailable):  # Not built: the words have to do.
            _card(question)._ipython_display_()


def _card(question: Question) -> Asked:
    from factory_jupyter.notebook.widgets import Asked

    return Asked(question.server, question.info.session_id, question.summary)


def _is_in_kernel() -> bool:
    from IPython.core.getipython import get_ipython

    return hasattr(get_ipython(), "kernel")
