// Server-sent events through an actor's URL: the first arrives while the response is still open.
import assert from "node:assert/strict";
import { EventSource } from "eventsource";

const [url] = process.argv.slice(2);
const events = new EventSource(url);
const received = await new Promise((resolve, reject) => {
  const seen = [];
  const take = (event) => seen.push(event.data) === 3 && resolve(seen);
  events.onmessage = take;
  events.addEventListener("tick", take);
  events.onerror = reject;
  setTimeout(() => reject(new Error("no three events within 20 s")), 20_000).unref();
});
events.close();
assert.equal(received.length, 3);
