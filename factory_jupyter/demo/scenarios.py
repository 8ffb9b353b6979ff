"""The plays of the scripted model: named ones for tests, ones chosen by a prompt's words for the tour."""

from __future__ import annotations

import re
from typing import Final

from factory_jupyter.demo.script import Failure, Script, Step, ToolCall

GUIDED_PROMPT: Final = (
    "The test in tests/test_simulate.py fails now and then. Find out why, ask me how I want it fixed, "
    "show me a plan, then make it reliable."
)

HELP: Final = f"""I am the **scripted model** of the factory-jupyter tour: I play prepared scenes, so no account is \
needed and nothing costs money. Everything around me is real: Claude Code, its tools, your files, its questions.

Try one of these:

- `{GUIDED_PROMPT}`
- `Ask me a question`, `Make a plan`, `Write a note`, `Run the tests`
- `Think hard`, `Show me something long`, `Play something slow`
- `error 529`, `error 429`, `error 401`, `drop the connection`
- drop an image into the message and ask what I see
"""

_FLAKY_BEFORE = "counts = simulate_counts(rate=10.0, bins=50)"
_SEEDED = "counts = simulate_counts(rate=10.0, bins=50, seed=1)"
_TEST_FILE = "$CWD/tests/test_simulate.py"
_RUN_TESTS = "for run in 1 2 3 4 5; do python3 -m unittest -q 2>&1 | tail -n 1; done"

_PLAN = """# Make tests/test_simulate.py reliable

**Cause.** `simulate_counts` draws from an unseeded generator, and 50 bins are few: the mean leaves the 5 % band in
about one run out of four.

**Change**

1. `tests/test_simulate.py`: {change}
2. Run the whole suite five times in a row.

Nothing in `photonlab/` changes, so results of users stay as they are.
"""


def _tool(name: str, **values: object) -> ToolCall:
    return ToolCall(name, values)


def _question(question: str, header: str, options: dict[str, str], multiple: bool = False) -> ToolCall:
    choices = [{"label": label, "description": description} for label, description in options.items()]
    asked = {"question": question, "header": header, "options": choices, "multiSelect": multiple}
    return _tool("AskUserQuestion", questions=[asked])


def _planned_change(label: str, change: str, old: str, new: str) -> Script:
    """Write the plan, have it approved (or revise it), edit, go on at `verify`."""
    return (
        Step(
            label=label,
            thinking="The choice is made. I write the plan down before I touch anything.",
            text="Thank you. Here is my plan.",
            tools=(_tool("EnterPlanMode"),),
        ),
        Step(tools=(_tool("Write", file_path="$PLANFILE", content=_PLAN.format(change=change)),)),
        Step(label=f"{label}-propose", tools=(_tool("ExitPlanMode"),), refused=f"{label}-revise"),
        Step(
            text="The plan is approved, so I make the change.",
            tools=(_tool("Edit", file_path=_TEST_FILE, old_string=old, new_string=new),),
            next="verify",
            refused="declined",
        ),
        Step(
            label=f"{label}-revise",
            text="Understood, I keep planning. What you told me:\n\n> $RESULT\n\nI add a step for it and ask again.",
            tools=(
                _tool(
                    "Edit",
                    file_path="$PLANFILE",
                    old_string="Nothing in `photonlab/` changes",
                    new_string="3. Take your remark into account before the first edit.\n\n"
                    "Nothing in `photonlab/` changes",
                ),
            ),
            next=f"{label}-propose",
        ),
    )


