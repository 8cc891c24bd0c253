"""The secret that tokens are made with: from settings, or made once and kept with the data."""

import secrets
from pathlib import Path

from gateway.settings import Settings


def server_secret(settings: Settings) -> bytes:
    """The secret; makes and keeps one if the settings have none."""
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    return _kept(settings.data_dir / "secret").encode()


def _kept(file: Path) -> str:
    try:
        return file.read_text("ascii").strip()
    except FileNotFoundError:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32) + "\n", "ascii")
        return file.read_text("ascii").strip()
