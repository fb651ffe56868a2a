// The main job through the published client: create by tags, get, reach the URL, list, destroy.
// Arguments: the API's address, the name tag of the build. Prints one JSON line; any surprise ends it with an exception.
import assert from "node:assert/strict";
import { RivetClient } from "@rivet-gg/api";

const [endpoint, buildName] = process.argv.slice(2);
const client = new RivetClient({ environment: endpoint, token: "unused-in-development" });
const scope = { project: "default", environment: "default" };

const { actor } = await client.actors.create({
  ...scope,
  body: {
    tags: { name: buildName, room: "7" },
    buildTags: { name: buildName, current: "true" },
    region: "local",
    runtime: { environment: { GREETING: "hello from the environment" } },
    network: { ports: { http: { protocol: "https", routing: { guard: {} } } } },
    lifecycle: { durable: true, killTimeout: 2000 },
  },
});
assert.equal(actor.region, "local");
assert.deepEqual(actor.tags, { name: buildName, room: "7" });
assert.equal(actor.lifecycle.killTimeout, 2000);
assert.equal(actor.lifecycle.durable, true);
assert.equal(actor.runtime.environment.GREETING, "hello from the environment");

const got = (await client.actors.get(actor.id, scope)).actor;
assert.equal(got.id, actor.id);
assert.equal(got.createdAt.getTime(), actor.createdAt.getTime());
const url = got.network.ports.http.url;

const reply = await (await fetch(url)).json();
assert.equal(reply.actor, actor.id);
assert.equal(reply.region, "local");
assert.equal(reply.environment, "default");
assert.equal(reply.greeting, "hello from the environment");

const listed = await client.actors.list({ ...scope, tagsJson: JSON.stringify({ room: "7" }) });
assert.deepEqual(listed.actors.map((each) => each.id), [actor.id]);
const others = await client.actors.list({ ...scope, tagsJson: JSON.stringify({ room: "8" }) });
assert.deepEqual(others.actors, []);

await client.actors.destroy(actor.id, scope);
await client.actors.destroy(actor.id, scope);
// A destroy is answered when it has begun; the actor has its grace.
const deadline = Date.now() + 20_000;
let live;
do {
  live = (await client.actors.list({ ...scope, tagsJson: JSON.stringify({ room: "7" }) })).actors;
} while (live.length > 0 && Date.now() < deadline);
assert.deepEqual(live, []);
const kept = await client.actors.list({ ...scope, tagsJson: JSON.stringify({ room: "7" }), includeDestroyed: true });
assert.deepEqual(kept.actors.map((each) => each.id), [actor.id]);

console.log(JSON.stringify({ actor: actor.id, url, reply }));
