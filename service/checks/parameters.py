"""Parameters of an address that it does not know: they are named, not passed over, because a slip is no wish."""

from __future__ import annotations

import re
from difflib import get_close_matches

from fastapi import Request
from fastapi.routing import APIRoute

from service.errors import Problem


async def no_others(request: Request) -> None:
    """Refuse parameters that the address does not have, or that are given twice (`parameter_wrong`)."""
    route = request.scope["route"]
    assert isinstance(route, APIRoute)
    known = sorted(parameter.alias for parameter in route.dependant.query_params)
    given = [name for name, _ in request.query_params.multi_items()]
    for name in given:
        if name not in known:
            raise Problem("parameter_wrong", _unknown(name, known))
        if given.count(name) > 1:
            detail = f"The parameter {name} is given {given.count(name)} times. Say once what is meant."
            raise Problem("parameter_wrong", detail)


def _unknown(name: str, known: list[str]) -> str:
    """What was sent is repeated only where it looks like a name: it could be a value that went astray."""
    said = f"There is no parameter {name}." if re.fullmatch("[a-z_]{1,20}", name) else "A parameter is not known."
    near = get_close_matches(name, known, n=1)
    return f"{said} Was {near[0]} meant?" if near else f"{said} There is: {', '.join(known)}."
