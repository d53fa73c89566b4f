"""Which rows of the PLUS table may be of a restricted characteristic, and may be seen by nobody.

A code that is written in another way is no way round it: rules on codes would name and count it. So what is nearly the
code, or nearly what the code means, is refused like the code itself; a local code is the provider's own group.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from schema.code_list import CodeList
    from validators.context import Context

#: the item that says which characteristic a row is of
REFUSED_BY = "characteristic_code"
#: what of a code is compared, and what local codes begin with
NO_SIGN = "[^A-Za-z0-9]"
LOCAL = "L-"
#: characters from which on a part of the meaning of a code says the whole of it
LEAST = 6


@dataclass(frozen=True)
class Restricted:
    """The characteristics that this provider may not send."""

    context: Context

    @cached_property
    def allowed(self) -> frozenset[str]:
        """The codes that are surely none of them: those of the release that are not restricted, or are approved."""
        codes = self.context.codes("plus_characteristic")
        return codes - self.context.refused_characteristics()

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The restricted codes, as they are compared."""
        return tuple(sorted(map(spelt, self._list.restricted)))

    @cached_property
    def meanings(self) -> tuple[str, ...]:
        """What they mean, as it is compared."""
        restricted = self._list.restricted
        return tuple(sorted(spelt(code.meaning) for code in self._list.codes if code.code in restricted))

    @cached_property
    def _list(self) -> CodeList:
        return self.context.dataset.code_lists["plus_characteristic"]

    def refuses(self, code: str | None) -> bool:
        """Whether a row with this code as received is refused unread."""
        if code is None or code in self.allowed or code.startswith(LOCAL):
            return False
        found = spelt(code)
        if any(restricted in found for restricted in self.codes):
            return True
        return len(found) >= LEAST and any(found in meaning for meaning in self.meanings)


def spelt(text: str) -> str:
    """A text without what people vary: signs, spaces, case."""
    return re.sub(NO_SIGN, "", text).upper()
