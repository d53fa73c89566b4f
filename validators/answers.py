"""What an item can hold, as the measures count it: closed words, never folded into one another."""

from __future__ import annotations

#: what an item of an accepted row holds; each row is counted under exactly one
STATUSES = ("missing", "invalid", "valid", "not_known", "declined", "asked_unsure")

#: items without a code list in which some values say that nobody knows
NOT_KNOWN_VALUES: dict[str, frozenset[str]] = {
    "postcode": frozenset({"ZZ99 3WZ", "ZZ99 3CZ"}),
    "gp_practice_code": frozenset({"V81999"}),
    "lsoa_code": frozenset({"X99999999"}),
}

#: order of precedence of the sources of an answer on one day; an answer without a source comes last
SOURCE_ORDER = ("1", "2", "4", "3", "9", "5")
#: order of precedence of answers that tie in everything else
ANSWER_ORDER = ("Y", "N", "U", "Z", "X")
#: sources that mean that the person, or somebody speaking for them, was asked
ASKED_SOURCES = frozenset({"1", "2"})
#: characteristics that are assessed or derived and never asked
NEVER_ASKED = frozenset({"SMI"})
#: ETHNIC CATEGORY codes that say "any other"
ANY_OTHER_ETHNICITY = frozenset({"C", "G", "L", "P", "S"})
#: and those of the project list of the 2021 groups
ANY_OTHER_ETHNICITY_2021 = frozenset({"5", "8", "12", "17", "19"})
