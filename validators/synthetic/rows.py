"""One synthetic person after another, each with their rows in every table: plausible, linked and without a fault."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from validators.synthetic.numbers import nhs_numbers
from validators.synthetic.pools import ADULT, CHILD, LEAVER, POSTCODES, PRACTICES
from validators.synthetic.shape import CYCLE

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

    from validators.synthetic.calendar import Calendar
    from validators.synthetic.pools import Pools
    from validators.synthetic.shape import Cycle

Row = list[str | None]

COLUMNS = {
    "person": (
        "local_patient_id_org", "local_patient_id", "nhs_number", "nhs_number_status", "withheld_identity_reason",
        "birth_date", "death_date", "stated_gender", "gender_identity", "ethnic_category", "ethnic_category_2021",
        "ethnic_category_source", "ethnic_category_recorded_date", "preferred_language", "religion_group",
        "sexual_orientation", "postcode", "lsoa_code", "lsoa_vintage", "imd_decile", "imd_version", "gp_practice_code",
        "reasonable_adjustment_required",
    ),
    "plus_characteristic": (
        "local_patient_id_org", "local_patient_id", "characteristic_code", "value", "source", "recorded_date",
        "national_item", "national_code", "snomed_code",
    ),
    "referral": (
        "service_request_id", "local_patient_id_org", "local_patient_id", "care_setting", "referral_received_date",
        "source_of_referral", "source_of_referral_list", "priority", "priority_list", "treatment_function",
        "clock_start_date", "first_attended_date", "waiting_time_type", "clinical_area", "discharge_date",
        "closure_reason", "rejection_date", "rejection_reason",
    ),
    "care_contact": (
        "care_contact_id", "local_patient_id_org", "local_patient_id", "service_request_id", "contact_date",
        "care_setting", "attendance_status", "consultation_mechanism", "treatment_function", "site_code",
        "team_local_id", "ward_code", "interpreter_present", "reasonable_adjustment_made", "location_type",
        "outcome_of_attendance",
    ),
}  # fmt: skip
_FIRST_ATTENDED = COLUMNS["referral"].index("first_attended_date")
_LINK = COLUMNS["care_contact"].index("service_request_id")
_YEAR = 365.25
#: the youngest are older than the days by which the answers of one person lie apart
_YOUNGEST_DAYS = 60
_SEEN = ("5", "6")
_HOMELESS_CONCEPT = "32911000"
_NO_FIXED_ABODE = "ZZ99 3VZ"


@dataclass(slots=True)
class Wishes:
    """Persons who have to be of some kind because one of their rows is to be broken in a way that needs it.

    `named`: identity not withheld. `adult`: well over 18, and named. `not_homeless`: never asked about homelessness.
    """

    named: set[int] = field(default_factory=set[int])
    adult: set[int] = field(default_factory=set[int])
    not_homeless: set[int] = field(default_factory=set[int])
    no_one_withheld: bool = False
    ethnicity_known: bool = False


@dataclass(slots=True)
class Family:
    """A person and the rows that belong to them. `birth` is an ordinal day, also where the row withholds it."""

    birth: int
    withheld: bool
    person: Row
    plus: list[Row]
    referrals: list[Row]
    contacts: list[Row]

    def rows(self, table: str) -> list[Row]:
        """The rows of one table."""
        if table == "person":
            return [self.person]
        if table == "plus_characteristic":
            return self.plus
        return self.referrals if table == "referral" else self.contacts

    def unlink(self, service_request_id: str | None) -> None:
        """Take a referral off the contacts that name it."""
        for contact in self.contacts:
            if contact[_LINK] == service_request_id:
                contact[_LINK] = None


class Maker:
    """Makes person after person. The same seed and wishes give the same rows."""

    def __init__(
        self, rng: random.Random, provider: str, calendar: Calendar, pools: Pools, cycle: Cycle, wishes: Wishes
    ) -> None:
        self._random = rng.random
        self._provider = provider
        self._site = f"{provider}01" if len(provider) < 4 else f"{provider}1"
        self._calendar = calendar
        self._iso = calendar.iso
        self._pools = pools
        self._cycle = cycle
        self._wishes = wishes
        self._numbers = nhs_numbers(rng.randrange(1_000_000))
        self._referrals = 0
        self._contacts = 0

    def pick(self, pool: Sequence[str | None]) -> str | None:
        """One of a pool."""
        return pool[int(self._random() * len(pool))]

    def family(self, index: int) -> Family:
        """The person of that place, and their rows."""
        place = index % CYCLE
        wishes = self._wishes
        grown = index in wishes.adult
        named = grown or index in wishes.named or wishes.no_one_withheld
        withheld = place == self._cycle.withheld and not named
        birth = self._calendar.last - self._age_in_days(place, grown=grown)
        local_id = f"P{index + 1:07d}"
        person = self._person(place, local_id, birth, withheld=withheld)
        plus = self._plus(place, local_id, birth, homeless=index not in wishes.not_homeless)
        referrals = self._referred(place, local_id, birth)
        return Family(birth, withheld, person, plus, referrals, self._contacted(place, local_id, referrals))

    def _age_in_days(self, place: int, *, grown: bool) -> int:
        chance = self._random()
        if not grown and place in self._cycle.children:
            return _YOUNGEST_DAYS + int(chance * (17.5 * _YEAR - _YOUNGEST_DAYS))
        if not grown and place in self._cycle.leavers:
            return int((18 + chance * 7.5) * _YEAR)
        return int((26 + 68 * chance * (1 + 2 * chance) / 3) * _YEAR)

    def _person(self, place: int, local_id: str, birth: int, *, withheld: bool) -> Row:
        pick, pools = self.pick, self._pools
        ethnic, source, day = self._ethnicity(place, birth)
        number = next(self._numbers)
        return [
            self._provider,
            local_id,
            None if withheld else number,
            "07" if withheld else pick(pools.traced),
            "02" if withheld else None,
            None if withheld else self._iso(birth),
            None,
            pick(pools.gender),
            pick(pools.identity),
            ethnic,
            None,
            source,
            day,
            pick(pools.language),
            pick(pools.religion),
            pick(pools.orientation) if self._calendar.last - birth > 16.1 * _YEAR else None,
            None if withheld else _NO_FIXED_ABODE if place == self._cycle.homeless else pick(POSTCODES),
            None,
            None,
            None,
            None,
            "V81997" if place == self._cycle.homeless else pick(PRACTICES),
            pick(pools.adjustment),
        ]

    def _ethnicity(self, place: int, birth: int) -> tuple[str | None, str | None, str | None]:
        if place == self._cycle.not_known and not self._wishes.ethnicity_known:
            return "99", None, None
        day = self._iso(self._since(birth, 3000))
        if place in self._cycle.declined:
            return "Z", "1", day
        return self.pick(self._pools.ethnicity), self.pick(self._pools.asked_source), day

    def _since(self, birth: int, most: int) -> int:
        """A day in the last `most` days of life."""
        last = self._calendar.last
        return last - int(self._random() * min(most, last - birth))

    def _plus(self, place: int, local_id: str, birth: int, *, homeless: bool) -> list[Row]:
        count = self._cycle.counts["plus_characteristic"][place]
        if not count:
            return []
        age = (self._calendar.last - birth) / _YEAR
        choices = CHILD if age < 18 else LEAVER if age < 25.5 else ADULT
        first = 0 if place == self._cycle.homeless else int(self._random() * len(choices))
        if not homeless:
            choices = choices[1:]
        return [self._answer(local_id, choices[(first + n) % len(choices)], birth, n) for n in range(count)]

    def _answer(self, local_id: str, characteristic: str, birth: int, apart: int) -> Row:
        """One answer. No two of a person are of the same day: they differ by `apart` days modulo 8."""
        value = self.pick(self._pools.value)
        if value == "X":
            return [self._provider, local_id, characteristic, value, None, None, None, None, None]
        source = self._source(characteristic, value)
        last = self._calendar.last
        day = last - apart - 8 * int(self._random() * min(125, (last - birth) // 8 - 1))
        evidence = self._pools.evidence.get((characteristic, value or ""))
        chance = self._random()
        item, code = evidence[int(self._random() * len(evidence))] if evidence and chance < 0.3 else (None, None)
        concept = _HOMELESS_CONCEPT if characteristic == "HOMELESS" and value == "Y" and chance > 0.6 else None
        return [self._provider, local_id, characteristic, value, source, self._iso(day), item, code, concept]

    def _source(self, characteristic: str, value: str | None) -> str | None:
        chance = self._random()
        if characteristic == "SMI":
            return "3" if chance < 0.5 else "4" if chance < 0.8 else "5"
        if characteristic == "GRT" or value in ("Z", "U"):
            return "1"
        return "1" if chance < 0.7 else "2" if chance < 0.8 else "3" if chance < 0.92 else "4"

    def _referred(self, place: int, local_id: str, birth: int) -> list[Row]:
        return [self._referral(local_id, birth) for _ in range(self._cycle.counts["referral"][place])]

    def _referral(self, local_id: str, birth: int) -> Row:
        self._referrals += 1
        pick, pools, iso = self.pick, self._pools, self._iso
        received = self._since(birth, 400)
        setting = pick(pools.setting)
        listed, referrers = pools.referrers.get(setting or "", (None, [None]))
        chance = self._random()
        discharge = self._discharge(received) if chance < 0.3 else None
        row = [f"R{self._referrals:09d}", self._provider, local_id, setting, iso(received)]
        row += [pick(referrers), listed, "2" if chance > 0.9 else "1", "priority"]
        row += [pick(pools.functions) if setting == "OUTPATIENT" else None, iso(received), None]
        row += ["01" if setting == "OUTPATIENT" else None, "MATERNITY" if setting == "MATERNITY" else None, discharge]
        return [*row, pick(pools.closed) if discharge else None, None, None]

    def _discharge(self, received: int) -> str:
        first = max(received, self._calendar.start)
        return self._iso(first + int(self._random() * (self._calendar.last - first + 1)))

    def _contacted(self, place: int, local_id: str, referrals: list[Row]) -> list[Row]:
        made: list[Row] = []
        for n in range(self._cycle.counts["care_contact"][place]):
            linked = referrals[n % len(referrals)] if referrals and self._random() < 0.85 else None
            made.append(self._contact(local_id, linked))
        return made

    def _contact(self, local_id: str, linked: Row | None) -> Row:
        self._contacts += 1
        pick, pools = self.pick, self._pools
        day = self._contact_day(linked)
        status = pick(pools.seen) if linked else None
        seen = linked is None or status in _SEEN
        if linked is not None and seen and not (linked[_FIRST_ATTENDED] or "~") < day:
            linked[_FIRST_ATTENDED] = day
        row = [f"C{self._contacts:09d}", self._provider, local_id, linked[0] if linked else None, day]
        row += [linked[3] if linked else "EMERGENCY", status, pick(pools.mechanism) if linked else "01"]
        row += [linked[9] if linked else None, self._site, None, None, pick(pools.interpreter) if seen else None]
        return [*row, None, "E01" if linked else "E04", "2" if linked and seen else None]

    def _contact_day(self, linked: Row | None) -> str:
        calendar, first, last = self._calendar, self._calendar.start, self._calendar.iso(self._calendar.last)
        day = calendar.iso(first + int(self._random() * (calendar.last - first + 1)))
        if linked is None:
            return day
        return min(max(day, linked[4] or day), linked[14] or last)
