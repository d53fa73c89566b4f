"""The version of this software; the data set has versions of its own, the releases."""

VERSION = "0.1.0"
