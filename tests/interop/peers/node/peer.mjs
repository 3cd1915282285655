// A program: sockets of zeromq.js that do as they are told.
//
// Orders come on standard input and answers go to standard output, a line of JSON each, as
// ../README.md says. Usage: node peer.mjs SECONDS

import { createInterface } from "node:readline";
import * as zmq from "zeromq";
import { Digest, series } from "./series.mjs";

const KINDS = {
  DEALER: zmq.Dealer,
  PAIR: zmq.Pair,
  PUB: zmq.Publisher,
  PULL: zmq.Pull,
  PUSH: zmq.Push,
  REP: zmq.Reply,
  REQ: zmq.Request,
  ROUTER: zmq.Router,
  SUB: zmq.Subscriber,
  XPUB: zmq.XPublisher,
  XSUB: zmq.XSubscriber,
};

const OPTIONS = {
  HEARTBEAT_IVL: "heartbeatInterval",
  HEARTBEAT_TIMEOUT: "heartbeatTimeout",
  HEARTBEAT_TTL: "heartbeatTimeToLive",
  ROUTING_ID: "routingId",
};

const milliseconds = Math.round(1000 * Number(process.argv[2]));
if (!(milliseconds > 0)) {
  console.error("usage: node peer.mjs SECONDS");
  process.exit(2);
}

const sockets = [];

const orders = {
  async open({ kind, bind, connect, options }) {
    const socket = new KINDS[kind]({ linger: 0 });
    if ("sendTimeout" in socket) socket.sendTimeout = milliseconds;
    if ("receiveTimeout" in socket) socket.receiveTimeout = milliseconds;
    for (const [name, value] of Object.entries(options ?? {})) {
      if (!(name in OPTIONS)) throw new Error(`no option ${name}`);
      socket[OPTIONS[name]] = value;
    }
    if (bind) await socket.bind(bind);
    if (connect) socket.connect(connect);
    return { socket: sockets.push(socket) - 1, endpoint: socket.lastEndpoint };
  },

  async send({ socket, frames }) {
    await sockets[socket].send(frames.map((frame) => Buffer.from(frame, "base64")));
  },

  async receive({ socket }) {
    const frames = await sockets[socket].receive();
    return { frames: frames.map((frame) => frame.toString("base64")) };
  },

  subscribe({ socket, topic }) {
    sockets[socket].subscribe(Buffer.from(topic, "base64"));
  },

  unsubscribe({ socket, topic }) {
    sockets[socket].unsubscribe(Buffer.from(topic, "base64"));
  },

  // Send back what comes, envelopes and all.
  async echo({ socket, count }) {
    for (; count > 0; count--) await sockets[socket].send(await sockets[socket].receive());
  },

  // Send the first messages of the series.
  async series({ socket, count }) {
    for (let number = 0; number < count; number++) await sockets[socket].send(series(number));
  },

  // Receive messages and answer with their digest.
  async tally({ socket, count }) {
    const digest = new Digest();
    for (; count > 0; count--) digest.add(await sockets[socket].receive());
    return { digest: digest.hex() };
  },

  // Send messages of the series as requests, one after the reply to the other.
  async ask({ socket, count }) {
    const digest = new Digest();
    for (let number = 0; number < count; number++) {
      await sockets[socket].send(series(number));
      digest.add(await sockets[socket].receive());
    }
    return { digest: digest.hex() };
  },

  close({ socket }) {
    sockets[socket].close();
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  let answer;
  try {
    answer = await orders[given.order](given);
  } catch (error) {
    answer = { error: `${given.order}: ${error.message}` };
  }
  process.stdout.write(`${JSON.stringify({ number: given.number, ...answer })}\n`);
}
for (const socket of sockets) socket.close();
