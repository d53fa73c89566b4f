"""What values are drawn from: weighted pools of codes of the release, held as lists that one random number indexes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from schema.dataset import Dataset

Pool = list[str | None]
Evidence = tuple[str, str]

#: per thousand, near the 2021 Census of England, without those not known and those who declined
ETHNICITY = {
    "A": 735, "B": 10, "C": 65, "D": 9, "E": 5, "F": 8, "G": 8, "H": 33, "J": 28, "K": 11, "L": 17, "M": 11, "N": 26,
    "P": 5, "R": 8, "S": 21,
}  # fmt: skip
GENDER = {"1": 490, "2": 500, "9": 3, "X": 7}
IDENTITY: dict[str | None, int] = {None: 600, "1": 190, "2": 195, "3": 3, "4": 2, "Z": 6, "X": 4}
ORIENTATION: dict[str | None, int] = {None: 500, "1": 420, "2": 15, "3": 15, "4": 3, "U": 7, "Z": 35, "9": 5}
RELIGION: dict[str | None, int] = {
    None: 450, "C": 240, "L": 200, "G": 40, "D": 10, "I": 6, "B": 4, "F": 4, "K": 6, "M": 30, "N": 10,
}  # fmt: skip
LANGUAGE = {"en": 900, "pl": 20, "ro": 15, "ur": 12, "pa": 10, "bn": 8, "gu": 6, "ar": 9, "so": 6, "pt": 8, "q4": 6}
ADJUSTMENT = {"Y": 80, "N": 920}
TRACED = {"01": 970, "02": 30}
ASKED_SOURCE = {"1": 850, "2": 90, "4": 60}
VALUE = {"Y": 120, "N": 710, "U": 40, "Z": 60, "X": 70}
#: public buildings that nobody lives in, known to everybody
POSTCODES = (
    "SW1A 0AA", "EC2R 8AH", "SW7 5BD", "SW7 2DD", "SW7 2RL", "WC1B 3DG", "NW1 2DB", "EC4M 8AD", "EC3N 4AB", "W1A 1AA",
    "WC2N 5DN", "SE1 9TG", "YO1 7HH", "NE1 8QH", "S1 2HH", "BS1 5TR", "B3 3DH", "M60 2LA", "OX1 2PH",
)  # fmt: skip
PRACTICES = ("A81001", "B81001", "C81001", "D81001", "E81001", "F81001", "H81001", "J81001", "K81001", "L81001")
SETTING = {"OUTPATIENT": 450, "COMMUNITY": 300, "MENTAL_HEALTH": 180, "MATERNITY": 70}
SEEN = {"5": 800, "6": 60, "2": 40, "3": 60, "4": 30, "7": 10}
MECHANISM = {"01": 750, "02": 150, "11": 100}
INTERPRETER: dict[str | None, int] = {None: 300, "4": 640, "1": 40, "2": 10, "X": 10}
CLOSED = {"02": 600, "04": 150, "07": 80, "05": 100, "03": 70}
FUNCTIONS = ("100", "110", "300", "501", "120", "130", "320", "340", "420", "430", "502", "710")
REFERRERS = {
    "OUTPATIENT": ("source_of_referral_op", ("03", "04", "05")),
    "COMMUNITY": ("source_of_referral_community", ("01", "02", "06", "07")),
    "MENTAL_HEALTH": ("source_of_referral_mh", ("A1", "B1", "H1")),
}
ADULT = (
    "HOMELESS", "CARER", "DISABILITY", "LD", "SMI", "AUTISM", "SUBSTANCE", "ARMEDFORCES", "GRT", "INTERPRETER",
)  # fmt: skip
CHILD = ("HOMELESS", "YOUNGCARER", "LAC", "DISABILITY", "LD", "AUTISM", "GRT", "INTERPRETER")
LEAVER = ("HOMELESS", "CARELEAVER", "DISABILITY", "LD", "AUTISM", "SUBSTANCE", "GRT", "INTERPRETER")


def weighted(shares: Mapping[str, int] | Mapping[str | None, int], codes: Iterable[str] | None = None) -> Pool:
    """A list in which each value stands as often as its share says; only those among `codes`, where given."""
    known = None if codes is None else frozenset(codes)
    return [v for v, share in shares.items() if known is None or v is None or v in known for _ in range(share)]


@dataclass(frozen=True)
class Pools:
    """The pools of one release: codes that it does not hold, or no longer, are left out."""

    ethnicity: Pool
    gender: Pool
    identity: Pool
    orientation: Pool
    religion: Pool
    language: Pool
    adjustment: Pool
    traced: Pool
    asked_source: Pool
    value: Pool
    setting: Pool
    seen: Pool
    mechanism: Pool
    interpreter: Pool
    closed: Pool
    functions: Pool
    referrers: Mapping[str, tuple[str, Pool]]
    evidence: Mapping[tuple[str, str], list[Evidence]]

    @classmethod
    def of(cls, dataset: Dataset, day: str) -> Pools:
        """The pools of a release as it stands on `day`."""

        def on(name: str) -> frozenset[str]:
            return dataset.code_lists[name].codes_on(day)

        return cls(
            ethnicity=weighted(ETHNICITY, on("ethnic_category")),
            gender=weighted(GENDER, on("stated_gender")),
            identity=weighted(IDENTITY, on("gender_identity")),
            orientation=weighted(ORIENTATION, on("sexual_orientation")),
            religion=weighted(RELIGION, on("religion_group")),
            language=weighted(LANGUAGE, on("preferred_language")),
            adjustment=weighted(ADJUSTMENT, on("reasonable_adjustment_required")),
            traced=weighted(TRACED, on("nhs_number_status")),
            asked_source=weighted(ASKED_SOURCE, on("plus_source")),
            value=weighted(VALUE, on("plus_value")),
            setting=weighted(SETTING, on("care_setting")),
            seen=weighted(SEEN, on("attendance_status")),
            mechanism=weighted(MECHANISM, on("consultation_mechanism")),
            interpreter=weighted(INTERPRETER, on("interpreter_present")),
            closed=weighted(CLOSED, on("closure_reason")),
            functions=[None, *(code for code in FUNCTIONS if code in on("treatment_function"))],
            referrers={s: (name, [c for c in codes if c in on(name)]) for s, (name, codes) in REFERRERS.items()},
            evidence=evidence_of(dataset, day),
        )


def evidence_of(dataset: Dataset, day: str) -> dict[tuple[str, str], list[Evidence]]:
    """Characteristic and answer → the national items and codes that say so. Ethnicity is no evidence that is sent."""
    lists = {code.code: code.details.get("list", code.code) for code in dataset.code_lists["national_item"].codes}
    found: dict[tuple[str, str], list[Evidence]] = {}
    for entry in dataset.plus_map:
        listed = lists.get(entry.national_item, "")
        if listed in dataset.code_lists and entry.national_code in dataset.code_lists[listed].codes_on(day):
            found.setdefault((entry.characteristic_code, entry.value), []).append(
                (entry.national_item, entry.national_code)
            )
    return {key: pairs for key, pairs in found.items() if key[0] != "GRT"}
