"""The console script: what it can do is there, and what it writes is what the server reads."""

import subprocess
import sys

import pytest
from traitlets.config import Application
from traitlets.utils.importstring import import_item

from factory_jupyter import __version__
from factory_jupyter.cli import SUBCOMMANDS, FactoryCommand


def run(*arguments: str) -> str:
    command = [sys.executable, "-c", "from factory_jupyter.cli import main; main()", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.parametrize("name", SUBCOMMANDS)
def test_each_subcommand_is_an_application(name):
    application, help_text = SUBCOMMANDS[name]
    assert issubclass(import_item(application), Application)
    assert help_text


def test_version():
    assert run("--version").strip() == __version__


@pytest.mark.slow
def test_help_all_lists_the_knobs():
    assert "--FactoryExtension.worktree_base_dir" in run("--help-all")


@pytest.mark.slow
def test_generated_configuration_is_where_the_server_looks(tmp_path, monkeypatch):
    from factory_jupyter.extension import FactoryExtension

    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(tmp_path))
    run("--generate-config")
    (written,) = tmp_path.glob("*.py")
    assert "c.FactoryExtension.worktree_base_dir" in written.read_text(encoding="utf-8")
    assert written.stem == FactoryCommand().config_file_name == FactoryExtension().config_file_name
