// All methods of client.actors. Argument: the API's address. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { Rivet } from "@rivet-gg/api";
import { allDriven, client, creation, scope, speaking, until, word } from "./published-client.mjs";

const began = Date.now();
const first = await speaking("speaker", "first");

// create and get
const suite = { suite: "actors" };
const create = async (tags, more) => (await client.actors.create(creation("speaker", { ...tags, ...suite }, more))).actor;
const one = await create({ room: "1" }, { lifecycle: { killTimeout: 1500, durable: true } });
assert.equal(one.runtime.build, first);
assert.equal(one.lifecycle.killTimeout, 1500);
assert.equal(one.lifecycle.durable, true);
assert.equal(one.network.ports.http.protocol, "http");
assert.ok(one.startedAt instanceof Date, "waitReady waits until it runs");
assert.equal(await word(one), "first");
const two = await create({ room: "2" }, { runtime: { environment: { GREETING: "hello" } } });
assert.deepEqual(two.runtime.environment, { GREETING: "hello" });
const { actor: same } = await client.actors.get(one.id, { ...scope, endpointType: "path" });
assert.equal(same.id, one.id);
assert.deepEqual(same.tags, { room: "1", ...suite });
assert.equal(same.createdAt.getTime(), one.createdAt.getTime());
const absent = "00000000-0000-4000-8000-000000000000";
await assert.rejects(client.actors.get(absent, scope), Rivet.NotFoundError);
const refused = await client.actors.create({ ...scope, body: { tags: {}, build: absent } }).catch((error) => error);
assert.ok(refused instanceof Rivet.BadRequestError || refused instanceof Rivet.NotFoundError, String(refused));
assert.ok(refused.body.ray_id ?? refused.body.rayId);

// list
const listed = async (query) => (await client.actors.list({ ...scope, tagsJson: JSON.stringify(suite), ...query })).actors.map((each) => each.id);
assert.deepEqual(await listed({}), [two.id, one.id], "newest first");
assert.deepEqual(await listed({ tagsJson: JSON.stringify({ room: "1" }) }), [one.id]);
assert.deepEqual(await listed({ tagsJson: JSON.stringify({ room: "3" }) }), []);

// query
const query = async (expression) =>
  (await client.actors.query({ ...scope, queryJson: JSON.stringify(expression) })).actors.map((each) => each.id);
const room = (value) => ({ string_equal: { property: "tags", map_key: "room", value } });
assert.deepEqual(await query(room("2")), [two.id]);
assert.deepEqual(await query({ and: { exprs: [room("2"), room("1")] } }), []);
assert.deepEqual(await query({ or: { exprs: [room("2"), room("1")] } }), [two.id, one.id]);
await assert.rejects(query({ no_such_thing: {} }), Rivet.BadRequestError);

// upgrade and upgradeAll: the id and the URL stay, the build does not
const second = await speaking("speaker", "second");
assert.deepEqual(await client.actors.upgrade(one.id, { ...scope, body: { build: second } }), {});
await until("the first actor speaks the second word", async () => (await word(one)) === "second");
assert.equal((await client.actors.get(one.id, scope)).actor.runtime.build, second);
assert.equal(await word(two), "first");
const third = await speaking("speaker", "third");
const all = { ...scope, body: { tags: suite, buildTags: { name: "speaker", current: "true" } } };
assert.equal((await client.actors.upgradeAll(all)).count, 2);
for (const actor of [one, two]) {
  await until("both actors speak the third word", async () => (await word(actor)) === "third");
  assert.equal((await client.actors.get(actor.id, scope)).actor.runtime.build, third);
}
await assert.rejects(client.actors.upgrade(absent, { ...scope, body: { build: second } }), Rivet.NotFoundError);

// usage
const span = { ...scope, start: began - 1_000, end: Date.now() + 60_000, interval: 600_000 };
const usage = await client.actors.usage({ ...span, groupBy: JSON.stringify({ property: "tags", map_key: "room" }) });
const count = (group) =>
  usage.metricValues[
    usage.metricNames.findIndex((name, at) => name === "actor_count" && Object.values(usage.metricAttributes[at]).includes(group))
  ][0];
assert.equal(count("1"), 1);
assert.equal(count("2"), 1);
const filtered = await client.actors.usage({ ...span, queryJson: JSON.stringify(room("9")) });
assert.ok(filtered.metricValues.flat().every((value) => value === 0), "nobody is in room 9");

// destroy
assert.deepEqual(await client.actors.destroy(one.id, { ...scope, overrideKillTimeout: 0 }), {});
assert.deepEqual(await client.actors.destroy(one.id, scope), {}, "once more does no harm");
assert.deepEqual(await listed({}), [two.id]);
assert.deepEqual(await listed({ includeDestroyed: true }), [two.id, one.id]);
assert.ok((await client.actors.get(one.id, scope)).actor.destroyedAt instanceof Date);
await client.actors.destroy(two.id, { ...scope, overrideKillTimeout: 0 });
await assert.rejects(client.actors.destroy(absent, scope), Rivet.NotFoundError);

allDriven("actors");
