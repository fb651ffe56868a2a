// All methods of client.actors.logs. Argument: the API's address. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { Rivet } from "@rivet-gg/api";
import { allDriven, client, creation, scope, speaking, until } from "./published-client.mjs";

await speaking("logger", "a word of the log");
const create = async (tags) => (await client.actors.create(creation("logger", tags))).actor;
const actor = await create({ log: "1" });
const ofActor = (id) => JSON.stringify({ string_equal: { property: "actor_id", value: id } });
const get = (query) => client.actors.logs.get({ ...scope, ...query });

// what was printed, of both streams, in order, with the actor and the time of each line
const lines = await until("both lines are there", async () => {
  const found = await get({ queryJson: ofActor(actor.id) });
  return found.lines.length >= 2 && found;
});
assert.deepEqual(lines.actorIds, [actor.id]);
const texts = lines.lines.map((line) => Buffer.from(line, "base64").toString());
const at = texts.findIndex((text) => text.trim() === "a word of the log");
assert.ok(at >= 0, JSON.stringify(texts));
assert.equal(lines.streams[at], 0, "standard output");
const error = texts.indexOf("to the other stream");
assert.equal(lines.streams[error], 1, "standard error");
assert.equal(lines.actorIndices[at], 0);
const printed = new Date(lines.timestamps[at]).getTime();
assert.ok(Math.abs(printed - Date.now()) < 60_000, String(lines.timestamps[at]));

// watch: waits until there is more
let { index } = lines.watch;
const queryJson = JSON.stringify({ string_equal: { property: "stream", value: "stdout" } });
const next = async () => {
  const more = await get({ queryJson, watchIndex: index });
  index = more.watch.index;
  return more;
};
const waiting = next();
const other = await create({ log: "2" });
let more = await waiting;
await until("the other actor's line comes", async () => {
  if (more.actorIds.includes(other.id)) return true;
  more = await next();
});

// export: a URL with the lines as text
const { url } = await client.actors.logs.export({ ...scope, queryJson: ofActor(actor.id) });
const text = await (await fetch(url)).text();
assert.ok(text.includes("a word of the log") && text.includes("to the other stream"), text);
const forged = await fetch(url.replace(/signature=.{4}/, "signature=aaaa"));
assert.ok(forged.status >= 400 && forged.status < 500, String(forged.status));

await assert.rejects(get({ queryJson: "{" }), Rivet.BadRequestError);
await client.actors.destroy(actor.id, { ...scope, overrideKillTimeout: 0 });
await client.actors.destroy(other.id, { ...scope, overrideKillTimeout: 0 });

allDriven("actors.logs");
