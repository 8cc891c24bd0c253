// One call between two copies of this page. Each says who it is when it comes and when it
// meets the other; the smaller number offers, so that never both do.
const query = new URLSearchParams(location.search);
const german = navigator.language.startsWith("de");
const words = german
  ? { call: "Anrufen", end: "Auflegen", mute: "Stumm", name: "Name", code: "Kennwort" }
  : { call: "Call", end: "Hang up", mute: "Mute", name: "Name", code: "Password" };

/** Signals between the two sides, by whichever way the address asks for. */
function signals(room, take) {
  if (query.get("via") === "page") {
    const channel = new BroadcastChannel(room);
    channel.onmessage = ({ data }) => take(data);
    return Promise.resolve((signal) => channel.postMessage(signal));
  }
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/room?room=${room}`);
  socket.onmessage = ({ data }) => take(JSON.parse(data));
  return new Promise((resolve) => {
    socket.onopen = () => resolve((signal) => socket.send(JSON.stringify(signal)));
  });
}

class BareCall extends HTMLElement {
  #root = this.attachShadow({ mode: "open" });

  connectedCallback() {
    this.#root.innerHTML = `
      <p role="status">Ready</p>
      <label>${words.name} <input id="name"></label>
      <label>${words.code} <input id="code" type="password"></label>
      <button id="call">${words.call}</button>
      <button id="mute" hidden>${words.mute}</button>
      <button id="end" hidden>${words.end}</button>
      <video id="far" autoplay playsinline width="320" height="240"></video>
      <video id="own" autoplay playsinline muted width="80" height="60"></video>`;
    this.#find("call").onclick = () => this.#call();
    this.#find("mute").onclick = () => this.#mute();
    this.#find("end").onclick = () => this.#end();
  }

  #find(id) {
    return this.#root.getElementById(id);
  }

  #say(text) {
    this.#root.querySelector("[role=status]").textContent = text;
  }

  async #call() {
    this.#find("call").hidden = true;
    this.#find("mute").hidden = false;
    this.#find("end").hidden = false;
    this.#say("Starting");
    const own = await navigator.mediaDevices.getUserMedia({
      audio: true,
      video: { width: 320, height: 240, frameRate: 10 },
    });
    this.own = own;
    this.#find("own").srcObject = own;

    const turn = query.get("turn");
    const peer = new RTCPeerConnection({
      iceServers: turn
        ? [{ urls: turn, username: query.get("username"), credential: query.get("credential") }]
        : [],
      iceTransportPolicy: query.get("policy") ?? "all",
    });
    this.peer = peer;
    for (const track of own.getTracks()) peer.addTrack(track, own);
    peer.ontrack = ({ streams }) => {
      this.#find("far").srcObject = streams[0];
    };
    peer.onconnectionstatechange = () => {
      const said = { connected: "Talking", disconnected: "Interrupted", failed: "Failed" };
      if (said[peer.connectionState]) this.#say(said[peer.connectionState]);
    };

    const me = Math.random();
    let met = false;
    let offering = false;
    let work = Promise.resolve();
    const take = (signal) => {
      // One at a time: a candidate must not overtake the description it belongs to.
      work = work.then(() => this.#take(signal));
    };
    const send = await signals(query.get("room"), take);
    this.send = send;
    this.meet = async (other) => {
      if (met) return;
      met = true;
      send({ here: me });
      if (me < other) await this.offer();
    };
    peer.onicecandidate = ({ candidate }) => candidate && send({ candidate: candidate.toJSON() });
    this.offer = async (options) => {
      offering = true;
      await peer.setLocalDescription(await peer.createOffer(options));
      send({ description: peer.localDescription.toJSON() });
    };
    peer.oniceconnectionstatechange = () => {
      if (peer.iceConnectionState === "disconnected" && offering) this.offer({ iceRestart: true });
    };
    send({ here: me });
    this.#say("Waiting");
  }

  async #take(signal) {
    const { peer } = this;
    if (signal.here) await this.meet(signal.here);
    if (signal.candidate) await peer.addIceCandidate(signal.candidate);
    if (signal.bye) this.#over();
    if (signal.description) {
      await peer.setRemoteDescription(signal.description);
      if (signal.description.type === "offer") {
        await peer.setLocalDescription();
        this.send({ description: peer.localDescription.toJSON() });
      }
    }
  }

  #mute() {
    const [track] = this.own.getAudioTracks();
    track.enabled = !track.enabled;
  }

  #end() {
    this.send?.({ bye: true });
    this.#over();
  }

  #over() {
    this.peer?.close();
    for (const track of this.own?.getTracks() ?? []) track.stop();
    this.#find("end").hidden = true;
    this.#find("mute").hidden = true;
    this.#find("call").hidden = false;
    this.#say("Over");
  }
}

customElements.define("bare-call", BareCall);
