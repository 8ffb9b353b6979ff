"""The record below a widget: what stays readable in a saved notebook, on GitHub, in an export, without a kernel."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from IPython.display import display

Bundle = dict[str, str]


class Record:
    """An output that is written again in place.

    It is an output of its own: JupyterLab draws an output anew when it changes, and would build the widget again with
    it. Where the widget lives it hides the record (``data-factory-record``), so that nothing is seen twice.
    """

    def __init__(self, draw: Callable[[str], Bundle]) -> None:
        self.id = secrets.token_hex(8)
        self._draw = draw
        self._shown: Bundle | None = None

    def show(self) -> None:
        """Display it in the present cell; once."""
        if self._shown is None:
            self._shown = self._draw(self.id)
            display(self._shown, raw=True, display_id=self.id)  # type: ignore[no-untyped-call]

    def refresh(self) -> None:
        """Write it again, if it says something else now."""
        if self._shown is None:
            return
        drawn = self._draw(self.id)
        if drawn != self._shown:
            self._shown = drawn
            display(drawn, raw=True, display_id=self.id, update=True)  # type: ignore[no-untyped-call]