GUIDED: Final[Script] = (
    Step(
        thinking="A test that fails now and then: unseeded randomness, time, or order. "
        "I read the test and the code under test before I guess.",
        text="I start with the test and the function it checks.",
        tools=(
            _tool("Read", file_path=_TEST_FILE),
            _tool("Read", file_path="$CWD/photonlab/simulate.py"),
        ),
    ),
    Step(
        thinking="simulate_counts takes an optional seed; the test passes none. The mean of 50 Poisson draws has a "
        "relative error of about 4.5 %, and the test allows 5 %.",
        text="Found it: the test draws **unseeded** random counts, and with 50 bins the mean strays past 5 % in about "
        "one run out of four. Two honest ways to mend it:",
        tools=(
            _question(
                "How shall the test become reliable?",
                "Fix",
                {
                    "Fix the seed": "Deterministic: the same counts in every run. Smallest change.",
                    "More bins": "Stays random, but with 5,000 bins the mean is ten times tighter.",
                },
            ),
        ),
        when={'="More bins': "bins", '="Fix the seed': "seed"},
        refused="declined",
    ),
    *_planned_change("seed", "give the test a fixed seed.", _FLAKY_BEFORE, _SEEDED),
    *_planned_change(
        "bins",
        "draw 5,000 bins instead of 50.",
        _FLAKY_BEFORE,
        "counts = simulate_counts(rate=10.0, bins=5000)",
    ),
    Step(
        label="verify",
        text="Now the proof: the whole suite, five times in a row.",
        tools=(_tool("Bash", command=_RUN_TESTS, description="Run the test suite five times"),),
        refused="unproved",
    ),
    Step(
        label="summary",
        text="**Done.** `tests/test_simulate.py` is reliable now. Five runs of the suite:\n\n```\n$RESULT\n```\n\n"
        "- *Cause*: unseeded random counts against a 5 % tolerance.\n- *Change*: one line of the test, as you chose.\n"
        "- *Untouched*: everything in `photonlab/`.\n\nHave a look at the changes of this worktree; nothing is "
        "committed yet.",
        next="end",
    ),
    Step(
        label="unproved",
        text="The change is in place, but I could not run the tests. Run `python3 -m unittest` yourself before you "
        "commit.",
        next="end",
    ),
    Step(
        label="declined",
        text="You declined, so I stop here and leave the files as they are. Tell me what you would like instead.",
    ),
    Step(label="end", text="Nothing is left to do."),
)

PLAN: Final[Script] = (
    Step(thinking="A plan first.", text="I think it through before I act.", tools=(_tool("EnterPlanMode"),)),
    Step(
        tools=(
            _tool(
                "Write",
                file_path="$PLANFILE",
                content="# Add a log-binned histogram\n\n1. `photonlab/histogram.py`: a function `log_binned(counts)`."
                "\n2. `tests/test_histogram.py`: three cases, one of them empty.\n3. A cell in the notebook.\n",
            ),
        )
    ),
    Step(label="propose", tools=(_tool("ExitPlanMode"),), refused="revise"),
    Step(text="Approved. In the tour I stop here; with Claude behind me the work would start now.", next="end"),
    Step(label="revise", text="I keep planning. You told me:\n\n> $RESULT\n\nAsk me again when you are ready."),
    Step(label="end", text="Nothing is left to do."),
)

QUESTION: Final[Script] = (
    Step(
        text="Gladly. Two quick ones.",
        tools=(
            ToolCall(
                "AskUserQuestion",
                {
                    "questions": [
                        {
                            "question": "Which plot shall I draw?",
                            "header": "Plot",
                            "options": [
                                {"label": "Histogram", "description": "Counts for each bin"},
                                {"label": "Time trace", "description": "Rate over time"},
                                {"label": "Autocorrelation", "description": "g2 against lag"},
                            ],
                            "multiSelect": False,
                        },
                        {
                            "question": "Which formats shall I save?",
                            "header": "Formats",
                            "options": [
                                {"label": "PNG", "description": "For slides"},
                                {"label": "SVG", "description": "For print"},
                                {"label": "CSV", "description": "The numbers"},
                            ],
                            "multiSelect": True,
                        },
                    ]
                },
            ),
        ),
        refused="declined",
    ),
    Step(text="Noted:\n\n> $RESULT", next="end"),
    Step(label="declined", text="No answer is an answer too. I leave it at that."),
    Step(label="end", text="Nothing is left to do."),
)

WRITE: Final[Script] = (
    Step(
        text="I write a short note into this worktree. You will be asked first.",
        tools=(_tool("Write", file_path="$CWD/NOTES.md", content="# Notes\n\nWritten in the tour.\n"),),
        refused="declined",
    ),
    Step(text="`NOTES.md` is there; see the changes of this worktree.", next="end"),
    Step(label="declined", text="You declined, so nothing was written. The tool answered:\n\n> $RESULT"),
    Step(label="end", text="Nothing is left to do."),
)

TESTS: Final[Script] = (
    Step(
        text="I run the test suite.",
        tools=(_tool("Bash", command="python3 -m unittest 2>&1 | tail -n 5", description="Run the tests"),),
        refused="declined",
    ),
    Step(text="It says:\n\n```\n$RESULT\n```", next="end"),
    Step(label="declined", text="You declined, so I did not run them."),
    Step(label="end", text="Nothing is left to do."),
)

