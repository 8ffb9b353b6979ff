"""Secrets do not reach log files, and taking them out costs little whatever the text."""

from __future__ import annotations

import time

import pytest

from factory_jupyter.model.redaction import MASK, redact


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("ANTHROPIC_API_KEY=abcdef", "abcdef"),
        ('{"api_key": "verysecretvalue"}', "verysecretvalue"),
        ("Authorization: Bearer abcdefghijkl", "abcdefghijkl"),
        ("key sk-ant-api03-aaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaa"),
        ("ghp_aaaaaaaaaaaaaaaaaaaaaaaaa and github_pat_bbbbbbbbbbbbbbbbbbbbbbbb", "bbbbbb"),
        ("git clone https://me:hunter22@example.org/", "hunter22"),
        ("{'GH_TOKEN': 'zzzzzz'}", "zzzzzz"),
        (r"{\"DB_PASSWORD\": \"abcdefg\"}", "abcdefg"),
        ("MY_SECRET_VALUE: foobar", "foobar"),
        ("aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "K7MDENG"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "c2lnbmF0dXJl"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ],
)
def test_secrets_are_taken_out(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize("text", ["input_tokens=10, output_tokens=5", "the token count is 5", "monkey: banana", ""])
def test_the_rest_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("piece", ["x", "a_b-", "token ", "://", "eyJ", "bearer ", "sk-", "api_key", "-----BEGIN KEY"])
def test_no_text_makes_it_slow(piece: str) -> None:
    text = piece * (40_000 // len(piece))
    began = time.process_time()
    redact(text)
    assert time.process_time() - began < 1.0
