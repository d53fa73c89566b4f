"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.settings import Settings, SettingsError, defaults, from_environment


def test_nothing_given_is_the_defaults() -> None:
    assert from_environment({}) == Settings()
    assert from_environment({"PLUSMDS_PORT": "", "OTHER": "1"}) == Settings()


@pytest.mark.parametrize("name", defaults())
def test_every_setting_can_be_given(name: str) -> None:
    default = defaults()[name]
    given = {"host": "::1", "data_dir": "/somewhere"}.get(name, "7")
    read = getattr(from_environment({f"PLUSMDS_{name.upper()}": given}), name)
    assert type(read) is type(default)
    assert read == type(default)(given)


def test_a_folder_does_not_depend_on_where_the_service_is_started() -> None:
    assert from_environment({"PLUSMDS_DATA_DIR": "data"}).data_dir == Path("data").absolute()


def test_the_state_folder_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "/state")
    assert Settings().data_dir == Path("/state/plusmds")


@pytest.mark.parametrize(
    ("name", "text"), [("PORT", "x"), ("PORT", "-1"), ("MAX_BODY_MB", "0"), ("CHECK_SECONDS", "a")]
)
def test_what_cannot_be_used_is_named(name: str, text: str) -> None:
    with pytest.raises(SettingsError, match=f"PLUSMDS_{name} has to be a .*{text!r}"):
        from_environment({f"PLUSMDS_{name}": text})
