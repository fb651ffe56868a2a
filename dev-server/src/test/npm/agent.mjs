// Guests of examples/agent, each in a conversation of its own, who ask one thing after the other until standard input ends, and hear the
// answers as they are given. Each question has to be answered once, and in order. Prints a line for each message that was heard, and
// what came of it at the end.
// node agent.mjs URL… SEED

import { setTimeout as pause } from "node:timers/promises";
import { EventSource } from "eventsource";

const urls = process.argv.slice(2, -1);
const BOOK_EVERY = 2, LONG_MS = 60_000;

let enough = false;
process.stdin.on("end", () => enough = true).resume();

/** @returns how many tables were booked */
async function visit(url) {
  const heard = [];
  let pieces = 0;
  const events = new EventSource(`${url}/events`);
  events.addEventListener("piece", () => pieces++);
  events.addEventListener("message", ({ data, lastEventId }) => {
    if (Number(lastEventId) !== heard.length) {
      console.error(`message ${lastEventId} after ${heard.length}`);
      process.exit(1);
    }
    heard.push(JSON.parse(data));
    console.log("heard");
  });

  async function until(what, met) {
    for (const giveUp = Date.now() + LONG_MS; !met(); await pause(5)) {
      if (Date.now() > giveUp) {
        console.error(`gave up: ${what}; heard ${JSON.stringify(heard.slice(-4))}`);
        process.exit(1);
      }
    }
  }

  async function ask(id, text) {
    for (const giveUp = Date.now() + LONG_MS; Date.now() < giveUp; await pause(20)) {
      const reply = await fetch(`${url}/messages`, { method: "POST", body: JSON.stringify({ id, text }) }).catch(() => null);
      if (reply?.status === 202) {
        return;
      }
    }
    throw new Error("it does not listen");
  }

  const expected = [];
  let bookings = 0;
  for (let number = 0; !enough; number++) {
    const books = number % BOOK_EVERY === 0;
    const text = `${books ? "book" : "say"} ${number}`;
    expected.push(`user ${text}`);
    if (books) {
      bookings += 2;
      expected.push("wish", `tool booked ${number}`, `tool booked ${number} too`, `assistant booked ${number} too`);
    } else {
      expected.push(`assistant said ${number}`);
    }
    await ask(`question-${number}`, text);
    await until(`an answer to ${text}`, () => heard.length >= expected.length);
  }
  await until("all that was asked", () => heard.length >= expected.length);
  events.close();

  const shown = heard.map(({ role, content, tool_calls }) => (tool_calls ? "wish" : `${role} ${content}`));
  if (JSON.stringify(shown) !== JSON.stringify(expected) || pieces === 0) {
    console.error(JSON.stringify({ expected, shown, pieces }));
    process.exit(1);
  }
  return bookings;
}

const bookings = await Promise.all(urls.map(visit));
console.log(`${bookings.reduce((one, other) => one + other, 0)} bookings`);
process.exit(0);
