"""Debian's Firefox ESR, by WebDriver BiDi.

Firefox listens on a port of its own choosing and tells it in its output. Each page is a
window in a user context of its own: cookies and storage are not shared.

The accessibility locator of BiDi does not look into shadow roots. They are collected
first, all open ones at any depth, and given to it as start nodes.
"""

import asyncio
import base64
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Self

from tests.e2e.browsers.bidi import Bidi, BidiError, Json
from tests.e2e.browsers.port import PATIENCE_S, WATCH, Colours, Complaints, Kind, Media, chord
from tests.e2e.process import Child
from tests.e2e.waiting import until

EXECUTABLE = "/usr/bin/firefox-esr"

PREFERENCES: dict[str, bool | int | str] = {
    # Camera and microphone: made ones, without asking.
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    # Addresses instead of .local names, which nobody resolves on a test machine.
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "media.peerconnection.ice.loopback": True,
    # Nothing leaves the machine.
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.newtabpage.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.search.update": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.startup.page": 0,
    "browser.topsites.contile.enabled": False,
    "captivedetect.canonicalURL": "",
    "datareporting.healthreport.uploadEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "geo.provider.testing": True,
    "media.gmp-manager.updateEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "remote.settings.server": "data:,",
    "services.settings.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
    # Windows that are not in front work as those that are.
    "dom.timeout.enable_budget_timer_throttling": False,
    "dom.ipc.processCount": 1,
    "dom.ipc.processPrelaunch.enabled": False,
    "toolkit.cosmeticAnimations.enabled": False,
}

# The code points WebDriver gives to keys that write nothing.
KEYS = {
    "Alt": "\ue00a",
    "ArrowDown": "\ue015",
    "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014",
    "ArrowUp": "\ue013",
    "Backspace": "\ue003",
    "Control": "\ue009",
    "Delete": "\ue017",
    "End": "\ue010",
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Home": "\ue011",
    "Shift": "\ue008",
    "Space": " ",
    "Tab": "\ue004",
}

SHADOW_ROOTS = """() => {
  const roots = [];
  const walk = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot) { roots.push(element.shadowRoot); walk(element.shadowRoot); }
    }
  };
  walk(document);
  return roots;
}"""

VISIBLE = """(...elements) => elements.map((e) =>
  e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0)"""

SECURITY_POLICY = """(tell) => document.addEventListener("securitypolicyviolation", (e) =>
  tell(`${e.violatedDirective} forbids ${e.blockedURI} at ${e.sourceFile}:${e.lineNumber}`))"""


