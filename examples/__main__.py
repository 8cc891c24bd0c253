"""``python -m examples NAME``: an example website and a gateway for it, both on loopback only."""

import argparse
import asyncio
import os
import sys
from pathlib import Path

from examples.website import HERE, NAMES, website

DATA = Path("data") / "examples"
PASSWORD = "only for examples"  # noqa: S105 - known on purpose, on loopback only.


async def main() -> int:
    """Run both until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m examples", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--port", type=int, default=8090, help="of the website; the gateway takes the next one")
    asked = parser.parse_args()
    origin = f"http://localhost:{asked.port}"
    DATA.mkdir(parents=True, exist_ok=True)
    settings = DATA / "zuruf.toml"
    settings.write_text((HERE / "zuruf.toml").read_text("utf-8").replace("{origin}", origin), "utf-8")
    zuruf = f"http://localhost:{asked.port + 1}"
    environ = os.environ | {"ZURUF_CONFIG": str(settings), "ZURUF_DATA_DIR": str(DATA)}
    command = (sys.executable, "-m", "gateway")
    adding = await asyncio.create_subprocess_exec(
        *(*command, "user", "add", "anna", "--role", "agent", "--display-name", "Anna", "--password-stdin"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env=environ,
    )
    # From the second start on she is there already.
    await adding.communicate(f"{PASSWORD}\n".encode())
    gateway = await asyncio.create_subprocess_exec(*command, "serve", "--port", str(asked.port + 1), env=environ)
    try:
        async with website(asked.name, zuruf, asked.port) as address:
            sys.stdout.write(f"Visitor  {address}\nAgent    {zuruf}/agent    anna / {PASSWORD}\n")
            sys.stdout.flush()
            return await gateway.wait()
    finally:
        if gateway.returncode is None:
            gateway.terminate()
            await gateway.wait()


if __name__ == "__main__":
    try:
        sys.exit(asyncio.run(main()))
    except KeyboardInterrupt:
        sys.exit(0)
