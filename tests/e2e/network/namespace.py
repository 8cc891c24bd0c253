"""A person behind a network of their own, which can be cut, unplugged and blocked.

How it works, and why so::

    namespace of the person                    namespace of everybody else
    -----------------------                    ---------------------------
    browser
      |  http://localhost:PORT
      v
    proxy on 127.0.0.1:PORT  == TCP ==>  proxy on 10.x.y.1:any  -->  server on 127.0.0.1:PORT
                                (veth)
    media on 10.x.y.2        == UDP ==>  media of the other person's browser on 10.x.y.1

* The server stays on loopback, as the demo insists, and the page has the same origin for
  everybody: ``localhost`` is a secure context with cookies, camera and microphone, and the
  server sees the origin it expects. No certificate, no exception in the browser.
* Both proxies run in the test's own process: a socket belongs to the namespace of the
  thread that makes it, wherever it is used later. Between the two every byte crosses the
  virtual cable, so a cut stalls it and the kernel sends it again, as on a real line.
* Nothing else is reachable: there is no default route.

Rules live inside the namespace and go with it. Names have a random part, so that tests do
not meet; :meth:`close` removes everything, and so does the kernel when the namespace is
deleted. Needs root.
"""

import asyncio
import ctypes
import os
import secrets
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self, TypeVar

from tests.e2e.network.proxy import Proxy

T = TypeVar("T")

CLONE_NEWNET = 0x40000000


async def run(*command: str) -> None:
    """Run a command of the system and raise with its words if it fails."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise OSError(f"{' '.join(command)}: {output.decode().strip()}")


class Namespace:
    """One network with one person in it. Make it with :meth:`create`."""

    def __init__(self, name: str, net: str) -> None:
        self.name = name
        self.outside_address = f"{net}.1"
        self.inside_address = f"{net}.2"
        self._outside = f"{name}o"
        self._inside = f"{name}i"
        self._made = False
        self._proxies: list[Proxy] = []
        # One thread, moved into the namespace for good: what it makes belongs there.
        self._thread = ThreadPoolExecutor(max_workers=1, initializer=_enter, initargs=(name,))

    @classmethod
    async def create(cls, server_port: int) -> Self:
        """Make a network from which only one server can be reached, as ``localhost:PORT``."""
        name = f"zf{secrets.token_hex(3)}"
        self = cls(name, f"10.{secrets.randbelow(200) + 20}.{secrets.randbelow(254) + 1}")
        try:
            await run("ip", "netns", "add", name)
            self._made = True
            await run("ip", "link", "add", self._outside, "type", "veth", "peer", self._inside, "netns", name)
            await run("ip", "addr", "add", f"{self.outside_address}/24", "dev", self._outside)
            await run("ip", "link", "set", self._outside, "up")
            await self._ip("addr", "add", f"{self.inside_address}/24", "dev", self._inside)
            await self._ip("link", "set", self._inside, "up")
            await self._ip("link", "set", "lo", "up")
            await self._rules("add table inet zf")
            for hook in ("input", "output"):
                await self._rules(f"add chain inet zf {hook} {{ type filter hook {hook} priority 0; }}")
            await self._connect_server(server_port)
        except BaseException:
            await self.close()
            raise
        return self

    @property
    def prefix(self) -> Sequence[str]:
        """What to put in front of a command so that it runs behind this network."""
        return ("ip", "netns", "exec", self.name)

    async def cut(self) -> None:
        """Lose every packet, silently, until :meth:`restore`: a tunnel, a lift."""
        await self._drop("")

    async def block_udp(self) -> None:
        """Lose UDP only, until :meth:`restore`: a company's firewall. Pages work, media does not."""
        await self._drop("meta l4proto udp")

    async def restore(self) -> None:
        """Let everything through again, whatever was cut, blocked or unplugged."""
        for hook in ("input", "output"):
            await self._rules(f"flush chain inet zf {hook}")
        await run("ip", "link", "set", self._outside, "up")

    async def unplug(self) -> None:
        """Take the line down so that the browser sees it go, until :meth:`restore`."""
        await run("ip", "link", "set", self._outside, "down")

    async def close(self) -> None:
        """Remove the network. Whoever still uses it is cut off."""
        for proxy in self._proxies:
            await proxy.close()
        self._thread.shutdown()
        # Deleting one end of a cable deletes both; the name of the namespace goes last.
        if self._outside in (name for _, name in socket.if_nameindex()):
            await run("ip", "link", "del", self._outside)
        if self._made:
            await run("ip", "netns", "del", self.name)

    async def _connect_server(self, port: int) -> None:
        outside = socket.socket()
        outside.bind((self.outside_address, 0))
        far = await Proxy.on(outside, lambda: asyncio.open_connection("127.0.0.1", port))
        self._proxies.append(far)
        near = await Proxy.on(
            await self._inside_thread(lambda: _listener(port)),
            lambda: self._open_connection(self.outside_address, far.port),
        )
        self._proxies.append(near)

    async def _open_connection(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        ours = await self._inside_thread(socket.socket)
        ours.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(ours, (host, port))
            return await asyncio.open_connection(sock=ours)
        except BaseException:
            ours.close()
            raise

    async def _inside_thread(self, make: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, make)

    async def _drop(self, what: str) -> None:
        await self._rules(f"add rule inet zf input iifname {self._inside} {what} drop")
        await self._rules(f"add rule inet zf output oifname {self._inside} {what} drop")

    async def _ip(self, *words: str) -> None:
        await run("ip", "-n", self.name, *words)

    async def _rules(self, rule: str) -> None:
        await run(*self.prefix, "nft", rule)


def _enter(name: str) -> None:
    """Move this thread into a namespace. ``os.setns`` came with Python 3.12."""
    libc = ctypes.CDLL(None, use_errno=True)
    handle = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if libc.setns(handle, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter network {name}")
    finally:
        os.close(handle)


def _listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", port))
    return listener
