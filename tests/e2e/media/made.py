"""A tone and a picture of two colours, different for each person, made when needed.

Small on purpose (320x240, ten pictures a second): two cores carry a test's browsers.
"""

import math
import struct
import wave
from dataclasses import replace
from pathlib import Path
from typing import Final

from tests.e2e.browsers.port import Media

RATE: Final = 48_000
WIDTH: Final = 320
HEIGHT: Final = 240
FPS: Final = 10

GREEN: Final = (0, 200, 0)
RED: Final = (210, 0, 0)
BLUE: Final = (0, 0, 210)
YELLOW: Final = (200, 200, 0)

# No tone is a multiple of another: a distorted one must not be taken for somebody else's.
PEOPLE: Final = (
    Media(hz=440, left=GREEN, right=RED),
    Media(hz=1000, left=GREEN, right=BLUE),
    Media(hz=1460, left=YELLOW, right=BLUE),
    Media(hz=1930, left=RED, right=YELLOW),
    Media(hz=2390, left=BLUE, right=GREEN),
    Media(hz=2870, left=YELLOW, right=RED),
)
"""Enough different people for one test."""

FIREFOX_HZ: Final = 620
"""The tone of whoever has a Firefox."""


def write_media(folder: Path, media: Media) -> Media:
    """Write the files a browser plays as microphone and camera, and return where they are.

    Firefox needs none: it makes the tone itself and shows a picture of its own.
    """
    wav, y4m = folder / f"{media.hz}.wav", folder / f"{media.hz}.y4m"
    _write_tone(wav, media.hz)
    assert media.left is not None
    assert media.right is not None
    _write_halves(y4m, media.left, media.right)
    return replace(media, wav=str(wav), y4m=str(y4m))


def _write_tone(path: Path, hz: int) -> None:
    # One second of a whole frequency is a whole number of waves: it loops without a click.
    samples = [round(12_000 * math.sin(2 * math.pi * hz * n / RATE)) for n in range(RATE)]
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(struct.pack(f"<{RATE}h", *samples))


def _write_halves(path: Path, left: tuple[int, int, int], right: tuple[int, int, int]) -> None:
    planes = b""
    for plane, (one, other) in enumerate(zip(_yuv(left), _yuv(right), strict=True)):
        width, height = (WIDTH, HEIGHT) if plane == 0 else (WIDTH // 2, HEIGHT // 2)
        planes += (bytes([one]) * (width // 2) + bytes([other]) * (width // 2)) * height
    header = f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(header + (b"FRAME\n" + planes) * FPS)


def _yuv(rgb: tuple[int, int, int]) -> tuple[int, int, int]:
    """BT.601 in studio range, which is what browsers take a Y4M file to be."""
    r, g, b = rgb
    return (
        round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
        round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
        round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
    )
