"""The secret that tokens are made with: from settings, or made once and kept with the data."""

import os
import secrets
from pathlib import Path

from gateway.settings import LEAST_SECRET, Settings


class SecretUnusable(Exception):
    """The file with the secret holds none; the message says what to do."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            f"{file} holds no secret of at least {LEAST_SECRET} characters. Delete it and start again: "
            "a new one is made, and pages that are open have to be loaded again."
        )


def server_secret(settings: Settings) -> bytes:
    """The secret; makes and keeps one if the settings have none.

    Raises:
        SecretUnusable: If what was kept protects nothing.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value().encode()
    return _kept(settings.data_dir / "secret")


def _kept(file: Path) -> bytes:
    if not file.exists():
        _keep(file, secrets.token_hex(32))
    kept = file.read_bytes().strip()
    if len(kept) < LEAST_SECRET or not kept.isascii():
        raise SecretUnusable(file)
    return kept


def _keep(file: Path, secret: str) -> None:
    """Written aside and then put there, so that whatever interrupts this leaves no part of a secret."""
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_suffix(".new")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as written:
        written.write(secret + "\n")
        written.flush()
        os.fsync(written.fileno())
    aside.replace(file)
    directory = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
