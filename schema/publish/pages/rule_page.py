"""The page of a rule: what it says, why, how to mend it, what it counts, and when it gives a finding."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from schema.publish.pages.cases import examples
from schema.publish.pages.counting import counted, threshold
from schema.publish.pages.page import code, facts, link, page, paragraph, prose, section, table, tag, title_of

if TYPE_CHECKING:
    from schema.publish.pages.written import Object, Written


def rule_page(rule: Object, written: Written) -> bytes:
    """The page in UTF-8."""
    above = (link("index", "All rules and items"), escape(title_of(rule["table"])), escape(rule["id"]))
    return page(
        f"{rule['id']}: {rule['title']}",
        _body(rule, written),
        version=written.version,
        notice=written.notice,
        above=above,
    )


def _body(rule: Object, written: Written) -> list[str]:
    return [
        f"<p>{tag(rule['severity'])} {code(rule['id'])}</p>",
        f"<h1>{prose(rule['title'])}</h1>",
        section("What it says", paragraph(prose(_ended(rule["message"]))), _holds(rule), _items(rule, written)),
        section("Why it matters", paragraph(prose(rule["why"]))),
        section("How to mend it", paragraph(prose(rule["fix"])), facts(_effects(rule, written))),
        section("What it counts", facts(_counts(rule))),
        section("Ways of breaking it", _causes(rule)),
        section("When it gives a finding", *examples(rule, written)),
        section("Where it comes from", facts(_origin(rule))),
    ]


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _holds(rule: Object) -> str:
    return facts([("What has to hold", code(rule["condition"]))])


def _items(rule: Object, written: Written) -> str:
    links = [_item_link(table_name, item, written) for table_name, item in written.places(rule)]
    return facts([("Data items it reads", ", ".join(dict.fromkeys(links)))])


def _item_link(table_name: str, item: str, written: Written) -> str:
    found = written.item(table_name, item)
    return link(f"{table_name}.{item}", f"{escape(found['title'] if found else item)} ({escape(title_of(table_name))})")


def _effects(rule: Object, written: Written) -> list[tuple[str, str]]:
    return [
        ("What it usually takes", prose(written.words["mend"][rule["mend"]])),
        ("What is left out", prose(_capital(written.words["action"][rule["action"]]))),
        ("Severity", prose(_capital(written.words["severity"][rule["severity"]]))),
    ]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _counts(rule: Object) -> list[tuple[str, str]]:
    denominator, numerator = counted(rule)
    return [("Denominator", _capital(denominator)), ("Numerator", _capital(numerator)), ("Threshold", threshold(rule))]


def _causes(rule: Object) -> str:
    causes = rule.get("causes", [])
    rows = [[prose(cause.get(name, "")) for name in ("received", "expected", "suggestion")] for cause in causes]
    return table("Each cause is a finding of its own", ["Received", "Expected", "Try"], rows) if rows else ""


def _origin(rule: Object) -> list[tuple[str, str]]:
    derived = "From the definition of the data item or table." if rule.get("derived") else "By hand, with its examples."
    return [
        ("Since", escape(rule["since"])),
        ("Until", escape(rule.get("until") or "")),
        ("Made", derived),
        ("Modelled on", prose(rule.get("source", ""))),
        ("Gives a finding where", code(rule["predicate"]) if rule.get("predicate") else ""),
    ]
