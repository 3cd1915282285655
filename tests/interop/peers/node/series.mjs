// A series of messages that every peer can make, and a digest of messages.

import { createHash } from "node:crypto";

// Make the message with the given number: the number itself, then up to two frames more.
export function series(number) {
  const frames = [Buffer.from(String(number))];
  for (let more = 1; more <= number % 3; more++) {
    frames.push(Buffer.alloc((number * more * 37) % 300, (number + more) % 256));
  }
  return frames;
}

// Sums up messages, their order, and where each of them and of their frames ends.
export class Digest {
  #sum = createHash("sha256");

  add(frames) {
    this.#length(frames.length);
    for (const frame of frames) {
      this.#length(frame.length);
      this.#sum.update(frame);
    }
  }

  hex() {
    return this.#sum.digest("hex");
  }

  #length(length) {
    const octets = Buffer.alloc(4);
    octets.writeUInt32BE(length);
    this.#sum.update(octets);
  }
}
