// People who edit examples/shared-document with Yjs' own client until standard input ends: each word that one of them typed has to be
// in everybody's document, once. Prints a line for each word that somebody else has seen, and what came of it at the end.
// node shared-document.mjs URL SEED

import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

const [url, seed] = process.argv.slice(2);
const PEOPLE = 3, LONG_MS = 60_000;

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
  return { provider, words: doc.getArray("words") };
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

await Promise.all(writers.map((one, number) => write(one, `person${number}`)));
const late = person();
const all = [reader, ...writers, late];
const giveUp = Date.now() + LONG_MS;
while (!all.every(({ words }) => words.length >= typed.length) && Date.now() < giveUp) {
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
console.log(`agreed on ${typed.length} words`);
process.exit(0); // the providers' timers would hold it
