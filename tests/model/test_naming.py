"""Names that people recognise, folders can have and git accepts."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from factory_jupyter.errors import Invalid
from factory_jupyter.model.naming import (
    WORDS,
    branch_prefix,
    check_branch_name,
    first_free,
    free_branch,
    project_name,
    slugify,
    spare_name,
    suggest_name,
)


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Please fix the flaky test in tests/test_api.py, it fails on Mondays.", "Fix flaky test in tests/test_api.py"),
        ("can you add dark mode?", "Add dark mode"),
        ("# Refactor the parser\n\nLong text follows", "Refactor parser"),
        ("- [ ] 1. `foo()` crashes: see log", "Foo crashes"),
        ("2048 game in the terminal", "2048 game in terminal"),
        ("\n\n  Übersetze die Doku  ", "Übersetze die Doku"),
        ("修复登录错误", "修复登录错误"),
        ("https://github.com/o/r/issues/7", "https://github.com/o/r/issues/7"),
        ("the a an please", None),
        ("", None),
        ("!!! ???\n--- 123", None),
        ("Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen putzen", None),
    ],
)
def test_suggestions(prompt: str, name: str | None) -> None:
    found = suggest_name(prompt)
    if prompt.startswith("Donau"):
        assert found
        assert len(found) == 48
    else:
        assert found == name


@given(st.text(max_size=300))
def test_a_suggestion_is_short_and_on_one_line(prompt: str) -> None:
    name = suggest_name(prompt)
    assert name is None or (0 < len(name) <= 48 and len(name.splitlines()) == 1 and name == name.strip())


@given(st.text(max_size=100))
@example("../../etc")
@example(".hidden")
def test_slugs_are_plain_folder_names(text: str) -> None:
    slug = slugify(text, "fallback")
    assert slug
    assert len(slug) <= 40
    assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not slug.startswith("-")
    assert not slug.endswith("-")


def test_slugs_end_at_a_word() -> None:
    assert (
        slugify("Fix the very long name of something that goes on", "x") == "fix-the-very-long-name-of-something-that"
    )
    assert slugify("Crème brûlée", "x") == "creme-brulee"
    assert slugify("数据", "task-1") == "task-1"


@pytest.mark.parametrize(
    ("folder", "name"),
    [("my-app", "My App"), ("my_cool-app", "My Cool App"), ("numpy", "Numpy"), ("_", "_"), ("aPI", "API")],
)
def test_project_names(folder: str, name: str) -> None:
    assert project_name(folder) == name


def test_numbers() -> None:
    assert first_free("App", set(), " ") == "App"
    assert first_free("App", {"app", "App 2"}, " ") == "App 3"


def test_spare_names() -> None:
    assert len(set(WORDS)) == len(WORDS) > 50
    assert all(word.isalpha() and word.islower() for word in WORDS)
    assert spare_name(set(), 3) == WORDS[3]
    assert spare_name({WORDS[3].title()}, 3) == WORDS[4]
    assert spare_name(WORDS, 3) == f"{WORDS[3]}-2"


@pytest.mark.parametrize(
    ("wanted", "taken", "free"),
    [
        ("ada/fix", [], "ada/fix"),
        ("ada/fix", ["ada/fix"], "ada/fix-2"),
        ("ada/fix", ["Ada/Fix"], "ada/fix-2"),  # one file on macOS and Windows
        ("ada/fix", ["ada/fix/deep"], "ada/fix-2"),  # a folder
        ("ada/fix", ["ada"], "ada-fix"),  # a file where the folder must be
        ("ada/fix", ["ada", "ada-fix"], "ada-fix-2"),
    ],
)
def test_free_branches(wanted: str, taken: list[str], free: str) -> None:
    assert free_branch(wanted, taken) == free


def test_prefixes() -> None:
    assert branch_prefix("Ada Lovelace") == "ada-lovelace"
    assert branch_prefix("数据") == "factory"


@pytest.mark.parametrize("name", ["main", "ada/fix-it", "it's", "x;y", "$(id)", "ä", "a.b", "v1.0", "a@b"])
def test_branch_names(name: str) -> None:
    assert check_branch_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        *[
            "",
            "@",
            "HEAD",
            "-x",
            "--force",
            "a b",
            "a..b",
            "a~1",
            "a^",
            "a:b",
            "a?b",
            "a*",
            "a[b",
            "a\\b",
            "a@{1}",
            "a//b",
        ],
        *["/a", "a/", "a.", ".a", "a/.b", "a.lock", "a.lock/b", "refs/heads/a", "a\nb", "a\0b", "a\x7f", "x" * 201],
    ],
)
def test_refused_branch_names(name: str) -> None:
    with pytest.raises(Invalid, match="cannot be a branch name"):
        check_branch_name(name)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("ab/.-@{}~^: *?[\\\x01ä"), min_size=1, max_size=8))
def test_git_accepts_whatever_we_accept_and_refuses_whatever_we_refuse(name: str) -> None:
    try:
        check_branch_name(name)
        ours = True
    except Invalid:
        ours = False
    done = subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True, check=False)
    assert ours == (done.returncode == 0 and name != "@" and not name.startswith("@{")), name
