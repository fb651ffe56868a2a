// Clients of examples/local-first-sync: they edit, are offline, restart, and synchronise, until standard input ends; then all of them
// have to have the latest edit of each record. Prints a line for each synchronisation, and what came of it at the end.
// node local-first-sync.mjs FOLDER_OF_THE_EXAMPLE URL SEED

import { pathToFileURL } from "node:url";
import { setTimeout as pause } from "node:timers/promises";

const [folder, url, seed] = process.argv.slice(2);
const { Replica } = await import(pathToFileURL(`${folder}/src/replica.js`));
const CLIENTS = 4, RECORDS = 12, SKEW_MS = 20_000;

let state = Number(seed) % 2147483647 || 1;
const random = (below) => (state = (state * 48271) % 2147483647) % below;

/** The latest of all edits that were made, by the actor's word or without it. */
const latest = new Map();
let enough = false;
process.stdin.on("end", () => enough = true).resume();

function note(edit) {
  const other = latest.get(edit.id);
  if (other === undefined || other.clock < edit.clock) {
    latest.set(edit.id, edit);
  }
}

async function live(number) {
  const name = `client-${number}`;
  const clock = () => Date.now() + (number - CLIENTS / 2) * SKEW_MS / CLIENTS;
  let replica = new Replica(name, undefined, clock);
  while (!enough) {
    const id = `record-${random(RECORDS)}`;
    note(random(5) === 0 ? replica.delete(id) : replica.put(id, { by: name, number: random(1_000_000) }));
    if (random(3) === 0) {
      await replica.sync(url).then(() => console.log("synced"), () => pause(10));
    }
    if (random(10) === 0) {
      replica = new Replica(name, JSON.parse(JSON.stringify(replica.state())), clock);
    }
    await pause(random(5));
  }
  return replica;
}

async function insisting(replica) {
  for (let tries = 0; ; tries++) {
    try {
      return await replica.sync(url);
    } catch (error) {
      if (tries === 500) {
        throw error;
      }
      await pause(100);
    }
  }
}

/** What a browser asks before it lets a page of another origin ask, and what it looks for in the answer. */
async function allowed(method) {
  const asks = { origin: "https://notes.example", "access-control-request-method": "POST" };
  for (let tries = 0; tries < 500; tries++, await pause(100)) {
    const body = method === "POST" ? JSON.stringify({ since: 0, edits: [] }) : undefined;
    const reply = await fetch(`${url}/sync`, { method, headers: asks, body }).catch(() => null);
    if (reply?.ok) {
      return reply.headers.get("access-control-allow-origin") === "*";
    }
  }
  return false;
}

const replicas = await Promise.all(Array.from({ length: CLIENTS }, (_, number) => live(number)));
for (const replica of [...replicas, ...replicas]) {
  await insisting(replica);
}
const expected = [...latest.values()].filter((edit) => !edit.deleted).map((edit) => [edit.id, edit.value])
  .sort(([one], [other]) => (one < other ? -1 : 1));
const stranger = new Replica("stranger");
await insisting(stranger);
for (const replica of [...replicas, stranger]) {
  if (JSON.stringify(replica.all()) !== JSON.stringify(expected)) {
    console.error(JSON.stringify({ expected, got: replica.all() }));
    process.exit(1);
  }
}
for (const method of ["OPTIONS", "POST"]) {
  if (!await allowed(method)) {
    console.error(`a page of another origin may not ask: ${method}`);
    process.exit(1);
  }
}
console.log(`agreed on ${expected.length} records`);
process.exit(0);
