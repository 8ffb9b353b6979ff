"""The console script ``jupyter-factory``, which Jupyter also finds as ``jupyter factory``."""

from __future__ import annotations

import sys
from typing import Any

from jupyter_core.application import JupyterApp
from traitlets import Unicode

from factory_jupyter import __version__

# Named by string, so that `jupyter factory doctor` does not import the tour and the other way round.
SUBCOMMANDS = {
    "doctor": ("factory_jupyter.doctor.DoctorApp", "Say what is ready, what is missing, and the mending command."),
    "demo": ("factory_jupyter.demo.app.DemoApp", "Take the tour: a sample repository, a scripted model, no account."),
}


class FactoryCommand(JupyterApp):
    """Parallel Claude Code agents in JupyterLab."""

    name = "jupyter-factory"
    version = __version__
    description = "Parallel Claude Code agents in JupyterLab. Its server extension starts with `jupyter lab`."
    examples = "jupyter factory doctor\njupyter factory demo\njupyter factory --help-all"
    subcommands = SUBCOMMANDS

    # The file that `--generate-config` writes must be the one that the server extension reads.
    config_file_name = Unicode("jupyter_factory_jupyter_config")

    def parse_command_line(self, argv: list[str] | None = None) -> Any:
        """Import the extension, which takes seconds, only where its traits are to be listed."""
        arguments = sys.argv[1:] if argv is None else argv
        if {"--help-all", "--generate-config"} & set(arguments):
            from factory_jupyter.extension import FactoryExtension

            self.classes = [*self.classes, FactoryExtension]
        return super().parse_command_line(argv)

    def start(self) -> None:
        """Run the subcommand, or say which there are."""
        super().start()
        self.print_help()


main = FactoryCommand.launch_instance
