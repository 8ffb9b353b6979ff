"""Names: of projects, workspaces, folders and branches. Pure: callers say what is taken.

Rules of branch names are git's own (``git help check-ref-format``) and a few that git forgets: ``@``, names that begin
with ``refs/`` and names too long for a file system are legal for git and break things later.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from factory_jupyter.errors import Invalid

MAX_BRANCH_BYTES: Final = 200
_MAX_SLUG: Final = 40
_MAX_NAME: Final = 48
_MAX_WORDS: Final = 6

# What people write before they say what they want, and words that make a name longer but not clearer.
_FILLER: Final = frozenset(
    """
    a an the please kindly can could would will you we i i'd like want need to help me us let's lets hi hello hey claude
    just so that this these those our my your
    """.split()  # noqa: SIM905
)

# Headings, list marks and quotes of Markdown are no words.
_MARKDOWN_MARK: Final = re.compile(r"^\s*(?:(?:[#>*+-]+|\d+[.)]|\[[ x]?\])\s+)*")

# Names for tasks that say nothing of themselves yet: short, easy to tell apart aloud, meaning nothing.
WORDS: Final = tuple(
    """
    acorn alder amber anchor aspen atlas badger basil beacon birch bramble breeze brook canyon cedar cinder
    clover comet copper coral cove crane cricket delta ember falcon fern finch fjord flint garnet glade harbor
    hazel heron indigo iris ivory jade juniper kestrel lagoon lantern larch linden lotus lynx maple marble
    meadow mesa mica nectar nimbus oak olive onyx opal orchid otter pebble pepper pine plum poppy prairie quartz
    raven reed robin saffron sage sierra slate sparrow spruce summit tamarind teal thistle tulip tundra umber
    velvet violet walnut willow wren yarrow zephyr
    """.split()  # noqa: SIM905
)


def slugify(text: str, fallback: str, limit: int = _MAX_SLUG) -> str:
    """Lower-case ASCII letters, digits and single hyphens; ``fallback`` when nothing of the text can be kept."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(slug) > limit:
        head, _, _ = slug[: limit + 1].rpartition("-")
        slug = head or slug[:limit]
    return slug or fallback


def project_name(folder: str) -> str:
    """Name of a project from the last part of its path: ``my-app`` is ``My App``."""
    return " ".join(word[:1].upper() + word[1:] for word in re.split(r"[-_\s]+", folder) if word) or folder


def numbered(name: str, separator: str = "-") -> Iterator[str]:
    """``name``, ``name-2``, ``name-3`` …; without end."""
    yield name
    number = 2
    while True:
        yield f"{name}{separator}{number}"
        number += 1


def first_free(name: str, taken: Collection[str], separator: str = "-") -> str:
    """The first of `numbered` that is not taken; upper and lower case are the same, as on many file systems."""
    lowered = {other.lower() for other in taken}
    return next(candidate for candidate in numbered(name, separator) if candidate.lower() not in lowered)


def suggest_name(prompt: str) -> str | None:
    """A short name from what a person asks for; None when the prompt holds no words.

    >>> suggest_name("Please fix the flaky test in tests/test_api.py, it fails on Mondays.")
    'Fix flaky test in tests/test_api.py'
    """
    for line in prompt.splitlines():
        unmarked = _MARKDOWN_MARK.sub("", line)
        sentence = re.split(r"(?<=\w)[.!?:;,](?:\s|$)", unmarked, maxsplit=1)[0]
        words = [word.strip("`*_\"'()[]{}<>") for word in sentence.split()]
        kept = [word for word in words if word and word.lower() not in _FILLER]
        if any(character.isalpha() for word in kept for character in word):
            return _shortened(kept)
    return None


def _shortened(words: list[str]) -> str:
    name = ""
    for word in words[:_MAX_WORDS]:
        longer = f"{name} {word}".strip()
        if len(longer) > _MAX_NAME:
            break
        name = longer
    name = name or words[0][:_MAX_NAME]
    # A path, an address or a name out of code stays as it was written.
    return name[:1].upper() + name[1:] if words[0].isalpha() else name


def spare_name(taken: Collection[str], start: int) -> str:
    """A name for a task without a prompt: a free word, looked for from ``start`` on, numbered when all are taken."""
    lowered = {other.lower() for other in taken}
    rotated = [WORDS[(start + offset) % len(WORDS)] for offset in range(len(WORDS))]
    return next((word for word in rotated if word not in lowered), first_free(rotated[0], taken))


def branch_prefix(user: str) -> str:
    """The person's part of a branch name: ``Ada Lovelace`` is ``ada-lovelace``."""
    return slugify(user, "factory", limit=30)


def free_branch(wanted: str, taken: Collection[str]) -> str:
    """The first of `numbered` that git can make beside the branches in ``taken``.

    ``a`` cannot exist beside ``a/b``: refs are files in folders.
    """
    lowered = {name.lower() for name in taken}
    folders = {folder for name in lowered for folder in _parents(name)}

    def is_free(name: str) -> bool:
        return name not in lowered and name not in folders and not any(part in lowered for part in _parents(name))

    prefix, _, rest = wanted.rpartition("/")
    if prefix and any(part in lowered for part in _parents(wanted.lower())):
        wanted = f"{prefix.replace('/', '-')}-{rest}"  # a branch called like the person: no number can help
    return next(candidate for candidate in numbered(wanted) if is_free(candidate.lower()))


def _parents(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


_FORBIDDEN_IN_BRANCH: Final = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")


def check_branch_name(name: str) -> str:
    """The name itself, or `errors.Invalid` with what is wrong with it."""
    if reason := _branch_fault(name):
        raise Invalid(f"{name!r} cannot be a branch name: {reason}.")
    return name


def _branch_fault(name: str) -> str | None:
    if not name or name in {"HEAD", "@"}:
        return "choose another word"
    if len(name.encode("utf-8", "surrogatepass")) > MAX_BRANCH_BYTES:
        return f"it is longer than {MAX_BRANCH_BYTES} bytes"
    if name.startswith("refs/"):
        return "it may not begin with refs/"
    if name.startswith("-"):
        return "it may not begin with a hyphen"
    if match := _FORBIDDEN_IN_BRANCH.search(name):
        return f"it may not contain {match.group()!r}"
    if name.startswith("/") or name.endswith(("/", ".")):
        return "it may not begin with a slash, or end with a slash or a dot"
    if any(part.startswith(".") or part.endswith(".lock") for part in name.split("/")):
        return "no part of it may begin with a dot or end with .lock"
    return None
