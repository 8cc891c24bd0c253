// Asks a page what its user hears and sees of the far end, now. Called by far_end.py with
// the page already watched by browsers/watch.js.
//
// Only what is really presented counts: a sound from an element that plays and is not
// muted, a picture from an element that is on the page and has a size.
async () => {
  const LISTEN_MS = 350;
  const { peers, players } = window[Symbol.for("e2e")];
  const open = peers.filter((peer) => peer.connectionState !== "closed");
  const remote = new Set(
    open.flatMap((peer) => peer.getReceivers().map((receiver) => receiver.track.id)),
  );
  const carried = (player, kind) =>
    player.srcObject
      ?.getTracks()
      .find((t) => t.kind === kind && t.readyState === "live" && remote.has(t.id));

  // A short recording, transformed without a sound card: an ordinary AudioContext stands
  // still where there is none, and another needs the user's leave to start.
  const record = (track) =>
    new Promise((resolve) => {
      const recorder = new MediaRecorder(new MediaStream([track]));
      const parts = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      recorder.onstop = () => resolve(new Blob(parts).arrayBuffer());
      recorder.start();
      setTimeout(() => recorder.stop(), LISTEN_MS);
    });
  const tones = async (track) => {
    const recording = await record(track);
    if (recording.byteLength === 0) return [];
    const rate = 48000;
    const decoder = new OfflineAudioContext(1, 1, rate);
    const buffer = await decoder.decodeAudioData(recording).catch(() => null);
    // Too short for a transform: the sound has only just begun, or just ended.
    if (!buffer || buffer.length < 8192) return [];
    const context = new OfflineAudioContext(1, buffer.length, rate);
    const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 });
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(analyser).connect(context.destination);
    source.start();
    await context.startRendering();
    const levels = new Float32Array(analyser.frequencyBinCount);
    analyser.getFloatFrequencyData(levels);
    // Every local maximum that is worth telling, the loudest first.
    const peaks = [];
    for (let i = 2; i < levels.length - 1; i++) {
      if (levels[i] > -75 && levels[i] >= levels[i - 1] && levels[i] > levels[i + 1]) {
        peaks.push([(i * rate) / analyser.fftSize, levels[i]]);
      }
    }
    return peaks.sort((a, b) => b[1] - a[1]).slice(0, 8);
  };

  const heard = [...players]
    .filter((player) => !player.paused && !player.muted && player.volume > 0)
    .map((player) => carried(player, "audio"))
    .filter(Boolean);
  const sounds = await Promise.all([...new Set(heard)].map(tones));

  const pictures = [];
  for (const player of players) {
    if (!carried(player, "video") || !player.isConnected || !player.videoWidth) continue;
    const box = player.getBoundingClientRect();
    if (box.width < 16 || box.height < 16) continue;
    const canvas = new OffscreenCanvas(32, 24);
    const brush = canvas.getContext("2d", { willReadFrequently: true });
    brush.drawImage(player, 0, 0, canvas.width, canvas.height);
    const colour = (x) => {
      const sum = [0, 0, 0];
      const { data } = brush.getImageData(x, 4, 8, 16);
      for (let i = 0; i < data.length; i++) if (i % 4 < 3) sum[i % 4] += data[i];
      return sum.map((s) => Math.round(s / (data.length / 4)));
    };
    pictures.push({ left: colour(4), right: colour(20) });
  }

  let decoded = 0;
  for (const peer of open) {
    for (const report of (await peer.getStats()).values()) {
      if (report.type === "inbound-rtp") decoded += report.framesDecoded ?? 0;
    }
  }
  const played = [...players]
    .filter((player) => carried(player, "video") || carried(player, "audio"))
    .map((player) => player.currentTime);
  return { sounds, pictures, decoded, played: Math.max(0, ...played) };
}
