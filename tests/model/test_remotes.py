"""Which GitHub repository a remote is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from factory_jupyter.model.remotes import github_repository, parse_github_url


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://github.com/ada/engine.git", ("github.com", "ada", "engine")),
        ("https://github.com/ada/engine", ("github.com", "ada", "engine")),
        ("https://github.com/ada/engine/", ("github.com", "ada", "engine")),
        ("https://token@GitHub.com/ada/engine.js.git", ("github.com", "ada", "engine.js")),
        ("git@github.com:ada/engine.git", ("github.com", "ada", "engine")),
        ("github.com:ada/engine", ("github.com", "ada", "engine")),
        ("org-123@github.com:ada/engine.git", ("github.com", "ada", "engine")),
        ("ssh://git@github.com/ada/engine.git", ("github.com", "ada", "engine")),
        ("ssh://git@ssh.github.com:443/ada/engine.git", ("github.com", "ada", "engine")),
        ("git://github.com/ada/engine.git", ("github.com", "ada", "engine")),
        ("https://github.example.com/team/app.git", ("github.example.com", "team", "app")),
        ("git@github.example.com:team/app.git", ("github.example.com", "team", "app")),
        ("https://acme.ghe.com/team/app.git", ("acme.ghe.com", "team", "app")),
        ("https://gitlab.com/ada/engine.git", None),
        ("git@bitbucket.org:ada/engine.git", None),
        ("/srv/git/github.com/ada/engine.git", None),
        ("file:///srv/github.com/ada/engine.git", None),
        ("../engine", None),
        ("C:\\code\\engine", None),
        ("https://github.com/ada", None),
        ("https://github.com/ada/engine/tree/main", None),
        ("", None),
    ],
)
def test_urls(url: str, found: tuple[str, str, str] | None) -> None:
    repository = parse_github_url(url)
    assert (repository and (repository.host, repository.owner, repository.name)) == found


@given(st.text(max_size=60))
def test_nothing_that_a_configuration_can_hold_breaks_it(url: str) -> None:
    for text in (url, f"https://{url}", f"git@{url}:{url}"):
        parse_github_url(text)


def test_origin_counts_first_then_upstream_then_the_rest() -> None:
    fork, upstream = "https://github.com/me/x.git", "https://github.com/them/x.git"
    both = {"upstream": upstream, "a": "https://github.com/a/x.git"}
    found = github_repository({"origin": fork, **both})
    assert found
    assert found.owner == "me"
    found = github_repository({"origin": "https://gitlab.com/me/x.git", **both})
    assert found
    assert found.owner == "them"
    assert github_repository({}) is None
