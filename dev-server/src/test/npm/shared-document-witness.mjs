// One who only listens to examples/shared-document, and authors who leave: nobody is there who could say again what is lost.
// node shared-document-witness.mjs URL write: two authors, one after the other, the second when standard input ends. Prints what the
// witness has seen when it has heard that the second has typed.
// node shared-document-witness.mjs URL read: prints what is in the document.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [url, does] = process.argv.slice(2);
const LONG_MS = 60_000;

function person() {
  const doc = new Y.Doc();
  // disableBc: they are to meet through the actor only.
  const options = { WebSocketPolyfill: WebSocket, disableBc: true, maxBackoffTime: 200 };
  const provider = new WebsocketProvider(url.replace(/^http/, "ws"), "room", doc, options);
  provider.on("connection-error", () => {});
  return { provider, words: doc.getArray("words") };
}

async function until(what, met) {
  for (const giveUp = Date.now() + LONG_MS; !met(); await pause(5)) {
    if (Date.now() > giveUp) {
      console.error(`gave up: ${what}`);
      process.exit(1);
    }
  }
}

async function write() {
  const witness = person();
  const first = person();
  first.words.push(["first"]);
  await until("the first word", () => witness.words.length === 1);
  first.provider.destroy();

  const second = person();
  await until("the second author", () => second.provider.synced);
  console.log("ready");
  await once(process.stdin.resume(), "end");
  second.words.push(["second"]);
  // Of what people are at the actor keeps nothing, and tells it at once: whoever hears of it has been told of the word, if it was.
  second.provider.awareness.setLocalState({ typed: "second" });
  const heard = () => [...witness.provider.awareness.getStates().values()].some(({ typed }) => typed === "second");
  await until("the second author's presence", heard);
  return witness;
}

async function read() {
  const late = person();
  await until("the document", () => late.provider.synced);
  return late;
}

const { words } = await (does === "write" ? write() : read());
console.log(words.toArray().join(" "));
process.exit(0); // the providers' timers would hold it
