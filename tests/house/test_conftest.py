import os
import subprocess

import pytest


def test_no_login_of_the_machine_is_visible(home):
    assert os.environ["HOME"] == str(home)
    assert not [name for name in os.environ if name.startswith(("ANTHROPIC_", "CLAUDE", "GH_"))]


def test_git_has_an_identity_of_the_tests_own():
    email = subprocess.run(["git", "config", "user.email"], capture_output=True, text=True, check=True).stdout
    assert email.strip() == "test@example.invalid"


@pytest.mark.parametrize(("in_ci", "outcome"), [(True, pytest.fail.Exception), (False, pytest.skip.Exception)])
def test_an_absent_tool_skips_here_and_fails_in_ci(require, monkeypatch, in_ci, outcome):
    monkeypatch.setitem(require.__globals__, "IN_CI", in_ci)
    with pytest.raises(outcome, match="no-such-tool"):
        require("no-such-tool")
