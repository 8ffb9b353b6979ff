"""What the extension does for its server besides routes."""

import logging

import pytest

from factory_jupyter.extension import _ServerLog


def test_our_lines_go_to_the_servers_log_under_the_name_of_the_service(caplog: pytest.LogCaptureFixture) -> None:
    server = logging.getLogger("a-server")
    ours = logging.getLogger("factory_jupyter.services.example")
    handler = _ServerLog(server, "our-factory")
    ours.addHandler(handler)
    try:
        ours.warning("the %s is full", "disk")
    finally:
        ours.removeHandler(handler)
    names = [record.name for record in caplog.records if record.getMessage() == "the disk is full"]
    assert "our-factory" in names
    assert "factory_jupyter.services.example" in names  # the record itself is not changed for other handlers
