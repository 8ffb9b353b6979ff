"""Long strings are cut, and the cut is said."""

from __future__ import annotations

from factory_jupyter.model.limits import cut_middle, cut_values


def test_short_values_stay_as_they_are() -> None:
    value = {"a": ["b", 1, None, True, {"c": "d"}]}
    assert cut_values(value) == value
    assert cut_middle("short", 10) == ("short", False)


def test_long_strings_are_cut_wherever_they_are() -> None:
    cut = cut_values({"a": [{"b": "x" * 50}], "images": [{"data": "y" * 50}]}, limit=10)
    assert cut["a"][0]["b"] == "x" * 10 + "\n… 40 more characters"
    assert cut["images"] == [{"data": "y" * 50}]


def test_results_keep_head_and_tail() -> None:
    text, truncated = cut_middle("head" + "x" * 5000 + "tail", 100)
    assert truncated
    assert text.startswith("head")
    assert text.endswith("tail")
    assert "4,908 characters left out" in text
