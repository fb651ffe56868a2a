// Yjs' own client at an actor's URL: two people edit, the actor crashes, they edit on, and a third one sees it all.
// Arguments: the API's address, the name tag of the build. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";
import { createPublic, destroy, inTime } from "./public-actor.mjs";

const actor = await createPublic(process.argv[3]);
const url = actor.network.ports.http.url.replace(/\/$/, "");

function person() {
  const doc = new Y.Doc();
  // disableBc: they are to meet through the actor only.
  const options = { WebSocketPolyfill: WebSocket, disableBc: true, maxBackoffTime: 500 };
  const provider = new WebsocketProvider(url.replace(/^http/, "ws"), "room", doc, options);
  return { provider, words: doc.getArray("words") };
}

const has = (one, ...words) =>
  inTime(`a document with ${words}`, new Promise((resolve) => {
    const look = () => words.every((word) => one.words.toArray().includes(word)) && resolve();
    one.words.observe(look);
    look();
  }));

const [ann, ben] = [person(), person()];
ann.words.push(["hello"]);
ben.words.push(["there"]);
await Promise.all([has(ann, "hello", "there"), has(ben, "hello", "there")]);

const gone = new Promise((resolve) => ann.provider.once("connection-close", resolve));
await fetch(url + "/crash", { method: "POST" }).catch(() => {});
await inTime("the socket ends", gone);
ann.words.push(["again"]);
await has(ben, "hello", "there", "again");
assert.equal(await (await fetch(url + "/")).text(), "2", "it was started anew");

const cleo = person();
await has(cleo, "hello", "there", "again");
[ann, ben, cleo].forEach((each) => each.provider.destroy());
await destroy(actor);
process.exit(0); // the providers' timers would hold it
