"""What the description of the interface says of answers that are problems."""

from __future__ import annotations

from typing import Any

from service.errors import MEDIA_TYPE, PROBLEMS, Problem, problem_body

_EXAMPLE_ID = "6f1c2a52-6a5e-4f0e-8f43-0b8f1d0f5a77"

PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An error as RFC 9457 has it.",
    "required": ["type", "title", "status", "detail", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "Names the kind of problem."},
        "title": {"type": "string", "description": "The kind of problem in words."},
        "status": {"type": "integer", "description": "HTTP status."},
        "detail": {"type": "string", "description": "What happened, and how to mend it."},
        "code": {"type": "string", "enum": list(PROBLEMS), "description": "The kind of problem, for programs."},
        "request_id": {"type": "string", "description": "Under which the request is logged."},
        "errors": {
            "type": "array",
            "description": "The parameters that are meant.",
            "items": {
                "type": "object",
                "required": ["parameter", "detail"],
                "properties": {"parameter": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with, each with an example."""
    return {status: _answer(status) for status in statuses}


#: said of every route: FastAPI would else describe a form of error that is not ours
ANY_PROBLEM: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Any other error.", "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
}


def _answer(status: int) -> dict[str, Any]:
    codes = [code for code, kind in PROBLEMS.items() if kind.status == status]
    examples = {code: {"value": problem_body(Problem(code, "…"), _EXAMPLE_ID)} for code in codes}
    return {
        "description": "; or: ".join(PROBLEMS[code].title for code in codes) + ".",
        "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA, "examples": examples}},
    }
