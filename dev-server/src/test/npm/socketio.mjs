// socket.io's own client at an actor's URL, over WebSockets and over long polling, before and after the actor crashes.
// Arguments: the API's address, the name tag of the build. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { createPublic, destroy, inTime } from "./public-actor.mjs";

const actor = await createPublic(process.argv[3]);
const { origin, pathname } = new URL(actor.network.ports.http.url);
const path = pathname.replace(/\/$/, "") + "/socket.io";
const people = [["polling", "websocket"], ["websocket"], ["polling"]].map((transports) =>
  io(origin, { path, transports, reconnectionDelay: 100, reconnectionDelayMax: 500, forceNew: true }),
);
const connected = (socket) => socket.connected || new Promise((resolve) => socket.once("connect", resolve));
await inTime("all connect", Promise.all(people.map(connected)));

async function everyoneHears(round) {
  let generation;
  for (const [speaker, one] of people.entries()) {
    const text = `${round}/${speaker}`;
    const heard = people.filter((each) => each !== one).map((each) => new Promise((resolve) => each.once("said", resolve)));
    generation = await inTime("told", one.timeout(20_000).emitWithAck("say", text));
    assert.deepEqual(await inTime(`heard ${text}`, Promise.all(heard)), [text, text]);
  }
  return generation;
}

assert.equal(await everyoneHears("before"), 1);
assert.equal(people[0].io.engine.transport.name, "websocket", "polling was upgraded");

const again = people.map((each) => new Promise((resolve) => each.once("disconnect", () => each.once("connect", resolve))));
people[1].emit("crash");
await inTime("all reconnect by themselves", Promise.all(again));
assert.equal(await everyoneHears("after"), 2);

people.forEach((each) => each.close());
await destroy(actor);
