"""What goes wrong with Claude Code, in words for people: what happened, what is safe, what to do.

Codes are stable (`wire.TurnFinished.error_code`, `agent.Died.error_code`); the CLI's own words are kept beside ours.
"""

from __future__ import annotations

import signal
from typing import Final, NamedTuple

from factory_jupyter.errors import AgentFailed


class Failure(NamedTuple):
    """A stable code and a sentence."""

    code: str
    text: str


class ClaudeFailed(AgentFailed):
    """Claude Code could not be started or died; ``failure`` says why, with a code."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.text)
        self.failure = failure


_LONGEST_QUOTE: Final = 600  # characters of the CLI's own words

_BY_STATUS: Final[dict[int, Failure]] = {
    400: Failure(
        "invalid_request", "The API refused this conversation as invalid. Rewind or fork before the last message."
    ),
    401: Failure(
        "authentication_failed", "The API did not accept the login. Log in again with `claude`, or renew the API key."
    ),
    403: Failure(
        "permission_denied", "This account may not do that. Check the plan, the organisation and the API key."
    ),
    404: Failure("model_not_found", "The API does not know this model. Choose another one and send the message again."),
    413: Failure(
        "too_large", "The message or its attachments are too large. Send less at once, or compact the conversation."
    ),
    429: Failure("rate_limited", "The rate limit is reached. Nothing is lost; send the message again later."),
    529: Failure("overloaded", "The API is overloaded. Nothing is lost; send the message again in a while."),
}
_NOT_LOGGED_IN: Final = Failure(
    "not_logged_in",
    "Claude Code is not logged in. Run `claude` in a terminal and log in, or give the server an ANTHROPIC_API_KEY; "
    "then send the message again.",
)
_SERVER: Final = Failure("server_error", "The API failed. Nothing is lost; send the message again.")
_CONNECTION: Final = Failure(
    "connection", "The connection to the API was lost. Nothing is lost; check the network and send the message again."
)
_BY_NAME: Final[dict[str, Failure]] = {
    "authentication_failed": _BY_STATUS[401],
    "model_not_found": _BY_STATUS[404],
    "rate_limit": _BY_STATUS[429],
    "overloaded": _BY_STATUS[529],
    "invalid_request": _BY_STATUS[400],
    "billing_error": Failure(
        "billing", "The account has no credit left or its plan does not allow this. Check the billing page."
    ),
    "server_error": _CONNECTION,  # without a status: no answer came at all
}


def of_api(name: str | None, status: int | None, said: str) -> Failure:
    """A turn that ended in an API error: the CLI's name for it, the HTTP status if there was an answer, its words."""
    if "not logged in" in said.lower() or "please run /login" in said.lower():
        failure = _NOT_LOGGED_IN
    elif status in _BY_STATUS:
        failure = _BY_STATUS[status]
    elif status is not None and status >= 500:
        failure = _SERVER
    else:
        failure = _BY_NAME.get(name or "", Failure("api_error", "The API refused the request."))
    return _quoting(failure, said)


_START_WORDS: Final = (
    (
        "cannot be used with root",
        Failure(
            "root_bypass",
            "Claude Code refuses bypassPermissions for root. Choose another permission mode, or run the server as "
            "another user.",
        ),
    ),
    (
        "no conversation found",
        Failure(
            "conversation_not_found",
            "Claude Code does not have this conversation any more. The transcript here is kept; start a new session "
            "to go on.",
        ),
    ),
    (
        "already in use",
        Failure(
            "session_in_use",
            "This conversation is open in another process. Close it there, or fork it to go on here.",
        ),
    ),
)


def of_process(error: BaseException | None, exit_code: int | None, stderr: str) -> Failure:
    """A process that ended by itself or did not start: why, from the SDK's exception and the end of stderr."""
    said = "\n".join(part for part in (stderr, str(error) if error else "") if part)
    for words, failure in _START_WORDS:
        if words in said.lower():
            return _quoting(failure, stderr)
    match type(error).__name__:
        case "CLINotFoundError":
            return Failure(
                "cli_not_found", "Claude Code was not found. Reinstall claude-agent-sdk, or set claude_cli_path."
            )
        case "CLIJSONDecodeError" | "MessageParseError":
            text = "Claude Code sent something that cannot be read, so it was stopped. The next message resumes."
            return _quoting(Failure("unreadable_output", text), str(error))
    if exit_code is not None and _signal_of(exit_code):
        name = _signal_of(exit_code)
        text = f"Claude Code was ended by {name} from outside. The next message resumes the conversation."
        return Failure("killed", text)
    ending = "ended" if exit_code is None else f"ended with exit code {exit_code}"
    return _quoting(
        Failure("died", f"Claude Code {ending} by itself. The next message resumes the conversation."), said
    )


def _signal_of(exit_code: int) -> str | None:
    # A negative code is Python's word for a signal; 128 + n is what a program says that caught it and left.
    number = -exit_code if exit_code < 0 else exit_code - 128
    return signal.Signals(number).name if number in set(signal.Signals) else None


def _quoting(failure: Failure, said: str) -> Failure:
    said = said.strip()
    if not said:
        return failure
    return Failure(failure.code, f"{failure.text}\n\nClaude Code said: {said[-_LONGEST_QUOTE:]}")