LONG: Final = """## Dead time, in one page

A detector that has just seen a photon is blind for a while, the **dead time** $\\tau$. At a measured rate $m$ the true
rate is

$$n = \\frac{m}{1 - m\\tau}$$

| measured rate (1/s) | dead time (ns) | true rate (1/s) |
|---:|---:|---:|
| 10 000 | 50 | 10 005 |
| 1 000 000 | 50 | 1 052 632 |
| 5 000 000 | 50 | 6 666 667 |

```python
def true_rate(measured: float, dead_time: float) -> float:
    \"\"\"Non-paralysable model; rates in 1/s, dead time in s.\"\"\"
    if measured * dead_time >= 1:
        raise ValueError("The detector is saturated.")
    return measured / (1 - measured * dead_time)
```

- The correction is small below 1 % occupancy.
- It diverges at saturation: check before you divide.
- A *paralysable* detector needs another model.
"""

THINK: Final[Script] = (
    Step(
        thinking="The rate is counts over live time. Live time is clock time minus counts times dead time. "
        "So the correction grows with the rate itself, and it diverges when the detector is always busy. "
        "I should say so before anybody trusts a number near saturation.",
        text="In short: divide by the **live** time, and distrust any rate near 1/τ.",
    ),
)

BACKGROUND: Final[Script] = (
    Step(tools=(_tool("Bash", command="sleep 1; echo finished", run_in_background=True, description="Wait a second"),)),
    Step(text="It runs in the background; I come back when it is done."),
    Step(text="The background command has finished."),
)


def _refusal(status: int, times: int | None = None, **headers: str) -> Script:
    failure = Failure(status, f"The scripted model plays error {status}.", times=times, headers=headers)
    return (Step(text=f"Error {status} is over; here is the answer after all.", error=failure),)


_ERRORS: Final[dict[int, Script]] = {
    400: _refusal(400),
    401: _refusal(401),
    403: _refusal(403),
    404: _refusal(404),
    413: _refusal(413),
    429: _refusal(429, 2, **{"retry-after": "2"}),
    500: _refusal(500, 1),
    529: _refusal(529, 2),
}

NAMED: Final[dict[str, Script]] = {
    "guided": GUIDED,
    "plan": PLAN,
    "question": QUESTION,
    "write": WRITE,
    "tests": TESTS,
    "long": (Step(text=LONG),),
    "think": THINK,
    "background": BACKGROUND,
    "subagent": (Step(text="The subagent has looked around: four modules, two tests."),),
}

# First match wins: what is rarer stands first.
_WORDS: Final[tuple[tuple[str, Script], ...]] = (
    (r"flaky|fails now and then", GUIDED),
    (r"question|ask me", QUESTION),
    (r"drop", (Step(text=LONG, drop="mid", drop_times=1),)),
    (r"slow", (Step(text=LONG, delay=0.15),)),
    (r"background", BACKGROUND),
    (r"plan", PLAN),
    (r"long|math|table|markdown", NAMED["long"]),
    (r"think", THINK),
    (r"tests?", TESTS),
    (r"write|edit|note", WRITE),
)

_LONGEST_MATCHED_PROMPT: Final = 2000  # characters; longer ones are pasted material or the CLI's own requests
_COMPACT_REQUEST: Final = "create a detailed summary of the conversation"


def for_words(prompt: str, images: list[str]) -> Script:
    """The play that a prompt without a script asks for in plain words; a helpful text when nothing matches."""
    if _COMPACT_REQUEST in prompt:
        return (Step(text="<summary>The tour so far: prepared scenes were played.</summary>"),)
    if not prompt and not images:
        return (Step(text="(nothing was asked)"),)
    if images:
        listed = "\n".join(f"- {image}" for image in images)
        return (Step(text=f"I was sent {len(images)} image(s):\n\n{listed}"),)
    if len(prompt) <= _LONGEST_MATCHED_PROMPT:
        status = re.search(r"\berror (\d{3})\b", prompt, re.IGNORECASE)
        if status and int(status.group(1)) in _ERRORS:
            return _ERRORS[int(status.group(1))]
        for words, script in _WORDS:
            if re.search(rf"\b(?:{words})\b", prompt, re.IGNORECASE):
                return script
    return (Step(text=HELP),)
