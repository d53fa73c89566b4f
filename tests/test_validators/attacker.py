"""Somebody who holds shareable copies and works out by subtraction what they hide. Written without a look at the maker.

They know how counts are rounded, and everything that adds up in a report; they go on narrowing what each figure can be
until nothing changes. Of a checked file they know the rules too (attacker_of_files.py).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any

from tests.test_validators.attacker_of_files import of_a_file

Interval = tuple[int, int]
MOST = 10**7
#: rounds in which everything is narrowed: what is left after them narrows by one at a time
ROUNDS = 60

#: kinds of group in one of which every person is, whatever their age
_OF_EVERYBODY = ("core20", "age_band", "stated_gender", "ethnic_group")
_OUTCOMES = ("known", "declined", "unsure", "not_known", "missing", "invalid")
_OF_ITEM = ("valid", "declined", "asked_unsure", "not_known", "missing", "invalid")
_ACCESS = ("numerator", "denominator", "persons", "persons_counted")
#: what a group's answers are in the figures of the characteristic
_ANSWERS = {
    "eligible": ("eligible",),
    "known": ("yes", "no"),
    "declined": ("declined",),
    "unsure": ("unsure",),
    "not_known": ("not_known",),
    "missing": ("not_recorded",),
    "asked": ("asked",),
}


class Attacker:
    """Figures by name with what each can be, and what adds up."""

    def __init__(self) -> None:
        self.can_be: dict[str, Interval] = {}
        self.sums: list[tuple[list[str], list[str]]] = []
        self.found: set[str] = set()
        self.rests = 0

    def read(self, copy: dict[str, Any], name: str = "", *, drawn: bool = True) -> None:
        """Take in one copy; `name` keeps its figures apart from those of other copies.

        `drawn`: the rules of the copy judge all rows, or all that are not blank, as in reports drawn at random.
        """
        for table in copy["tables"]:
            self._table(f"{name}{table['table']}", table)
        for item in copy["data_items"]:
            self._item(name, item)
        for measure in copy["plus"]:
            self._plus(name, measure)
        self._persons(name, copy)
        self._facts(name, copy)
        self._linked(name, copy)
        self._access(name, copy)
        if not drawn:
            self._access_to_tables(name, copy)
            of_a_file(self, name, copy)
        self._rules(name, copy, drawn=drawn)

    def _table(self, at: str, table: dict[str, Any]) -> None:
        self.see(f"{at}.rows", table["rows"])
        self.see(f"{at}.rejected", table["rejected_rows"])
        self.limit([f"{at}.rows"], [f"{at}.rejected", f"{at}.kept"])

    def _item(self, name: str, item: dict[str, Any]) -> None:
        at = f"{name}{item['table']}.{item['data_item']}"
        rows = f"{name}{item['table']}.kept"
        self.see(rows, item["rows"])
        parts = ("missing", "invalid", "valid", "not_known", "declined", "asked_unsure")
        self._parts(at, rows, item, parts)

    def _plus(self, name: str, measure: dict[str, Any]) -> None:
        at = f"{name}plus.{measure['characteristic']}"
        whole = f"{at}.eligible"
        self.see(whole, measure["eligible"])
        if measure["min_age"] is None and measure["max_age"] is None:
            self.same(whole, f"{name}person.kept")
        else:
            ages = ("aged 18 None", "aged None 17", "ageless")
            self.sums.append(([f"{name}person.kept"], [f"{name}{age}" for age in ages]))
            self.same(whole, f"{name}aged {measure['min_age']} {measure['max_age']}")
        self._parts(at, whole, measure, ("yes", "no", "unsure", "declined", "not_known", "not_recorded"))
        ages = f"{measure['min_age']} {measure['max_age']}"
        for split in measure["splits"]:
            self._groups(name, at, split, ages, _ANSWERS)
        for field, wider in (("asked", "eligible"), ("declined_asked", "asked")):
            if measure[field] is not None:
                self.see(f"{at}.{field}", measure[field])
                self._some_of(f"{at}.{wider}", f"{at}.{field}")

    def _groups(self, name: str, at: str, split: dict[str, Any], ages: str, fields: dict[str, tuple[str, ...]]) -> None:
        """Groups are everybody: each of their figures adds up to that of the whole, and their persons are the same."""
        outcomes = tuple(field for field in _OUTCOMES if field in split["groups"][0])
        for group in split["groups"]:
            place = f"{at}.{split['by']}.{group['group']}"
            self.see(f"{place}.eligible", group["eligible"])
            self._parts(place, f"{place}.eligible", group, outcomes)
            self.same(f"{place}.eligible", f"{name}{ages}.{split['by']}.{group['group']}")
            if group["asked"] is not None:
                self.see(f"{place}.asked", group["asked"])
                self._some_of(f"{place}.eligible", f"{place}.asked")
        for field, wholes in fields.items():
            parts = [f"{at}.{split['by']}.{group['group']}.{field}" for group in split["groups"]]
            self.sums.append(([f"{at}.{whole}" for whole in wholes], parts))

    def _facts(self, name: str, copy: dict[str, Any]) -> None:
        for fact in copy["equality"]["facts"]:
            at = f"{name}facts.{fact['fact']}"
            self.see(f"{at}.eligible", fact["eligible"])
            self._parts(at, f"{at}.eligible", fact, _OUTCOMES)
            if fact["min_age"] is None:
                self.same(f"{at}.eligible", f"{name}person.kept")
            if len(fact["data_items"]) == 1 and fact["min_age"] is None:
                item = f"{name}person.{fact['data_items'][0]}"
                for field, outcome in zip(_OUTCOMES, _OF_ITEM, strict=True):
                    self.same(f"{at}.{field}", f"{item}.{outcome}")
            for split in fact["splits"]:
                self._groups(name, at, split, f"{fact['min_age']} None", {f: (f,) for f in ("eligible", *_OUTCOMES)})

    def _linked(self, name: str, copy: dict[str, Any]) -> None:
        for split in copy["linkage"]["splits"]:
            for group in split["groups"]:
                at = f"{name}linked.{split['by']}.{group['group']}"
                self.see(f"{at}.persons", group["persons"])
                self._parts(at, f"{at}.persons", group, ("with_number", "without_number"))
                self.same(f"{at}.persons", f"{name}None None.{split['by']}.{group['group']}")
            parts = [f"{name}linked.{split['by']}.{group['group']}" for group in split["groups"]]
            if split["by"] == "core20":
                for field in ("with_number", "without_number"):
                    self.sums.append(([f"{name}with_number.{field}"], [f"{part}.{field}" for part in parts]))
                continue
            answers = f"{name}plus.{split['by']}"
            self.sums.append(([f"{answers}.eligible"], [f"{part}.persons" for part in parts]))
            for part in parts:
                if part.endswith((".yes", ".no")):
                    self.same(f"{part}.persons", f"{answers}.{part.rpartition('.')[2]}")

    def _access(self, name: str, copy: dict[str, Any]) -> None:
        for measure in copy["access"]["measures"]:
            at = f"{name}access.{measure['measure']}"
            for field in _ACCESS:
                self.see(f"{at}.{field}", measure[field])
            for split in measure["splits"]:
                for group in split["groups"]:
                    place = f"{at}.{split['by']}.{group['group']}"
                    for field in _ACCESS:
                        self.see(f"{place}.{field}", group[field])
                    self._some_of(f"{place}.denominator", f"{place}.numerator")
                    self._some_of(f"{place}.persons", f"{place}.persons_counted")
                for field in ("numerator", "persons_counted") if split["by"] in _OF_EVERYBODY else ():
                    parts = [f"{at}.{split['by']}.{group['group']}.{field}" for group in split["groups"]]
                    self.sums.append(([f"{at}.{field}"], parts))

    def _access_to_tables(self, name: str, copy: dict[str, Any]) -> None:
        """Of a checked file: all referrals are the rows of their table, and persons over six weeks old are persons."""
        for measure in copy["access"]["measures"]:
            at = f"{name}access.{measure['measure']}"
            table = {"referrals": "referral", "contacts": "care_contact"}.get(measure["measure"])
            for field in ("numerator", "denominator") if table else ():
                self.same(f"{at}.{field}", f"{name}{table}.kept")
            for split in measure["splits"] if measure["measure"] == "without_practice" else ():
                for group in split["groups"]:
                    place = f"{split['by']}.{group['group']}"
                    self._some_of(f"{name}None None.{place}", f"{at}.{place}.denominator")

    def _persons(self, name: str, copy: dict[str, Any]) -> None:
        ethnicity, linkage = copy["equality"]["ethnicity"], copy["linkage"]
        for part, fields in (
            (ethnicity, ("known", "declined", "not_known", "missing", "invalid")),
            (linkage, ("with_number", "without_number")),
        ):
            if part and part["persons"] is not None:
                self.see(f"{name}person.kept", part["persons"])
                self._parts(f"{name}{fields[0]}", f"{name}person.kept", part, fields)
        if linkage["status_01"] is not None:
            self.see(f"{name}status_01", linkage["status_01"])
            self._some_of(f"{name}with_number.with_number", f"{name}status_01")

    def _rules(self, name: str, copy: dict[str, Any], *, drawn: bool) -> None:
        causes: dict[str, list[str]] = defaultdict(list)
        for finding in copy["findings"]:
            at = f"{name}{finding['fingerprint']}"
            self.see(f"{at}.failed", finding["failed_rows"], least=1)
            self.see(f"{name}{finding['rule_id']}.assessed", finding["assessed_rows"])
            causes[finding["rule_id"]].append(f"{at}.failed")
        for rule in copy["rules"]:
            if rule["assessed_rows"] is None:
                continue
            at = f"{name}{rule['rule_id']}"
            self.see(f"{at}.assessed", rule["assessed_rows"])
            self.see(f"{at}.failed", rule["failed_rows"])
            self._some_of(f"{at}.assessed", f"{at}.failed")
            if rule["outcome"] == "failed":
                self.sums.append(([f"{at}.failed"], causes[rule["rule_id"]]))
            if drawn:
                self._item_rule(name, rule, copy)

    def _item_rule(self, name: str, rule: dict[str, Any], copy: dict[str, Any]) -> None:
        """`missing` judges every row, `format` those not blank; with no row left out they count as items do."""
        check = rule["rule_id"].split(".")[-1]
        at, table = f"{name}{rule['rule_id']}", f"{name}{rule['table']}"
        if check == "missing":
            self.same(f"{at}.assessed", f"{table}.rows")
        else:
            blank = f"{name}{rule['rule_id'].removesuffix(check)}missing.failed"
            self.sums.append(([f"{table}.rows"], [f"{at}.assessed", blank]))
        rejected = next(t["rejected_rows"] for t in copy["tables"] if t["table"] == rule["table"])
        if rejected == 0:
            self.same(f"{table}.rows", f"{table}.kept")

    def _parts(self, at: str, whole: str, figures: dict[str, Any], fields: tuple[str, ...]) -> None:
        for field in fields:
            self.see(f"{at}.{field}", figures[field])
        self.sums.append(([whole], [f"{at}.{field}" for field in fields]))

    def _some_of(self, whole: str, part: str) -> None:
        self.limit([whole], [part])

    def limit(self, whole: list[str], parts: list[str], least: int = 0) -> None:
        """`parts` are no more than `whole`, and less by `least`."""
        self.rests += 1
        rest = f"rest {self.rests}"
        if least:
            self.found.add(rest)
            self.can_be[rest] = (least, MOST)
        self.sums.append((whole, [*parts, rest]))

    def same(self, one: str, other: str) -> None:
        """Two figures are one."""
        self.sums.append(([one], [other]))

    def see(self, name: str, shown: Any, least: int = 0) -> None:
        """A figure as it is shown. One that is hidden can be anything: it may be there to cover another."""
        if shown is None:
            return
        if least:
            self.found.add(name)
        if shown == "*":
            seen = (least, MOST)
        else:
            assert shown == 0 or (shown % 5 == 0 and shown >= 10), f"{name} shows {shown}"
            seen = (max(shown - 2, 8), shown + 2) if shown else (0, 0)
        low, high = self.can_be.get(name, (0, MOST))
        self.can_be[name] = (max(low, seen[0]), min(high, seen[1]))

    def blind(self) -> Attacker:
        """The same without any figure: that two findings stand there says that two rows have them."""
        other = Attacker()
        other.sums = self.sums
        other.can_be = {name: (1, MOST) if name in self.found else (0, MOST) for name in self.can_be}
        return other

    def narrow(self) -> dict[str, Interval]:
        """What each figure can be, in the end."""
        for _ in range(ROUNDS):
            if not sum(self._narrowed(whole, parts) for whole, parts in self.sums):
                break
        return self.can_be

    def _narrowed(self, whole: list[str], parts: list[str]) -> bool:
        times = Counter(whole)
        times.subtract(parts)
        ends = {name: self.can_be.get(name, (0, MOST)) for name in times}
        low = sum(many * ends[name][many < 0] for name, many in times.items())
        high = sum(many * ends[name][many > 0] for name, many in times.items())
        changed = False
        for name, many in times.items():
            if not many:
                continue
            least, most = ends[name]
            # what the others leave for this one: many times it is from -(high of the others) to -(low of them)
            left = (many * ends[name][many > 0] - high, many * ends[name][many < 0] - low)
            new = (-(-left[many < 0] // many), left[many > 0] // many)
            fits = (max(least, new[0]), min(most, new[1]))
            assert fits[0] <= fits[1], f"{name} cannot be anything: the copy does not add up"
            if fits != (least, most):
                self.can_be[name] = fits
                changed = True
        return changed
