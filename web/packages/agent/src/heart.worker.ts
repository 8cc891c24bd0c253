/** A clock that a hidden tab does not slow down: it only beats. */
declare const self: {
  onmessage: ((event: MessageEvent<number>) => void) | null;
  postMessage(beat: null): void;
};

self.onmessage = ({ data: everyMs }) => {
  setInterval(() => self.postMessage(null), everyMs);
};

export {};
