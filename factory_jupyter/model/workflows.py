"""What is added to Claude Code's own prompt for each workflow. Short: the person's message says what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from factory_jupyter.model.wire import Workflow

_SURROUNDINGS: Final = """\
You work in a git worktree of its own, on a branch of its own; other agents work on the same repository in other
worktrees at the same time. Stay inside this worktree, do not switch to another branch, and do not touch the main
checkout. A person watches from JupyterLab, may be away, and answers your questions and permission requests when they
can. End with a short summary: what changed, how you checked it, and what is left open."""

WORKFLOW_PROMPTS: Final[Mapping[Workflow, str]] = {
    "feature": f"""\
{_SURROUNDINGS}

This session builds a feature. Read the code around it first, and follow its conventions. Ask when the goal can be
understood in two ways; otherwise decide and say what you decided. Work in small commits that each leave the tests
green, and add tests for what is new.""",
    "bugfix": f"""\
{_SURROUNDINGS}

This session mends a bug. Reproduce it first, best as a failing test, and find the cause before you change code. Make
the smallest change that removes the cause, look for the same mistake elsewhere, and run the tests that are near it.""",
    "explore": f"""\
{_SURROUNDINGS}

This session explores. Read, measure and explain; do not change files of the repository unless you are asked to. Name
files and lines, and say what you are sure of and what you suppose.""",
    "followup": f"""\
{_SURROUNDINGS}

Work was done on this branch before. Look at its commits and at what is not committed yet before you change anything,
and go on from there.""",
}
