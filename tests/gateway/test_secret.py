"""The secret that tokens are made with is whole, or there is none."""

from pathlib import Path

import pytest

from gateway.app import StartRefused, running
from gateway.secret import SecretUnusable, server_secret
from tests.gateway.house import settings_in


def test_a_secret_is_made_once_and_kept_for_its_owner_only(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)

    made = server_secret(settings)

    assert len(made) >= 32
    assert server_secret(settings) == made
    assert (settings.data_dir / "secret").stat().st_mode & 0o777 == 0o600
    assert [kept.name for kept in settings.data_dir.iterdir()] == ["secret"]


def test_what_an_interrupted_start_left_behind_is_written_over(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "secret.new").write_text("half a sec")

    made = server_secret(settings)

    assert len(made) >= 32
    assert server_secret(settings) == made


@pytest.mark.parametrize("kept", [b"", b"\n", b"x" * 31, "ä".encode() * 40])
def test_a_secret_that_protects_nothing_is_refused_with_a_sentence(tmp_path: Path, kept: bytes) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "secret").write_bytes(kept)

    with pytest.raises(SecretUnusable) as refused:
        server_secret(settings)

    assert str(settings.data_dir / "secret") in str(refused.value)
    assert "32 characters" in str(refused.value)


def test_a_secret_from_the_settings_needs_no_file(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, secret="s" * 32)

    assert server_secret(settings) == b"s" * 32
    assert not settings.data_dir.exists()


async def test_a_server_does_not_start_on_an_empty_secret(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.data_dir.mkdir()
    (settings.data_dir / "secret").touch()

    with pytest.raises(StartRefused, match="holds no secret"):
        async with running(settings):
            pass
