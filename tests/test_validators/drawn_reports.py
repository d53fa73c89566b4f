"""Reports drawn at random, consistent in themselves, with many small figures: to see what their copies give away."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection
from typing import Any

from tests.test_validators.sample_report import sample_report
from tests.test_validators.sample_rules import RuleWords
from validators.finding import Cause, Finding, Shape, finding_of, rate_of, sample_of
from validators.measured import DataItemMeasure, Equality, Ethnicity, Linkage, PlusMeasure, TableCount
from validators.report import Report, RuleOutcome

ITEMS = ("birth_date", "postcode", "ethnic_category", "stated_gender", "nhs_number")
CHARACTERISTICS = (("HOMELESS", None, None), ("LD", None, None), ("CARER", 18, None), ("LAC", None, 17))


def drawn_report(seed: int, again: Collection[str] = ()) -> Report:
    """A report on a file of 1 to 3,000 persons, of whom a few are left out.

    `again`: parts of it (items, characteristics, "ethnicity") that are drawn otherwise than those of the same seed.
    """
    draw = random.Random(seed)
    rows = draw.choice((draw.randint(1, 12), draw.randint(8, 120), draw.randint(100, 3000)))
    rejected = min(rows, _few(draw, rows))
    kept = rows - rejected

    def drawing(part: str) -> random.Random:
        return random.Random(f"{seed} {part} {part in again}")

    items = [_item(name, kept, drawing(name)) for name in ITEMS]
    made = [_findings(item, rows, drawing(f"rules of {item.data_item}")) for item in items]
    found, rules = [f for some, _ in made for f in some], [rule for _, some in made for rule in some]
    return sample_report(
        tables=[TableCount(table="person", rows=rows, rejected_rows=rejected)],
        findings=found,
        rules=rules,
        accepted_persons=kept,
        data_items=items,
        plus=list(_plus(kept, drawing)),
        equality=Equality(ethnicity=_ethnicity(kept, drawing("ethnicity"))),
        linkage=_linkage(kept, drawing("linkage")),
        access=None,
    )


def parted(whole: int, parts: int, draw: random.Random) -> list[int]:
    """`whole` parted at random into figures of which many are 0 or small."""
    left, figures = whole, []
    for _ in range(parts - 1):
        figures.append(min(left, draw.choice((0, 0, _few(draw, left), draw.randint(0, left), left))))
        left -= figures[-1]
    figures.append(left)
    draw.shuffle(figures)
    return figures


def _few(draw: random.Random, most: int) -> int:
    return draw.randint(0, min(9, most))


def _item(name: str, rows: int, draw: random.Random) -> DataItemMeasure:
    missing, invalid, valid, not_known, declined, unsure = parted(rows, 6, draw)
    return DataItemMeasure(
        table="person",
        data_item=name,
        title=name.capitalize(),
        mandation="R",
        group="other",
        rows=rows,
        missing=missing,
        invalid=invalid,
        valid=valid,
        not_known=not_known,
        declined=declined,
        asked_unsure=unsure,
        complete_rate=rate_of(rows - missing, rows),
        known_rate=rate_of(valid, rows),
        declined_rate=rate_of(declined, valid + declined + unsure),
        item_score=rate_of(valid + declined + unsure, rows),
    )


def _findings(item: DataItemMeasure, rows: int, draw: random.Random) -> tuple[list[Finding], list[RuleOutcome]]:
    found, rules = [], []
    missing = item.missing if isinstance(item.missing, int) else 0
    blank = missing + draw.choice((0, draw.randint(0, rows - missing)))
    for check, assessed, failed in (
        ("missing", rows, blank),
        ("format", rows - blank, min(rows - blank, item.invalid if isinstance(item.invalid, int) else 0)),
    ):
        found.extend(_of_rule(item.data_item, check, assessed, failed, draw))
        rules.append(_outcome(item.data_item, check, assessed, failed))
    return found, rules


def _of_rule(item: str, check: str, assessed: int, failed: int, draw: random.Random) -> Any:
    words = RuleWords(
        id=f"PMD001.{item}.{check}",
        title=f"{item} {check}",
        severity=draw.choice(("error", "warning")),
        action="none",
        table="person",
        items=(item,),
        message="m",
        why="w",
        fix="f",
        mend="export_mapping",
    )
    for place, count in enumerate(parted(failed, draw.choice((1, 2, 3)), draw)):
        if count:
            shapes = tuple(Shape(shape="9" * n, rows=part) for n, part in enumerate(parted(count, 3, draw), 1) if part)
            cause = Cause(kind=f"cause_{place}", shapes=shapes[: draw.randint(0, 3)])
            yield finding_of(words, cause, assessed=assessed, failed=count, samples=(sample_of(1, 2, "k" * 16),))


def _outcome(item: str, check: str, assessed: int, failed: int) -> RuleOutcome:
    return RuleOutcome(
        rule_id=f"PMD001.{item}.{check}",
        title=f"{item} {check}",
        table="person",
        data_items=(item,),
        severity="error",
        outcome="failed" if failed else "passed",
        assessed_rows=assessed,
        failed_rows=failed,
    )


def _plus(persons: int, drawing: Callable[[str], random.Random]) -> Any:
    draw = drawing("ages")
    adults = draw.randint(0, persons)
    eligible = {"CARER": adults, "LAC": persons - adults - min(persons - adults, _few(draw, persons))}
    for code, low, high in CHARACTERISTICS:
        draw = drawing(code)
        yes, no, unsure, declined, not_known, not_recorded = parted(eligible.get(code, persons), 6, draw)
        whole = eligible.get(code, persons)
        asked = draw.randint(0, yes + no + unsure + declined)
        declined_asked = draw.randint(0, min(asked, declined))
        yield PlusMeasure(
            characteristic=code,
            title=code,
            min_age=low,
            max_age=high,
            eligible=whole,
            yes=yes,
            no=no,
            unsure=unsure,
            declined=declined,
            not_known=not_known,
            not_recorded=not_recorded,
            asked=asked,
            declined_asked=declined_asked,
            declined_after_known=draw.randint(0, yes + no),
            known_rate=rate_of(yes + no, whole),
            asked_rate=rate_of(asked, whole),
            declined_rate=rate_of(declined_asked, asked),
        )


def _ethnicity(persons: int, draw: random.Random) -> Ethnicity:
    known, declined, not_known, missing, invalid = parted(persons, 5, draw)
    return Ethnicity(
        persons=persons,
        known=known,
        declined=declined,
        not_known=not_known,
        missing=missing,
        invalid=invalid,
        asked=draw.randint(0, known + declined),
        any_other=draw.randint(0, known),
        local_second_character=0,
        known_rate=rate_of(known, persons),
    )


def _linkage(persons: int, draw: random.Random) -> Linkage:
    with_number = persons - _few(draw, persons)
    return Linkage(
        persons=persons,
        with_number=with_number,
        without_number=persons - with_number,
        status_01=draw.randint(0, with_number),
        rate=rate_of(with_number, persons),
    )
