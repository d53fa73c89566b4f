"""Access to care, by group: what is counted of referrals and contacts, and of which whole it is a share.

Only accepted rows count, rows alike in every item once. A referral is **open** at period end where it was received by
then and neither discharged nor rejected by then; it is **waiting** where it is open and nobody has been seen by then.
The wait runs to period end from `clock_start_date`, else from `referral_received_date`; over 18 weeks is more than 126
days, over 52 weeks more than 364.

A contact was **missed** where the person did not attend (3) or came too late to be seen (7), of the contacts that
nobody cancelled (3, 5, 6, 7). It was **cancelled by the provider** with 4, of the contacts with a usable status.
Somebody who needs an interpreter (INTERPRETER is yes) was **seen without one** where the item says that none was used
(4 not required, 5 did not attend), of their contacts that took place as far as the file says (5, 6, or no usable
status) and of which it tells (1 to 5). A family member who interprets (2) counts as an interpreter here, which flatters
the figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

AccessTable = Literal["person", "referral", "care_contact"]

#: what can be true of a row. The first of each table is true of every row
REFERRAL_EVENTS = ("referrals", "open", "waiting", "over_18_weeks", "over_52_weeks")
CONTACT_EVENTS = (
    "contacts",
    "with_status",
    "not_cancelled",
    "missed",
    "cancelled_by_provider",
    "interpreter_told",
    "without_interpreter",
)
PERSON_EVENTS = ("persons", "without_practice")
EVENTS: dict[AccessTable, tuple[str, ...]] = {
    "person": PERSON_EVENTS,
    "referral": REFERRAL_EVENTS,
    "care_contact": CONTACT_EVENTS,
}
#: events that are asked of persons who need an interpreter alone
OF_INTERPRETED = frozenset({"interpreter_told", "without_interpreter"})

WEEKS_18, WEEKS_52 = 18 * 7, 52 * 7

WITH_STATUS = ("2", "3", "4", "5", "6", "7")
NOT_CANCELLED = ("3", "5", "6", "7")
MISSED = ("3", "7")
CANCELLED_BY_PROVIDER = ("4",)
#: statuses that say that the contact did not take place
NOT_SEEN = ("2", "3", "4", "7")
INTERPRETER = "INTERPRETER"
INTERPRETER_TOLD = ("1", "2", "3", "4", "5")
NO_INTERPRETER = ("4", "5")

#: GP practice: the person says that they have none
NO_PRACTICE = "V81997"
#: babies so young, in days, are not registered yet
BABY = 6 * 7


@dataclass(frozen=True, slots=True)
class AccessMeasureKind:
    """One measure: the rows with the event `counted` as a share of those with `of`, or of all groups' where None."""

    name: str
    title: str
    table: AccessTable
    counted: str
    of: str | None
    of_title: str


#: the items that the measures read, beside those by which rows belong together
ITEMS: dict[AccessTable, tuple[str, ...]] = {
    "person": ("gp_practice_code",),
    "referral": (
        "referral_received_date",
        "clock_start_date",
        "first_attended_date",
        "discharge_date",
        "rejection_date",
    ),
    "care_contact": ("attendance_status", "interpreter_present"),
}
MEASURES = (
    AccessMeasureKind("referrals", "Referrals", "referral", "referrals", None, "all referrals"),
    AccessMeasureKind("open", "Open at period end", "referral", "open", "referrals", "referrals"),
    AccessMeasureKind("waiting", "Waiting at period end", "referral", "waiting", "open", "open referrals"),
    AccessMeasureKind(
        "waiting_over_18_weeks", "Waiting over 18 weeks", "referral", "over_18_weeks", "waiting", "referrals waiting"
    ),
    AccessMeasureKind(
        "waiting_over_52_weeks", "Waiting over 52 weeks", "referral", "over_52_weeks", "waiting", "referrals waiting"
    ),
    AccessMeasureKind("contacts", "Contacts", "care_contact", "contacts", None, "all contacts"),
    AccessMeasureKind("missed", "Missed", "care_contact", "missed", "not_cancelled", "contacts not cancelled"),
    AccessMeasureKind(
        "cancelled_by_provider",
        "Cancelled by the provider",
        "care_contact",
        "cancelled_by_provider",
        "with_status",
        "contacts with a status",
    ),
    AccessMeasureKind(
        "without_interpreter",
        "Seen without the needed interpreter",
        "care_contact",
        "without_interpreter",
        "interpreter_told",
        "contacts of people who need one",
    ),
    AccessMeasureKind(
        "without_practice", "No GP practice", "person", "without_practice", "persons", "persons over six weeks old"
    ),
)
