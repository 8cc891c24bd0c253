"""Take the pictures of the documentation: ``python -m tools.screenshots``.

A real call between two real browsers; only the two people in it are drawn.
"""

import asyncio
import math
import tempfile
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Final

from tests.e2e.browsers import Chromium, Media
from tests.e2e.browsers.chromium import ChromiumPage
from tests.e2e.media.made import write_media
from tests.e2e.people import to_show
from tests.e2e.server import running, zuruf
from tests.e2e.waiting import until
from tools.tree import ROOT

IMAGES: Final = ROOT / "docs" / "images"
WIDTH: Final = 640
HEIGHT: Final = 480

Colour = tuple[int, int, int]
Ellipse = tuple[int, int, int, int, Colour]

# Centre, radii and colour of what is painted, from back to front.
VISITOR: Final[tuple[Ellipse, ...]] = (
    (320, 240, 900, 900, (214, 222, 219)),
    (560, 110, 150, 150, (226, 232, 229)),
    (320, 236, 82, 100, (74, 52, 40)),
    (320, 510, 168, 172, (181, 101, 74)),
    (320, 346, 30, 50, (218, 172, 146)),
    (320, 252, 60, 78, (232, 190, 165)),
    (320, 190, 66, 38, (74, 52, 40)),
    (298, 254, 5, 6, (58, 44, 38)),
    (342, 254, 5, 6, (58, 44, 38)),
    (320, 290, 20, 11, (176, 92, 84)),
    (320, 285, 22, 11, (232, 190, 165)),
)
AGENT: Final[tuple[Ellipse, ...]] = (
    (320, 240, 900, 900, (201, 214, 223)),
    (90, 330, 120, 200, (186, 203, 196)),
    (320, 258, 84, 112, (40, 36, 36)),
    (320, 520, 180, 176, (38, 82, 92)),
    (320, 350, 32, 52, (182, 134, 108)),
    (320, 254, 62, 80, (198, 150, 124)),
    (320, 192, 70, 44, (40, 36, 36)),
    (297, 256, 5, 6, (40, 32, 30)),
    (343, 256, 5, 6, (40, 32, 30)),
    (320, 293, 20, 11, (140, 76, 70)),
    (320, 288, 22, 11, (198, 150, 124)),
)


async def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="screenshots-")))
        server = await stack.enter_async_context(running(zuruf(folder)))
        desk = await _window(stack, folder, "agent", AGENT, 440, (1280, 800))
        shop = await _window(stack, folder, "visitor", VISITOR, 1000, (1280, 800))

        await desk.open(f"{server.url}/agent")
        await desk.fill("User name", "anna")
        await desk.fill("Password", "zuruf-demo")
        await desk.press("Sign in")
        await desk.press("Available")
        await shop.open(server.url)
        await shop.press("Video call")
        await desk.press("Accept")
        for page in (desk, shop):
            await to_show(page, "button", "Hang up")
            await until(partial(_moving, page), limit_s=30, saying=f"{page.who} sees a picture")

        await desk.page.get_by_text("Good connection").wait_for(timeout=30_000)

        (IMAGES / "desk.png").write_bytes(await desk.screenshot())
        (IMAGES / "widget.png").write_bytes(await shop.screenshot())
    print(f"Wrote {IMAGES.relative_to(ROOT)}/desk.png and widget.png")


async def _window(
    stack: AsyncExitStack, folder: Path, who: str, face: tuple[Ellipse, ...], hz: int, size: tuple[int, int]
) -> ChromiumPage:
    colour = face[0][-1]
    files = write_media(folder, Media(hz=hz, left=colour, right=colour))
    assert files.y4m is not None
    _paint(Path(files.y4m), face)
    browser = await Chromium.launch(folder / f"{who}.log", media=files)
    stack.push_async_callback(browser.close)
    page = await browser.page(who)
    await page.page.set_viewport_size({"width": size[0], "height": size[1]})
    return page


async def _moving(page: ChromiumPage) -> bool:
    """Whether every video on the page, in shadow roots too, shows frames."""
    found = await page.evaluate(
        """() => {
          const videos = [];
          const look = (root) => {
            for (const e of root.querySelectorAll("*")) {
              if (e instanceof HTMLVideoElement && e.checkVisibility()) videos.push(e);
              if (e.shadowRoot) look(e.shadowRoot);
            }
          };
          look(document);
          return videos.length > 0 && videos.every((v) => v.videoWidth > 0 && v.currentTime > 0);
        }"""
    )
    return bool(found)


def _paint(path: Path, ellipses: tuple[Ellipse, ...]) -> None:
    """Write a second of a still picture as the file that Chromium plays as a camera."""
    planes = [_plane(ellipses, which, scale) for which, scale in ((0, 1), (1, 2), (2, 2))]
    frame = b"FRAME\n" + b"".join(planes)
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)


def _plane(ellipses: tuple[Ellipse, ...], which: int, scale: int) -> bytes:
    """Paint twice as large as needed and take the mean of four: that makes edges soft."""
    factor = 2 / scale
    width, height = round(WIDTH * factor), round(HEIGHT * factor)
    large = bytearray(width * height)
    for x, y, rx, ry, colour in ellipses:
        value = _yuv(colour)[which]
        for row in range(height):
            away = ((row + 0.5) / factor - y) / ry
            if abs(away) < 1:
                half = rx * math.sqrt(1 - away * away)
                left, right = max(0, round((x - half) * factor)), min(width, round((x + half) * factor))
                if left < right:
                    large[row * width + left : row * width + right] = bytes([value]) * (right - left)
    rows = [large[start : start + width] for start in range(0, len(large), width)]
    return b"".join(
        bytes(sum(four) // 4 for four in zip(above[::2], above[1::2], below[::2], below[1::2], strict=True))
        for above, below in zip(rows[::2], rows[1::2], strict=True)
    )


def _yuv(rgb: Colour) -> tuple[int, int, int]:
    r, g, b = rgb
    return (
        round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
        round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
        round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
    )


if __name__ == "__main__":
    asyncio.run(main())
