"""The folder for what is made of the data is removed, however it is left."""

from __future__ import annotations

import stat
import tempfile
from pathlib import Path

import pytest

from validators.scratch import scratch_folder


def test_it_is_private_and_removed_with_all_that_is_in_it() -> None:
    with scratch_folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        (folder / "inner").mkdir()
        (folder / "inner" / "rows.csv").write_text("a\n")
    assert not folder.exists()


def test_a_signal_while_it_is_made_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt comes when the folder stands, and nobody has been given its name."""
    make = Path.mkdir

    def interrupted(self: Path, *args: int, **options: int) -> None:
        make(self, *args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt), scratch_folder():
        pytest.fail("it was entered")
    assert list(tmp_path.iterdir()) == []
