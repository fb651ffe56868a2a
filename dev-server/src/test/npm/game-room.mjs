// People who run after gems in examples/game-room until standard input ends. No score that one of them heard of may be lost, and all
// scores together are the gems that were found. Prints a line for each score, and what came of it at the end.
// node game-room.mjs URL SEED

import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";

const [url] = process.argv.slice(2);
const PLAYERS = 4, LONG_MS = 60_000;

let enough = false;
process.stdin.on("end", () => enough = true).resume();
const heard = new Map();
const problems = [];

async function play(player) {
  while (!enough) {
    await session(player);
    await pause(20);
  }
}

/** One connection, until it ends. */
function session(player) {
  return new Promise((over) => {
    const room = new WebSocket(url.replace(/^http/, "ws"));
    room.on("open", () => room.send(JSON.stringify({ join: player })));
    room.on("error", () => {});
    room.on("close", over);
    room.on("message", (data) => {
      const message = JSON.parse(data);
      if (enough) {
        room.close();
      } else if (message.scored === player) {
        if (message.score <= (heard.get(player) ?? 0)) {
          problems.push(`${player} had ${heard.get(player)}, and scored ${message.score}`);
        }
        heard.set(player, message.score);
        console.log("scored");
      } else if (message.players !== undefined) {
        const me = message.players.find((each) => each.player === player);
        if (me !== undefined) {
          room.send(JSON.stringify({ walk: towards(me.at, message.gems) }));
        }
      }
    });
  });
}

/** The nearest gem. */
function towards([x, y], gems) {
  const distance = ({ at }) => Math.max(Math.abs(at[0] - x), Math.abs(at[1] - y));
  const { at } = gems.reduce((one, other) => (distance(other) < distance(one) ? other : one));
  return [Math.sign(at[0] - x), Math.sign(at[1] - y)];
}

async function view() {
  for (const giveUp = Date.now() + LONG_MS; Date.now() < giveUp; await pause(50)) {
    const reply = await fetch(url).catch(() => null);
    if (reply?.ok) {
      return reply.json();
    }
  }
  throw new Error("the room does not answer");
}

await Promise.all(Array.from({ length: PLAYERS }, (_, number) => play(`player-${number}`)));
const { scores, found } = await view();
for (const [player, score] of heard) {
  if (!(scores[player] >= score)) {
    problems.push(`${player} heard of ${score} and has ${scores[player]}`);
  }
}
const sum = Object.values(scores).reduce((one, other) => one + other, 0);
if (sum !== found) {
  problems.push(`${found} gems were found and ${sum} scored`);
}
if (problems.length > 0) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`agreed on ${found} gems`);
process.exit(0);
