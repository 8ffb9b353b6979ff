"""Run several Claude Code agents at once from JupyterLab, each in its own git worktree.

Entry points only. A kernel that says ``import factory_jupyter`` must not pay for the server, and the server must not
pay for the notebook client, so each function imports what it needs when it is called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from factory_jupyter.notebook.client import connect

__version__ = "0.1.0"
__all__ = ["__version__", "connect"]


def __getattr__(name: str) -> Any:
    """Resolve ``factory_jupyter.connect`` on first use (PEP 562)."""
    if name == "connect":
        from factory_jupyter.notebook.client import connect

        return connect
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell Jupyter Server which ExtensionApp to load."""
    from factory_jupyter.extension import FactoryExtension

    return [{"module": "factory_jupyter", "app": FactoryExtension}]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab's development tools where the built front end is and under which name it is installed."""
    return [{"src": "labextension", "dest": "factory-jupyter"}]


def load_ipython_extension(shell: InteractiveShell) -> None:
    """``%load_ext factory_jupyter`` registers ``%factory`` and ``%%claude``."""
    from factory_jupyter.notebook.magics import register

    register(shell)
