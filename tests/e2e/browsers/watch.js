// Runs in every page before its own scripts. It changes two things a test could not see
// or bear otherwise, and nothing about how a call is made:
//
// * peer connections, media elements and sounds made by the page itself are remembered, so
//   that a check can find what arrives from the far end wherever it is shown, shadow roots
//   included, and whether it rings; so is what was asked of camera and microphone;
// * the microphone is taken without echo cancellation, noise suppression and gain control,
//   which would take a steady tone for noise and remove it.
() => {
  const key = Symbol.for("e2e");
  if (key in window || !window.RTCPeerConnection) return;

  const peers = [];
  const players = new Set();
  const sounding = new Set();
  const asked = [];
  Object.defineProperty(window, key, { value: { peers, players, sounding, asked } });

  window.RTCPeerConnection = class RTCPeerConnection extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      peers.push(this);
    }
  };

  const media = HTMLMediaElement.prototype;
  const srcObject = Object.getOwnPropertyDescriptor(media, "srcObject");
  Object.defineProperty(media, "srcObject", {
    ...srcObject,
    set(stream) {
      players.add(this);
      srcObject.set.call(this, stream);
    },
  });

  const sound = AudioBufferSourceNode.prototype;
  const { start } = sound;
  sound.start = function (...when) {
    sounding.add(this);
    this.addEventListener("ended", () => sounding.delete(this));
    start.apply(this, when);
  };
  const scheduled = AudioScheduledSourceNode.prototype;
  const { stop } = scheduled;
  scheduled.stop = function (...when) {
    // Where there is no sound card a context may stand still, and "ended" never comes.
    sounding.delete(this);
    stop.apply(this, when);
  };

  // Absent where the page is no secure context.
  if (!navigator.mediaDevices) return;
  const getUserMedia = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = (wanted) => {
    asked.push({ audio: Boolean(wanted?.audio), video: Boolean(wanted?.video) });
    const raw = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    if (!wanted?.audio) return getUserMedia(wanted);
    const audio = wanted.audio === true ? raw : { ...wanted.audio, ...raw };
    return getUserMedia({ ...wanted, audio });
  };
};
