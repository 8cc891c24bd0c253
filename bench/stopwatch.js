// Runs in every page after tests/e2e/browsers/watch.js. Notes when somebody pressed, when the
// far end was first heard and seen, when a place in the line was first shown, and how long
// the browser took to hand out its devices. All times are milliseconds since the epoch, so
// that two pages can be compared.
() => {
  const key = Symbol.for("bench");
  if (key in window || !window.RTCPeerConnection) return;
  const now = () => performance.timeOrigin + performance.now();
  const LOOK_MS = 5;
  const marks = {};
  const first = (what) => {
    marks[what] ??= now();
  };
  let looking = 0;

  const heard = (track) => {
    for (const peer of window[Symbol.for("e2e")].peers) {
      if (peer.connectionState === "closed") continue;
      for (const receiver of peer.getReceivers()) {
        if (receiver.track !== track) continue;
        // What was played of it lately, and how loud it was.
        if (receiver.getSynchronizationSources().some((source) => source.audioLevel > 0.01)) return true;
      }
    }
    return false;
  };

  const isFar = (track) =>
    window[Symbol.for("e2e")].peers.some(
      (peer) =>
        peer.connectionState !== "closed" && peer.getReceivers().some((r) => r.track === track),
    );
  const shows = (player) =>
    player.isConnected && player.videoWidth > 0 && player.getVideoPlaybackQuality().totalVideoFrames > 0;

  const look = () => {
    const { peers, players } = window[Symbol.for("e2e")];
    if (peers.some((peer) => peer.connectionState === "connected")) first("connected");
    for (const player of players) {
      if (player.paused || !player.srcObject) continue;
      if (!player.muted && player.srcObject.getAudioTracks().some(heard)) first("heard");
      if (player.srcObject.getVideoTracks().some(isFar) && shows(player)) first("seen");
    }
    if (!marks.queued && placeShown()) first("queued");
  };

  const placeShown = () => {
    const panel = document.querySelector("zuruf-panel");
    const said = panel?.shadowRoot?.querySelectorAll("[role=status]") ?? [];
    return [...said].some(({ textContent }) => /You are number \d+ in line/.test(textContent));
  };

  addEventListener("click", () => first("pressed"), { capture: true });

  const devices = navigator.mediaDevices;
  const getUserMedia = devices?.getUserMedia.bind(devices);
  if (devices) {
    devices.getUserMedia = async (wanted) => {
      const asked = now();
      try {
        return await getUserMedia(wanted);
      } finally {
        marks.devices = (marks.devices ?? 0) + now() - asked;
      }
    };
  }

  Object.defineProperty(window, key, {
    value: {
      marks,
      start() {
        for (const mark of Object.keys(marks)) delete marks[mark];
        clearInterval(looking);
        looking = setInterval(look, LOOK_MS);
      },
      stop() {
        clearInterval(looking);
        return marks;
      },
      /** One request and one WebSocket to the page's own server, one after the other. */
      async floor() {
        const begun = now();
        await (await fetch("/healthz", { cache: "no-store" })).text();
        const socket = new WebSocket(
          `${location.origin.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`,
        );
        await new Promise((resolve, reject) => {
          socket.onopen = resolve;
          socket.onerror = reject;
        });
        const took = now() - begun;
        socket.close();
        return took;
      },
    },
  });
};
