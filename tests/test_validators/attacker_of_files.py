"""What somebody who holds a copy of a checked file knows beside it: the rules that are published, and what they do.

Written without a look at the maker of copies, out of the text of the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from schema.release import load

if TYPE_CHECKING:
    from schema.rule import Rule
    from tests.test_validators.attacker import Attacker

_HELD = ("invalid", "valid", "not_known", "declined", "asked_unsure")
_SAID = {
    "declined": ("declined", "declined_after_known"),
    "asked_unsure": ("unsure",),
    "valid": ("yes", "no"),
}


def of_a_file(attacker: Attacker, name: str, copy: dict[str, Any]) -> None:
    """Take in what is true of every file that was checked by the rules of a release."""
    rules = {rule.id: rule for rule in load(copy["release"]).dataset.rules}
    judged = {r["rule_id"]: r for r in copy["rules"] if r["assessed_rows"] is not None and r["rule_id"] in rules}
    found = _Known(attacker, name, copy, {rule: rules[rule] for rule in judged}, judged)
    for table in copy["tables"]:
        if table["rejected_rows"] is not None:
            found.rejected(table)
    for item in copy["data_items"]:
        found.item(item["table"], item["data_item"])
    found.answers()
    found.ages()
    found.rates()
    found.linked()
    found.access()
    found.core20()
    found.misplaced()


class _Known:
    def __init__(
        self,
        attacker: Attacker,
        name: str,
        copy: dict[str, Any],
        rules: dict[str, Rule],
        judged: dict[str, dict[str, Any]],
    ) -> None:
        self.attacker, self.name, self.copy, self.rules, self.judged = attacker, name, copy, rules, judged
        self.rejects = {table["table"]: table["rejected_rows"] for table in copy["tables"]}

    def failed(self, rule: str) -> str:
        return f"{self.name}{rule}.failed"

    def nothing_goes(self, table: str) -> bool:
        """Whether every row of a table stays, and none is a copy of another."""
        copied = [r for n, r in self.judged.items() if n.startswith(self._code(table)) and n.endswith(".copied")]
        copied += [self.judged["PMD00307"]] if table == "plus_characteristic" and "PMD00307" in self.judged else []
        return self.rejects.get(table) == 0 and all(r["failed_rows"] == 0 for r in copied) and bool(copied)

    @staticmethod
    def _code(table: str) -> str:
        codes = {"person": "PMD001", "plus_characteristic": "PMD003", "referral": "PMD101", "care_contact": "PMD201"}
        return codes.get(table, "PMD000")

    def rejected(self, table: dict[str, Any]) -> None:
        """A row goes by a rule on it, by its key, or with its person."""
        name, going = table["table"], {"record", "group"}
        refusing = [
            n for n, r in self.rules.items() if r.table == name and r.action in going and r.stage != "structure"
        ]
        whole = f"{self.name}{name}.rejected"
        for rule in refusing:
            self.attacker.limit([whole], [self.failed(rule)])
        if name == "person" or self.rejects.get("person", 0) == 0:
            self.attacker.limit([self.failed(rule) for rule in refusing], [whole])

    def item(self, table: str, item: str) -> None:
        """What cannot be used broke a rule on the row that takes the item away."""
        at = f"{self.name}{table}.{item}"
        of_table = {n: r for n, r in self.rules.items() if r.table == table and r.items[0] == item}
        breaking = [
            n
            for n, r in of_table.items()
            if r.stage in ("value", "record") and (r.action == "field" or r.malforms or r.check.kind == "code")
        ]
        if breaking:
            self.attacker.limit([self.failed(rule) for rule in breaking], [f"{at}.invalid"])
        if not self.nothing_goes(table):
            return
        for rule in breaking:
            self.attacker.limit([f"{at}.invalid"], [self.failed(rule)])
        for rule, known in of_table.items():
            if known.check.kind in ("format", "code"):
                self.attacker.sums.append(([f"{self.name}{rule}.assessed"], [f"{at}.{held}" for held in _HELD]))
        if (table, item) == ("person", "withheld_identity_reason"):
            for rule in ("PMD001.birth_date.missing", "PMD001.stated_gender.missing"):
                if rule in self.rules:
                    self.attacker.same(f"{self.name}{rule}.assessed", f"{at}.missing")

    def answers(self) -> None:
        """Each person who gave an answer has a row that says it."""
        value = f"{self.name}plus_characteristic.value"
        codes = [measure["characteristic"] for measure in self.copy["plus"] if measure["yes"] is not None]
        for outcome, fields in _SAID.items():
            parts = [f"{self.name}plus.{code}.{field}" for code in codes for field in fields]
            for measure in self.copy["plus"]:
                if outcome == "declined" and measure["declined_after_known"] is not None:
                    known = f"{self.name}plus.{measure['characteristic']}.declined_after_known"
                    self.attacker.see(known, measure["declined_after_known"])
            if f"{value}.{outcome}" in self.attacker.can_be:
                self.attacker.limit([f"{value}.{outcome}"], parts)

    def ages(self) -> None:
        """Below 18 or from 18 on: whoever has a date of birth is one of the two."""
        shown, name = self.copy["linkage"]["birth_dates"], self.name
        if shown is None:
            return
        self.attacker.see(f"{name}birth_dates", shown)
        self.attacker.same(f"{name}birth_dates", f"{name}person.birth_date.valid")
        if self.copy["submission"]["period_end"] is not None:
            self.attacker.sums.append(([f"{name}birth_dates"], [f"{name}aged 18 None", f"{name}aged None 17"]))

    def rates(self) -> None:
        """More than 10 % of 50 persons or more, or not; and what is counted."""
        name = self.name
        rule = self.judged.get("PMD90001")
        if rule is not None:
            failed, assessed = self.failed("PMD90001"), f"{name}PMD90001.assessed"
            self.attacker.same(assessed, f"{name}person.kept")
            self.attacker.sums.append(([failed], [f"{name}known.{w}" for w in ("not_known", "missing", "invalid")]))
            if rule["outcome"] == "failed":
                self.attacker.limit([failed] * 10, [assessed], least=1)
            elif rule["outcome"] == "passed":
                self.attacker.limit([assessed], [failed] * 10)
        if "PMD90002" in self.judged:
            self.attacker.same(self.failed("PMD90002"), f"{name}person.ethnic_category.declined")

    def linked(self) -> None:
        """A number of two persons is taken away from both."""
        valid, numbers = f"{self.name}person.nhs_number.valid", f"{self.name}with_number.with_number"
        if "PMD00103" in self.rules and self.nothing_goes("person"):
            self.attacker.sums.append(([valid], [numbers, self.failed("PMD00103")]))

    def access(self) -> None:
        """What is counted of referrals and contacts, beside their items."""
        name = self.name
        for measure in self.copy["access"]["measures"]:
            at = f"{name}access.{measure['measure']}"
            if measure["measure"] == "open":
                ended = [f"{name}referral.discharge_date.valid", f"{name}referral.rejection_date.valid"]
                self.attacker.limit([f"{at}.numerator", *ended], [f"{at}.denominator"])
            if measure["measure"] == "cancelled_by_provider":
                self.attacker.same(f"{at}.denominator", f"{name}care_contact.attendance_status.valid")
            if measure["measure"] in ("contacts", "referrals"):
                self.attacker.same(f"{at}.persons", f"{at}.persons_counted")
            self.attacker.limit([f"{at}.numerator"], [f"{at}.persons_counted"])
            self.attacker.limit([f"{at}.denominator"], [f"{at}.persons"])

    def core20(self) -> None:
        """Without a directory of postcodes a person is placed by one index or by the other."""
        if any(data["name"] == "onspd" and data["loaded"] for data in self.copy["reference_data"]):
            return
        for figure in self.copy["core20"]["figures"]:
            at = f"{self.name}core20.{figure['index']}"
            for answer in ("yes", "no", "institution", "not_placed"):
                self.attacker.see(f"{at}.{answer}", figure[answer])
            for reason in figure["reasons"]:
                self.attacker.see(f"{at}.{reason['reason']}", reason["persons"])
        figures = {figure["index"] for figure in self.copy["core20"]["figures"]}
        for one, other in (("2019", "2025"), ("2025", "2019")):
            if {one, other} <= figures:
                at = f"{self.name}core20.{one}"
                self.attacker.limit([f"{self.name}core20.{other}.other_version"], [f"{at}.yes", f"{at}.no"])

    def misplaced(self) -> None:
        """Letters are told where fewer than one value in a hundred begins with one."""
        for finding in self.copy["findings"]:
            if finding["rule_id"].endswith(".misplaced") and finding["cause"]["kind"] == "letters":
                assessed = f"{self.name}{finding['rule_id']}.assessed"
                self.attacker.limit([assessed], [f"{self.name}{finding['fingerprint']}.failed"] * 100, least=1)
