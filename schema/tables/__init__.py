"""The tables of the data set, one file each, in the order in which they are checked."""

TABLES = ("header", "person", "plus_characteristic", "referral", "care_contact")
