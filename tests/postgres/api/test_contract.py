"""Requests that fit the API's own description, and many that do not, never cause a server error."""

import asyncio
import json
from typing import Any

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok

from tests.postgres.api.conftest import Desk, signed

CLOSE = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]


@pytest.mark.parametrize("mode", GenerationMode)
def test_no_request_makes_it_fail(api: FastAPI, desk: Desk, mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", api)
    statuses: set[int] = set()

    def check(case: Case[Any]) -> None:
        headers = {name: value for name, value in (case.headers or {}).items() if name.lower() == "idempotency-key"}
        body = json.dumps(case.body).encode() if isinstance(case.body, dict | list | str | int | float) else b""
        path = case.formatted_path
        proof = signed(body) if path.startswith("/hooks/") else {}
        path = "/hooks/acme/" + path.rpartition("/")[2] if path.startswith("/hooks/") else path
        sending = headers | proof | {"Content-Type": "application/json"}
        try:
            answer = asyncio.run(desk.ask(case.method, path, params=case.query, content=body, headers=sending))
        except (UnicodeEncodeError, httpx.InvalidURL):
            return  # what no client can send
        statuses.add(answer.status_code)
        assert answer.status_code < 500 or answer.status_code == 503, (case, answer.text)
        assert answer.status_code < 400 or answer.json()["detail"]

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        run = settings(
            max_examples=5,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=CLOSE,
            phases=[Phase.generate],
        )(given(found.ok().as_strategy(mode))(check))
        run()
    assert 422 in statuses
    assert mode is GenerationMode.NEGATIVE or 200 in statuses
