"""What REST handlers and sockets share: who calls, the factory, and refusals that a person can read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from jupyter_server.base.handlers import APIHandler
from jupyter_server.extension.handler import ExtensionHandlerMixin
from tornado.web import HTTPError

from factory_jupyter.errors import FactoryError, Forbidden, Invalid, NotFound, RateLimited
from factory_jupyter.model.wire import ErrorBody

if TYPE_CHECKING:
    from factory_jupyter.factory import Factory

RESOURCE: Final = "factory"
"""What Jupyter's authorizer is asked about, with read, write or execute."""

_CODES: Final = {400: Invalid.code, 403: Forbidden.code, 404: NotFound.code, 405: "method_not_allowed"}
UNEXPECTED: Final = (
    "Something went wrong inside factory-jupyter. What you had is safe; the server's log has the details."
)


class FactoryMixin(ExtensionHandlerMixin):
    """Goes before a `JupyterHandler`: reaches the factory and names the caller."""

    auth_resource = RESOURCE
    settings: dict[str, Any]
    current_user: Any

    @property
    def factory(self) -> Factory:
        """The one factory of this server; `Factory.ready` before the first use."""
        factory: Factory = self.settings["factory"]
        return factory

    @property
    def by(self) -> str:
        """Name of the caller, for transcripts.

        Whoever comes with the server's own token gets a new name of a moon of Jupiter from Jupyter each time; it is the
        person who runs the server.
        """
        user = self.current_user
        name = str(user.display_name or user.name or user.username)
        return self.factory.config.user_name() if name.startswith("Anonymous ") else name


class FactoryHandler(FactoryMixin, APIHandler):
    """A REST handler: JSON in, JSON out, refusals as `ErrorBody`."""

    async def prepare(self) -> None:  # type: ignore[override]  # as APIHandler has it
        """Reading is no activity: a panel that looks again must not keep an unused server alive."""
        self._track_activity = self.request.method != "GET"
        await super().prepare()

    def compute_etag(self) -> None:
        """None: hashing a long transcript would hold the loop up, and nobody asks for the same thing twice."""

    def answer(self, value: Any, status: int) -> None:
        """Send a value; ``bytes`` are JSON already."""
        self.set_status(status)
        self.finish(value if isinstance(value, bytes) else msgspec.json.encode(value))

    def refuse(self, error: FactoryError) -> None:
        """Send an error of ours."""
        self.set_status(error.status)
        if isinstance(error, RateLimited):
            self.set_header("Retry-After", str(int(error.retry_after) + 1))
        self.finish(msgspec.json.encode(ErrorBody(message=error.message, reason=self._reason, code=error.code)))

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Send what Jupyter or Tornado refuse, and bugs, in the same shape; Tornado has logged the latter."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        code = _CODES.get(status_code, FactoryError.code if status_code >= 500 else f"http_{status_code}")
        message = UNEXPECTED
        if isinstance(error, HTTPError):
            message = error.log_message or f"{self._reason}: {self.request.method} {self.request.path}"
        self.finish(msgspec.json.encode(ErrorBody(message=message, reason=self._reason, code=code)))
