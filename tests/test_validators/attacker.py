"""Somebody who holds shareable copies and works out by subtraction what they hide. Written without a look at the maker.

They know how counts are rounded, and everything that adds up in a report; they go on narrowing what each figure can be
until nothing changes.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

Interval = tuple[int, int]
MOST = 10**7


class Attacker:
    """Figures by name with what each can be, and what adds up."""

    def __init__(self) -> None:
        self.can_be: dict[str, Interval] = {}
        self.sums: list[tuple[list[str], list[str]]] = []
        self.found: set[str] = set()
        self.rests = 0

    def read(self, copy: dict[str, Any], name: str = "") -> None:
        """Take in one copy; `name` keeps its figures apart from those of other copies."""
        for table in copy["tables"]:
            self._table(f"{name}{table['table']}", table)
        for item in copy["data_items"]:
            self._item(name, item)
        for measure in copy["plus"]:
            self._plus(name, measure)
        self._persons(name, copy)
        self._rules(name, copy)

    def _table(self, at: str, table: dict[str, Any]) -> None:
        self._see(f"{at}.rows", table["rows"])
        self._see(f"{at}.rejected", table["rejected_rows"])
        self.rests += 1
        self.sums.append(([f"{at}.rows"], [f"{at}.rejected", f"{at}.kept", f"rest {self.rests}"]))

    def _item(self, name: str, item: dict[str, Any]) -> None:
        at = f"{name}{item['table']}.{item['data_item']}"
        rows = f"{name}{item['table']}.kept"
        self._see(rows, item["rows"])
        parts = ("missing", "invalid", "valid", "not_known", "declined", "asked_unsure")
        self._parts(at, rows, item, parts)

    def _plus(self, name: str, measure: dict[str, Any]) -> None:
        at = f"{name}plus.{measure['characteristic']}"
        whole = f"{at}.eligible"
        self._see(whole, measure["eligible"])
        if measure["min_age"] is None and measure["max_age"] is None:
            self._same(whole, f"{name}person.kept")
        else:
            self.sums.append(([f"{name}person.kept"], [f"{name}{a}" for a in ("adults", "children", "ageless")]))
            self._same(whole, f"{name}adults" if measure["min_age"] else f"{name}children")
        self._parts(at, whole, measure, ("yes", "no", "unsure", "declined", "not_known", "not_recorded"))
        for field, wider in (("asked", "eligible"), ("declined_asked", "asked")):
            if measure[field] is not None:
                self._see(f"{at}.{field}", measure[field])
                self._some_of(f"{at}.{wider}", f"{at}.{field}")

    def _persons(self, name: str, copy: dict[str, Any]) -> None:
        ethnicity, linkage = copy["equality"]["ethnicity"], copy["linkage"]
        for part, fields in (
            (ethnicity, ("known", "declined", "not_known", "missing", "invalid")),
            (linkage, ("with_number", "without_number")),
        ):
            if part and part["persons"] is not None:
                self._see(f"{name}person.kept", part["persons"])
                self._parts(f"{name}{fields[0]}", f"{name}person.kept", part, fields)
        if linkage["status_01"] is not None:
            self._see(f"{name}status_01", linkage["status_01"])
            self._some_of(f"{name}with_number.with_number", f"{name}status_01")

    def _rules(self, name: str, copy: dict[str, Any]) -> None:
        causes: dict[str, list[str]] = defaultdict(list)
        for finding in copy["findings"]:
            at = f"{name}{finding['fingerprint']}"
            self._see(f"{at}.failed", finding["failed_rows"], least=1)
            self._see(f"{name}{finding['rule_id']}.assessed", finding["assessed_rows"])
            causes[finding["rule_id"]].append(f"{at}.failed")
        for rule in copy["rules"]:
            if rule["assessed_rows"] is None:
                continue
            at = f"{name}{rule['rule_id']}"
            self._see(f"{at}.assessed", rule["assessed_rows"])
            self._see(f"{at}.failed", rule["failed_rows"])
            self._some_of(f"{at}.assessed", f"{at}.failed")
            self.sums.append(([f"{at}.failed"], causes[rule["rule_id"]]))
            self._item_rule(name, rule, copy)

    def _item_rule(self, name: str, rule: dict[str, Any], copy: dict[str, Any]) -> None:
        """`missing` judges every row, `format` those not blank; with no row left out they count as items do."""
        check = rule["rule_id"].split(".")[-1]
        at, table = f"{name}{rule['rule_id']}", f"{name}{rule['table']}"
        if check == "missing":
            self._same(f"{at}.assessed", f"{table}.rows")
        else:
            blank = f"{name}{rule['rule_id'].removesuffix(check)}missing.failed"
            self.sums.append(([f"{table}.rows"], [f"{at}.assessed", blank]))
        rejected = next(t["rejected_rows"] for t in copy["tables"] if t["table"] == rule["table"])
        if rejected == 0:
            self._same(f"{table}.rows", f"{table}.kept")

    def _parts(self, at: str, whole: str, figures: dict[str, Any], fields: tuple[str, ...]) -> None:
        for field in fields:
            self._see(f"{at}.{field}", figures[field])
        self.sums.append(([whole], [f"{at}.{field}" for field in fields]))

    def _some_of(self, whole: str, part: str) -> None:
        self.rests += 1
        self.sums.append(([whole], [part, f"rest {self.rests}"]))

    def _same(self, one: str, other: str) -> None:
        self.sums.append(([one], [other]))

    def _see(self, name: str, shown: Any, least: int = 0) -> None:
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
        changed = True
        while changed:
            changed = sum(self._narrowed(whole, parts) for whole, parts in self.sums) > 0
        return self.can_be

    def _narrowed(self, whole: list[str], parts: list[str]) -> bool:
        terms = [(name, 1) for name in whole] + [(name, -1) for name in parts]
        ends = {name: self.can_be.get(name, (0, MOST)) for name, _ in terms}
        low = sum(ends[n][0] if sign > 0 else -ends[n][1] for n, sign in terms)
        high = sum(ends[n][1] if sign > 0 else -ends[n][0] for n, sign in terms)
        changed = False
        for name, sign in terms:
            least, most = ends[name]
            others = (low - least, high - most) if sign > 0 else (low + most, high + least)
            new = (-others[1], -others[0]) if sign > 0 else others
            fits = (max(least, new[0]), min(most, new[1]))
            assert fits[0] <= fits[1], f"{name} cannot be anything: the copy does not add up"
            if fits != (least, most):
                self.can_be[name] = fits
                changed = True
        return changed
