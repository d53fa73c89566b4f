"""Loaded sets: whole or not there, replaced at one stroke, and known by their digests."""

from __future__ import annotations

import multiprocessing
import os
import signal
from pathlib import Path

import pytest

from tests.test_validators.reference_files import IMD_2019, IMD_2025, TODAY, imd_rows, loaded, written
from tests.test_validators.small_submissions import write_tables
from tests.test_validators.test_core20 import HEADER
from validators.engines import ENGINES
from validators.errors import EngineError, InputError
from validators.reference_data.manifest import Manifest
from validators.reference_data.store import Store
from validators.validate import validate


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with the index of 2025."""
    loaded(tmp_path / "store", "imd", written(tmp_path / "imd.csv", imd_rows(30, IMD_2025)))
    return Store(tmp_path / "store")


def files(store: Store) -> list[str]:
    return sorted(path.name for path in store.folder.iterdir() if path.name != "lock")


def test_a_set_has_a_manifest_that_says_what_it_is(store: Store, tmp_path: Path) -> None:
    (part,) = store.parts()
    manifest = part.manifest
    assert files(store) == [manifest.stored, "imd-2025.json"]
    assert manifest == Manifest.model_validate_json((store.folder / "imd-2025.json").read_bytes())
    assert (manifest.source, manifest.loaded_on) == ("imd.csv", TODAY)
    assert manifest.received_bytes == (tmp_path / "imd.csv").stat().st_size
    assert store.sets()["imd"].paths == (part.path,)


def test_two_versions_stand_beside_one_another(store: Store, tmp_path: Path) -> None:
    loaded(store.folder, "imd", written(tmp_path / "imd.csv", imd_rows(40, IMD_2019)))
    assert [part.manifest.version for part in store.parts()] == ["2019", "2025"]
    assert {row["version"] for row in store.sets()["imd"]} == {"2019", "2025"}


def test_a_newer_file_takes_its_place_and_the_one_before_stays_for_those_that_read_it(
    store: Store, tmp_path: Path
) -> None:
    before = store.sets()["imd"]
    for count in (40, 50):
        loaded(store.folder, "imd", written(tmp_path / "imd.csv", imd_rows(count, IMD_2025)))
        if count == 40:
            assert len(list(before)) == 30
    assert len(files(store)) == 3  # the manifest, the file, and the one before
    assert len(list(store.sets()["imd"])) == 50


def test_a_file_that_is_refused_changes_nothing(store: Store, tmp_path: Path) -> None:
    before = files(store)
    with pytest.raises(InputError):
        loaded(store.folder, "imd", written(tmp_path / "imd.csv", imd_rows(30, IMD_2025)[:20]))
    assert files(store) == before
    assert list(store.verify()) == []


def _load(folder: Path, file: Path) -> None:
    loaded(folder, "imd", file)


def test_two_loads_at_once_leave_one_whole_set(store: Store, tmp_path: Path) -> None:
    made = [written(tmp_path / f"{count}.csv", imd_rows(count, IMD_2025)) for count in (30, 40, 50, 60)]
    start = multiprocessing.get_context("spawn")
    running = [start.Process(target=_load, args=(store.folder, file)) for file in made]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0] * 4
    assert list(store.verify()) == []
    (part,) = store.parts()
    assert part.manifest.rows == len(list(store.sets()["imd"])) in (30, 40, 50, 60)


def _killed(folder: Path, file: Path, at: str) -> None:
    """Load, and be killed as by kill -9 at the call of a function of Path or of the store."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    if at == "between":  # the new file is in place, and the manifest that names it is not
        moved = Path.replace
        setattr(Path, "replace", lambda path, to: die() if path.suffix == ".json" else moved(path, to))  # noqa: B010
    else:
        setattr(Store, at, die)
    loaded(folder, "imd", file)


@pytest.mark.parametrize("at", ["readable", "install", "_named_before", "between"])
def test_a_load_that_is_killed_leaves_the_former_set(at: str, store: Store, tmp_path: Path) -> None:
    before = [dict(row) for row in store.sets()["imd"]]
    newer = written(tmp_path / "imd.csv", imd_rows(40, IMD_2025))
    process = multiprocessing.get_context("spawn").Process(target=_killed, args=(store.folder, newer, at))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    assert list(store.verify()) == []
    assert [dict(row) for row in store.sets()["imd"]] == before
    loaded(store.folder, "imd", newer)
    loaded(store.folder, "imd", newer)
    assert len(list(store.sets()["imd"])) == 40
    assert not [name for name in files(store) if name.startswith("loading")]
    assert len(files(store)) <= 3  # the manifest, the file, and the one before


def test_what_a_load_that_runs_is_writing_stays(store: Store, tmp_path: Path) -> None:
    with store.staging() as running:
        (running / "file").write_text("x")
        loaded(store.folder, "imd", tmp_path / "imd.csv")
        assert (running / "file").read_text() == "x"
    assert not running.exists()


def test_a_file_that_is_not_as_it_was_stored_is_found(store: Store) -> None:
    (part,) = store.parts()
    part.path.write_bytes(part.path.read_bytes()[:-1] + b"x")
    assert [line for line in store.verify() if part.path.name in line]


@pytest.mark.parametrize("damage", ["manifest", "file", "elsewhere"])
def test_a_damaged_set_is_named_and_mended_by_loading_it_again(damage: str, store: Store, tmp_path: Path) -> None:
    (part,) = store.parts()
    manifest = store.folder / "imd-2025.json"
    if damage == "manifest":
        manifest.write_text("{")
    elif damage == "elsewhere":
        manifest.write_text(part.manifest.model_copy(update={"stored": "../imd.csv"}).model_dump_json())
    else:
        part.path.unlink()
    with pytest.raises(InputError, match=r"imd-2025 cannot be used: .* Load it again"):
        store.sets()
    assert len(list(store.verify())) == 1
    loaded(store.folder, "imd", tmp_path / "imd.csv")
    assert list(store.verify()) == []
    assert len(list(store.sets()["imd"])) == 30


@pytest.mark.parametrize("engine", ENGINES)
def test_a_run_that_fails_on_a_damaged_set_names_it(engine: str, store: Store, tmp_path: Path) -> None:
    (tmp_path / "sent").mkdir()
    write_tables(tmp_path / "sent", {"header": [HEADER], "person": [{"local_patient_id": "A1", "postcode": "AA1 1AA"}]})
    (part,) = store.parts()
    part.path.write_bytes(part.path.read_bytes()[:-20])
    with pytest.raises(EngineError, match=rf"in {part.path.name} are not as they were stored\. .*: reference load imd"):
        validate(tmp_path / "sent", engine=engine, reference=store.sets(), today=TODAY)


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert Store(tmp_path / "none").sets() == {}
    assert list(Store(tmp_path / "none").verify()) == []
