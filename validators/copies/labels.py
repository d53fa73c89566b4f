"""Local codes without what the provider wrote of them.

The label of a local code is free text, and a code with digits in it could be somebody's number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from validators.measured import PlusMeasure
    from validators.measured_groups import AccessMeasure, AccessSplit, LinkageSplit
    from validators.report import Report

    Split = TypeVar("Split", AccessSplit, LinkageSplit)

_PLAIN_CODE = re.compile("L-[A-Z]{2,12}")


def without_labels(report: Report) -> dict[str, Any]:
    """The parts of a report that name local codes, with codes alone."""
    local = [measure.characteristic for measure in report.plus if measure.local]
    codes = {code: code if _PLAIN_CODE.fullmatch(code) else f"L-{place}" for place, code in enumerate(local, start=1)}
    measures = tuple(_measure(measure, codes) for measure in report.access.measures)
    splits = tuple(_split(split, codes) for split in report.linkage.splits)
    return {
        "plus": tuple(_answers(measure, codes) for measure in report.plus),
        "access": report.access.model_copy(update={"measures": measures}),
        "linkage": report.linkage.model_copy(update={"splits": splits}),
    }


def _answers(measure: PlusMeasure, codes: Mapping[str, str]) -> PlusMeasure:
    if not measure.local:
        return measure
    code = codes[measure.characteristic]
    return measure.model_copy(update={"characteristic": code, "title": f"Local code {code}"})


def _measure(measure: AccessMeasure, codes: Mapping[str, str]) -> AccessMeasure:
    return measure.model_copy(update={"splits": tuple(_split(split, codes) for split in measure.splits)})


def _split(split: Split, codes: Mapping[str, str]) -> Split:
    if not split.local:
        return split
    code = codes.get(split.by, "L-0")
    return split.model_copy(update={"by": code, "title": f"Local code {code}"})
