"""Which rows of the PLUS table may be of a restricted characteristic, and may be seen by nobody.

A code that is written in another way is no way round it: rules on codes would name and count it. So what is nearly the
code, or begins like a part of what the code means, is refused like the code itself, and so are letters that only look
like ours. A local code is the provider's own group; one that says a restricted code, or whose label does, is none.
What is meant and says nothing of it (`PRISON`) is a code that is not in the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schema.data_type import WRONG_TYPE
from validators.spelling import LOCAL, says, spelt

if TYPE_CHECKING:
    from schema.code_list import CodeList
    from validators.context import Context

#: the item that says which characteristic a row is of
REFUSED_BY = "characteristic_code"
#: so many first characters are looked for in what a code means; with fewer a code begins like much
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
    def texts(self) -> tuple[str, ...]:
        """The codes, what they mean and how they are defined, as it is compared."""
        restricted = [code for code in self._list.codes if code.code in self._list.restricted]
        texts = (said for c in restricted for said in (c.code, c.meaning, c.details.get("definition", "")))
        return tuple(sorted(filter(None, map(spelt, texts))))

    @cached_property
    def local(self) -> frozenset[str]:
        """The local codes that the header declares for a restricted characteristic."""
        return frozenset(self.context.local_labels) - self.context.local_codes

    @cached_property
    def _list(self) -> CodeList:
        return self.context.dataset.code_lists["plus_characteristic"]

    def refuses(self, code: str | None) -> bool:
        """Whether a row with this code as received is refused unread."""
        if code is None or code in self.allowed:
            return False
        text = code.replace(WRONG_TYPE, "")
        found = spelt(text.removeprefix(LOCAL))
        if code in self.local or says(found, self.codes):
            return True
        if code.startswith(LOCAL) or found in self.allowed:
            return False
        begins = found[:LEAST]
        return not text.isascii() or (len(begins) == LEAST and any(begins in said for said in self.texts))
