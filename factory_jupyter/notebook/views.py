"""What both faces of the client show of a thing: its fields by name, a stable repr, and a table for a cell.

A repr holds nothing that changes between two runs (no ids, no times), so that notebooks compare equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any, ClassVar, Final, Generic, TypeVar

from factory_jupyter.model import wire
from factory_jupyter.model.naming import slugify

Info = TypeVar("Info", bound=wire.Project | wire.Workspace | wire.Session | wire.Question)

# The fields of a tool's input that say most, best first.
_TELLING: Final = ("command", "file_path", "notebook_path", "path", "pattern", "url", "query", "description")

_DOT: Final = "display:inline-block;width:.6em;height:.6em;border-radius:50%;margin-right:.4em;background:{}"
_COLOURS: Final = {
    "READY": "var(--jp-success-color1, #388e3c)",
    "FAILED": "var(--jp-error-color1, #d32f2f)",
    "needs you": "var(--jp-warn-color1, #f57c00)",
    "working": "var(--jp-brand-color1, #1976d2)",
    "running": "var(--jp-brand-color1, #1976d2)",
}
_GREY: Final = "var(--jp-border-color1, #bdbdbd)"


class View(Generic[Info]):
    """Base of both faces; ``info`` is what the server said last, ``refresh()`` asks again."""

    HEAD: ClassVar[Sequence[str]]

    @property
    def info(self) -> Info:
        """Every field that the server knows (`factory_jupyter.model.wire`)."""
        raise NotImplementedError

    @property
    def id(self) -> str:
        """The server's id."""
        return self.info.id

    def row(self) -> list[str]:
        """Its cells below `HEAD`, as HTML."""
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return table(self.HEAD, [self.row()])


class NamedView(View[Info]):
    """A thing that people give a name."""

    @property
    def name(self) -> str:
        """As shown in the panel."""
        assert not isinstance(self.info, wire.Question)
        return self.info.name


class ProjectView(NamedView[wire.Project]):
    """A local git repository."""

    HEAD = ("Project", "Default branch", "Folder")

    @property
    def path(self) -> str:
        """The repository's folder on the server."""
        return self.info.repo_path

    @property
    def default_branch(self) -> str:
        """Where new tasks start from."""
        return self.info.default_branch

    def __repr__(self) -> str:
        return f"<Project {self.name!r}>"

    def row(self) -> list[str]:
        """Its cells below `HEAD`, as HTML."""
        return [escape(self.name), _code(self.default_branch), _code(self.path)]


class WorkspaceView(NamedView[wire.Workspace]):
    """A git worktree and branch of a project, with its sessions."""

    HEAD = ("", "Workspace", "Branch", "Changes")

    @property
    def slug(self) -> str:
        """The name as one writes it after ``%%claude``."""
        return slugify(self.info.name, self.info.id)

    @property
    def status(self) -> str:
        """NEW, PROVISIONING, READY, FAILED or ARCHIVED."""
        return self.info.status.value

    @property
    def branch(self) -> str | None:
        """Its git branch; None until there is one."""
        return self.info.branch_name

    @property
    def path(self) -> str | None:
        """Its worktree on the server; None until there is one."""
        return self.info.worktree_path

    @property
    def diff(self) -> wire.Diff:
        """Size of its changes against the base branch."""
        return self.info.diff

    @property
    def activity(self) -> str:
        """``needs you``, ``working``, or else its status."""
        if self.info.needs_attention:
            return "needs you"
        return "working" if self.info.is_working else self.status

    def __repr__(self) -> str:
        return f"<Workspace {self.name!r} {self.status}>"

    def row(self) -> list[str]:
        """Its cells below `HEAD`, as HTML."""
        return [
            dotted(self.activity),
            escape(self.name),
            _code(self.branch or "–"),
            changes(self.diff),
        ]


class SessionView(NamedView[wire.Session]):
    """A conversation with Claude Code in a workspace."""

    HEAD = ("", "Session", "Model", "Mode", "Tokens", "Cost")

    @property
    def phase(self) -> str:
        """idle, starting, running, waiting, stopping or stopped, when it was asked last."""
        return self.info.phase.value

    @property
    def usage(self) -> wire.Usage:
        """Tokens and money so far."""
        return self.info.usage

    def __repr__(self) -> str:
        return f"<Session {self.name!r}>"

    def row(self) -> list[str]:
        """Its cells below `HEAD`, as HTML."""
        usage = self.usage
        tokens = usage.input_tokens + usage.output_tokens
        return [
            dotted("needs you" if self.phase == "waiting" else self.phase),
            escape(self.name),
            escape(self.info.model or "default"),
            escape(self.info.permission_mode),
            f"{tokens:,}",
            f"${usage.cost_usd:.2f}",
        ]


class QuestionView(View[wire.Question]):
    """Something that Claude waits for: a permission, a question of its own, or the approval of a plan."""

    worktree: str | None = None
    """Where the session works, when it is known; paths in it are shown relative to it."""

    HEAD = ("Kind", "Question")

    @property
    def kind(self) -> wire.QuestionKind:
        """permission, ask_user or plan."""
        return self.info.kind

    @property
    def tool_name(self) -> str:
        """The tool that wants to run."""
        return self.info.tool_name

    @property
    def input(self) -> dict[str, Any]:
        """What the tool would get, whole."""
        return self.info.input

    @property
    def plan(self) -> str | None:
        """The plan in Markdown, when it is one."""
        return self.info.plan

    @property
    def choices(self) -> dict[str, list[str]]:
        """For ask_user: each question with the labels it offers. ``allow(answers={question: label})`` answers."""
        asked: Sequence[dict[str, Any]] = self.input.get("questions", []) if self.kind == "ask_user" else []
        return {one["question"]: [option["label"] for option in one.get("options", [])] for one in asked}

    @property
    def summary(self) -> str:
        """One line for people."""
        if self.kind == "plan":
            return "Approve the plan?"
        if self.kind == "ask_user":
            return " · ".join(self.choices) or "A question"
        told = telling(self.input)
        return f"{self.tool_name} {told.replace(f'{self.worktree}/', '') if self.worktree else told}".strip()

    def __repr__(self) -> str:
        return f"<Question {self.summary!r}>"

    def row(self) -> list[str]:
        """Its cells below `HEAD`, as HTML."""
        return [escape(self.kind), _code(self.summary)]


def telling(tool_input: Mapping[str, Any]) -> str:
    """The first line of what says most in a tool's input."""
    told = next((str(tool_input[name]) for name in _TELLING if name in tool_input), "")
    first, *more = told.splitlines() or [""]
    return f"{first} …" if more else first


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """An HTML table of cells that are HTML already."""
    cell = '<td style="text-align:left">{}</td>'
    top = "".join(f'<th style="text-align:left">{escape(title)}</th>' for title in head)
    body = "".join(f"<tr>{''.join(cell.format(value) for value in row)}</tr>" for row in rows)
    return f"<table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def changes(diff: wire.Diff) -> str:
    """The size of a workspace's changes."""
    return f"{diff.files} {'file' if diff.files == 1 else 'files'}, +{diff.additions} −{diff.deletions}"


def dotted(state: str) -> str:
    """A state with its colour; the words say it too."""
    return f'<span style="{_DOT.format(_COLOURS.get(state, _GREY))}"></span>{escape(state)}'


def _code(text: str) -> str:
    return f"<code>{escape(text)}</code>"
