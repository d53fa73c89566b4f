"""How completely each data item is filled, with its rates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from validators.figures import FEWEST_PERSONS
from validators.finding import rate_on_persons
from validators.item_score import THRESHOLD, item_score
from validators.measured import DataItemMeasure, ItemGroup

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from validators.context import Context
    from validators.tally import ItemTally

#: equality items of person: the report shows them beside the PLUS items, before all others
EQUALITY_ITEMS = frozenset(
    {
        "stated_gender",
        "gender_identity",
        "ethnic_category",
        "ethnic_category_2021",
        "ethnic_category_source",
        "ethnic_category_recorded_date",
        "preferred_language",
        "religion_group",
        "sexual_orientation",
        "reasonable_adjustment_required",
        "postcode",
        "lsoa_code",
        "imd_decile",
    }
)


def item_measures(items: Iterable[ItemTally], context: Context) -> Iterator[DataItemMeasure]:
    """Completeness of every item, with its rates; none where the persons behind the rows are fewer than 20."""
    found = list(items)
    persons = next((tally.rows for tally in found if tally.table == "person"), FEWEST_PERSONS)
    for tally in found:
        yield _measure(tally, context, told=min(persons, tally.rows) >= FEWEST_PERSONS)


def _measure(tally: ItemTally, context: Context, *, told: bool) -> DataItemMeasure:
    item = context.dataset.tables[tally.table].item(tally.item)
    return DataItemMeasure(
        table=tally.table,
        data_item=tally.item,
        title=item.title,
        mandation=item.mandation,
        group=_group(tally),
        rows=tally.rows,
        missing=tally.missing,
        invalid=tally.invalid,
        valid=tally.valid,
        not_known=tally.not_known,
        declined=tally.declined,
        asked_unsure=tally.asked_unsure,
        default_threshold=THRESHOLD,
        **(_rates(tally) if told else {}),
    )


def _rates(tally: ItemTally) -> dict[str, float | None]:
    answered = tally.valid + tally.declined + tally.asked_unsure
    return {
        "complete_rate": rate_on_persons(tally.rows - tally.missing, tally.rows),
        "known_rate": rate_on_persons(tally.valid, tally.rows),
        "declined_rate": rate_on_persons(tally.declined, answered),
        "item_score": item_score(answered + tally.not_known, tally.not_known, tally.rows),
    }


def _group(tally: ItemTally) -> ItemGroup:
    if tally.table == "plus_characteristic":
        return "plus"
    return "equality" if tally.table == "person" and tally.item in EQUALITY_ITEMS else "other"
