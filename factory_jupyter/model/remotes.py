"""Which GitHub repository a git remote is: read from its URL alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

# user@host:path, and no scheme before it; a Windows drive (C:\…) has a one-letter host.
_SCP_LIKE = re.compile(r"^(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]{2,}):(?!//)(?P<path>.+)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubRepository:
    """A repository on github.com or on a GitHub Enterprise server."""

    host: str
    owner: str
    name: str


def parse_github_url(url: str) -> GitHubRepository | None:
    """The repository that a remote's URL names; None when it is not one of GitHub.

    Understands https, ssh, git and scp-like URLs. An Enterprise server is known by ``github`` in its host name or by
    ``.ghe.com``: a URL says no more.
    """
    if "://" in url:
        try:
            parts = urlsplit(url)
            host, path = parts.hostname or "", parts.path
        except ValueError:
            return None
    elif match := _SCP_LIKE.match(url):
        host, path = match["host"].lower(), match["path"]
    else:
        return None
    if host == "ssh.github.com":  # GitHub's ssh on port 443
        host = "github.com"
    names = [part for part in path.removesuffix("/").removesuffix(".git").split("/") if part]
    if len(names) != 2 or not _is_github(host):
        return None
    return GitHubRepository(host=host, owner=names[0], name=names[1])


def github_repository(remotes: Mapping[str, str]) -> GitHubRepository | None:
    """The repository of ``origin``, else of ``upstream``, else of the first remote by name that is one of GitHub."""
    for name in sorted(remotes, key=lambda name: (name != "origin", name != "upstream", name)):
        if found := parse_github_url(remotes[name]):
            return found
    return None


def _is_github(host: str) -> bool:
    return any("github" in label for label in host.split(".")) or host.endswith(".ghe.com")
