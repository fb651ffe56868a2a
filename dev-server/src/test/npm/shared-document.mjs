// People who edit examples/shared-document with Yjs' own client until standard input ends: each word that one of them typed has to be
// in everybody's document, once, and a long text that one of them pasted. Others send what is refused, which harms nobody. Prints a line for each word that somebody else has seen, and what came of it at the end.
// node shared-document.mjs URL SEED

import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [url, seed] = process.argv.slice(2);
const PEOPLE = 3, LONG_MS = 60_000;
const PASTED = 3_000_000, TOO_LONG = 5_000_000;

let state = Number(seed) % 2147483647 || 1;
const random = (below) => (state = (state * 48271) % 2147483647) % below;

let enough = false;
process.stdin.on("end", () => enough = true).resume();
const typed = [];

function person() {
  const doc = new Y.Doc();
  // disableBc: they are to meet through the actor only.
  const options = { WebSocketPolyfill: WebSocket, disableBc: true, maxBackoffTime: 200 };
  const provider = new WebsocketProvider(url.replace(/^http/, "ws"), "room", doc, options);
  provider.on("connection-error", () => {});
  return { provider, words: doc.getArray("words"), pasted: doc.getText("pasted") };
}

const [reader, ...writers] = Array.from({ length: PEOPLE + 1 }, person);
reader.words.observe((event) => event.changes.added.forEach(({ content }) => content.getContent().forEach(() => console.log("seen"))));

async function write(one, name) {
  for (let number = 0; !enough; number++) {
    const word = `${name}-${number}`;
    typed.push(word);
    one.words.insert(random(one.words.length + 1), [word]);
    if (random(20) === 0) {
      one.provider.disconnect();
      await pause(random(50));
      one.provider.connect();
    }
    await pause(random(30));
  }
}

/** Says that something is new, until it is refused for what it is. */
async function refused(bytes, code) {
  const length = [];
  for (let rest = bytes.length; rest > 0; rest >>>= 7) {
    length.push(rest < 128 ? rest : rest % 128 + 128);
  }
  const message = Buffer.concat([Buffer.from([0, 2, ...length]), bytes]);
  for (const giveUp = Date.now() + LONG_MS; Date.now() < giveUp; await pause(50)) {
    const socket = new WebSocket(url.replace(/^http/, "ws"));
    socket.on("open", () => socket.send(message));
    socket.on("error", () => {});
    if (await new Promise((closed) => socket.on("close", closed)) === code) {
      return;
    }
  }
  console.error(`not refused with ${code}: ${bytes.length} bytes`);
  process.exit(1);
}

writers[0].pasted.insert(0, "x".repeat(PASTED));
await Promise.all([
  ...writers.map((one, number) => write(one, `person${number}`)),
  refused(Buffer.alloc(TOO_LONG), 1009),
  refused(Buffer.from([255, 255, 255]), 1007),
]);
const late = person();
const all = [reader, ...writers, late];
const giveUp = Date.now() + LONG_MS;
while (!all.every(({ words, pasted }) => words.length >= typed.length && pasted.length > 0) && Date.now() < giveUp) {
  await pause(20);
}
const expected = JSON.stringify(late.words.toArray());
for (const { words } of all) {
  if (JSON.stringify(words.toArray()) !== expected) {
    console.error("they see different documents");
    process.exit(1);
  }
}
if (JSON.stringify(late.words.toArray().sort()) !== JSON.stringify([...typed].sort())) {
  console.error(`typed ${typed.length} words, kept ${late.words.length}`);
  process.exit(1);
}
if (!all.every(({ pasted }) => pasted.length === PASTED)) {
  console.error(`pasted ${PASTED} characters, kept ${all.map(({ pasted }) => pasted.length)}`);
  process.exit(1);
}
console.log(`agreed on ${typed.length} words`);
process.exit(0); // the providers' timers would hold it