class FirefoxPage:
    kind: Kind = "firefox"

    def __init__(self, who: str, bidi: Bidi, context: str, user_context: str) -> None:
        self.who = who
        self.complaints = Complaints()
        self.frames: list[str] = []
        self._bidi = bidi
        self._context = context
        self._user_context = user_context
        self._closed = False

    async def open(self, url: str) -> None:
        await self._bidi.call("browsingContext.navigate", context=self._context, url=url, wait="complete")

    async def reload(self) -> None:
        await self._bidi.call("browsingContext.reload", context=self._context, wait="complete")

    async def press(self, name: str, *, role: str = "button", limit_s: float = PATIENCE_S) -> None:
        node = await self._ready(role, name, limit_s)
        await self._click(node)

    async def fill(self, name: str, text: str, *, limit_s: float = PATIENCE_S) -> None:
        node = await self._ready(None, name, limit_s)
        await self._click(node)
        await self.keys("Control+a")
        await (self.type(text) if text else self.keys("Delete"))

    async def type(self, text: str) -> None:
        await self._act_on_keys([{"type": kind, "value": letter} for letter in text for kind in ("keyDown", "keyUp")])

    async def keys(self, *keys: str) -> None:
        for key in keys:
            held = [KEYS.get(k, k) for k in chord(key)]
            await self._act_on_keys(
                [{"type": "keyDown", "value": k} for k in held]
                + [{"type": "keyUp", "value": k} for k in reversed(held)]
            )

    async def shows(self, role: str, name: str | None = None) -> bool:
        return bool(await self._find(role, name))

    async def texts(self, role: str, name: str | None = None) -> list[str]:
        nodes = await self._find(role, name)
        texts: list[str] = await self._call("(...nodes) => nodes.map((n) => n.innerText.trim())", nodes)
        return texts

    async def is_focused(self, role: str, name: str) -> bool:
        return any(
            await self._call(
                "(...nodes) => nodes.map((n) => n.getRootNode().activeElement === n)",
                await self._find(role, name),
            )
        )

    async def evaluate(self, function: str, *args: Any) -> Any:
        return await self._call(
            f"async (args) => await ({function})(...JSON.parse(args))",
            [{"type": "string", "value": json.dumps(args)}],
        )

    async def cookies(self) -> list[str]:
        partition = {"type": "context", "context": self._context}
        answer = await self._bidi.call("storage.getCookies", partition=partition)
        return [cookie["value"]["value"] for cookie in answer["cookies"]]

    async def screenshot(self) -> bytes:
        shot = await self._bidi.call("browsingContext.captureScreenshot", context=self._context)
        return base64.b64decode(shot["data"])

    async def offline(self) -> None:
        await self._conditions({"type": "offline"})

    async def online(self) -> None:
        await self._conditions(None)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        await self._bidi.call("browsingContext.close", context=self._context)
        await self._bidi.call("browser.removeUserContext", userContext=self._user_context)

    async def _conditions(self, conditions: Json | None) -> None:
        await self._bidi.call(
            "emulation.setNetworkConditions",
            networkConditions=conditions,
            contexts=[self._context],
        )

    async def _call(self, function: str, arguments: list[Json]) -> Any:
        """Call a function with BiDi values; the result comes back as JSON."""
        answer = await self._bidi.call(
            "script.callFunction",
            functionDeclaration=(f"async (...all) => JSON.stringify((await ({function})(...all)) ?? null)"),
            arguments=arguments,
            awaitPromise=True,
            target={"context": self._context},
        )
        if answer["type"] == "exception":
            raise AssertionError(f"{self.who}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    async def _find(self, role: str | None, name: str | None) -> list[Json]:
        """Return the visible things of a role and name, as references."""
        wanted = {k: v for k, v in (("role", role), ("name", name)) if v is not None}
        roots = await self._bidi.call(
            "script.callFunction",
            functionDeclaration=SHADOW_ROOTS,
            awaitPromise=False,
            target={"context": self._context},
            serializationOptions={"maxDomDepth": 0},
        )
        starts: list[list[Json]] = [[]]
        starts += [[{"sharedId": r["sharedId"]}] for r in roots["result"]["value"]]
        found: dict[str, Json] = {}
        for start in starts:
            located = await self._bidi.call(
                "browsingContext.locateNodes",
                context=self._context,
                locator={"type": "accessibility", "value": wanted},
                **({"startNodes": start} if start else {}),
            )
            found |= {n["sharedId"]: {"sharedId": n["sharedId"]} for n in located["nodes"]}
        nodes = list(found.values())
        if not nodes:
            return []
        seen = await self._call(VISIBLE, nodes)
        return [node for node, visible in zip(nodes, seen, strict=True) if visible]

    async def _ready(self, role: str | None, name: str, limit_s: float) -> Json:
        """Wait for the one thing of this role and name that can be used; ``None``: any field."""
        usable = (
            "(...nodes) => nodes.map((n) => !n.disabled && n.ariaDisabled !== 'true')"
            if role
            else "(...nodes) => nodes.map((n) => !n.disabled && n.matches("
            "'input, textarea, select, [contenteditable]'))"
        )

        async def look() -> list[Json]:
            try:
                nodes = await self._find(role, name)
                fit = await self._call(usable, nodes)
            except BidiError as error:
                # The page drew itself anew between finding and judging.
                if error.code in ("no such node", "stale element reference"):
                    return []
                raise
            return [node for node, ok in zip(nodes, fit, strict=True) if ok]

        what = f"{self.who} sees {role or 'field'} {name!r}"
        nodes = await until(look, limit_s=limit_s, saying=what)
        assert len(nodes) == 1, f"{what} {len(nodes)} times"
        return nodes[0]

    async def _click(self, node: Json) -> None:
        await self._call("(n) => n.scrollIntoView({ block: 'center' })", [node])
        await self._bidi.call(
            "input.performActions",
            context=self._context,
            actions=[
                {
                    "type": "pointer",
                    "id": "mouse",
                    "actions": [
                        {
                            "type": "pointerMove",
                            "x": 0,
                            "y": 0,
                            "origin": {"type": "element", "element": node},
                        },
                        {"type": "pointerDown", "button": 0},
                        {"type": "pointerUp", "button": 0},
                    ],
                }
            ],
        )

    async def _act_on_keys(self, actions: list[Json]) -> None:
        await self._bidi.call(
            "input.performActions",
            context=self._context,
            actions=[{"type": "key", "id": "keyboard", "actions": actions}],
        )


class Firefox:
    """One Firefox with a fresh profile. Start it with :meth:`launch`."""

    kind: Kind = "firefox"

    def __init__(self, child: Child, profile: Path, colours: Colours) -> None:
        self._child = child
        self._colours = colours
        self._profile = profile
        self._pages: dict[str, FirefoxPage] = {}
        self._bidi: Bidi

    @classmethod
    async def launch(
        cls,
        log: Path,
        *,
        media: Media | None = None,
        colours: Colours = "light",
        headed: bool = False,
    ) -> Self:
        """Start Firefox and open a session.

        Args:
            log: Where its output goes.
            media: Only the tone is taken from it: Firefox brings its own picture, one
                colour that wanders round the edge of the chroma plane. ``None``: as if
                there were neither camera nor microphone.
        """
        profile = Path(tempfile.mkdtemp(prefix="firefox-"))
        preferences = dict(PREFERENCES)
        preferences["layout.css.prefers-color-scheme.content-override"] = int(colours == "light")
        if media is None:
            preferences["media.navigator.streams.fake"] = False
        else:
            preferences["media.navigator.audio.fake_frequency"] = media.hz
            preferences["media.navigator.video.default_width"] = 320
            preferences["media.navigator.video.default_height"] = 240
            preferences["media.navigator.video.default_fps"] = 10
        (profile / "user.js").write_text(
            "".join(f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in preferences.items())
        )
        child = await Child.start(
            EXECUTABLE,
            *([] if headed else ["--headless"]),
            "--no-remote",
            "--profile",
            profile,
            "--remote-debugging-port",
            "0",
            log=log,
            env={"MOZ_CRASHREPORTER_DISABLE": "1", "HOME": str(profile)},
        )
        self = cls(child, profile, colours)
        try:
            address = await child.wrote(r"WebDriver BiDi listening on (ws://\S+)", limit_s=30)
            self._bidi = await Bidi.connect(f"{address[1]}/session", self._on_event)
            await self._bidi.call("session.new", capabilities={})
            await self._bidi.call("session.subscribe", events=["log.entryAdded", "script.message"])
            await self._bidi.call("script.addPreloadScript", functionDeclaration=WATCH)
            await self._bidi.call(
                "script.addPreloadScript",
                functionDeclaration=SECURITY_POLICY,
                arguments=[{"type": "channel", "value": {"channel": "security-policy"}}],
            )
        except BaseException:
            await child.kill()
            raise
        return self

    async def page(self, who: str, *, locale: str = "en-US", colours: Colours = "light") -> FirefoxPage:
        assert colours == self._colours, "chosen when it was launched"
        user_context = (await self._bidi.call("browser.createUserContext"))["userContext"]
        await self._bidi.call("emulation.setLocaleOverride", locale=locale, userContexts=[user_context])
        created = await self._bidi.call("browsingContext.create", type="window", userContext=user_context)
        page = FirefoxPage(who, self._bidi, created["context"], user_context)
        self._pages[created["context"]] = page
        return page

    @property
    def alive(self) -> bool:
        return self._child.alive

    async def kill(self) -> None:
        await self._child.kill()

    async def close(self) -> None:
        if self._child.alive:
            await self._bidi.call("browser.close")
            await self._child.stop(limit_s=10)
        await self._bidi.close()
        await asyncio.to_thread(shutil.rmtree, self._profile, ignore_errors=True)

    def _on_event(self, method: str, event: Json) -> None:
        page = self._pages.get(event["source"].get("context", ""))
        if page is None:
            return
        if method == "log.entryAdded" and event["level"] == "error":
            page.complaints.add(f"{event['type']}: {event['text']}")
        if method == "script.message" and event["channel"] == "security-policy":
            page.complaints.add(f"content security policy: {event['data']['value']}")
