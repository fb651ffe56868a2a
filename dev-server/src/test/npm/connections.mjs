// What a server in JavaScript does with connections: ann and ben come in, ann is thrown out.
import assert from "node:assert/strict";
import WebSocket from "ws";

const [endpoint, library, actor] = process.argv.slice(2);
const { RivetConnections, RivetError } = await import(library);

const rivet = new RivetConnections({ endpoint: endpoint + "/", project: "default", environment: "default" });
const options = { port: "http", ttlMs: 60_000 };

const join = async ({ wsUrl }) => {
  const socket = new WebSocket(wsUrl);
  const [said] = await new Promise((resolve, reject) => {
    socket.once("message", (data) => resolve([data.toString()]));
    socket.once("error", reject);
  });
  return { said, closed: new Promise((resolve) => socket.once("close", resolve)), socket };
};

const ann = await rivet.getConnection(actor, { ...options, subject: "ann", claims: { role: "host" } });
const ben = await rivet.getConnection(actor, { ...options, subject: "ben", methods: ["GET"] });
assert.ok(ann.expiresAt.getTime() > Date.now());
assert.equal(await (await fetch(ann.url)).text().then((text) => text.split(" ")[0]), "ann");
assert.equal((await fetch(ben.url, { method: "POST", body: "x" })).status, 403);

const inside = await join(ann);
assert.equal(inside.said, "ann");
await rivet.revoke(actor, ann.id);
await inside.closed;
assert.equal((await fetch(ann.url)).status, 401);
assert.equal(await rivet.revokeAll(actor, { subject: "nobody" }), 0);
assert.equal(await rivet.revokeAll(actor), 1);
await rivet.getConnection(actor, { ...options, subject: "cid", singleUse: true });
assert.equal(await rivet.revokeSubject("cid"), 1);

await assert.rejects(rivet.getConnection(actor, { port: "http", ttlMs: 1 }), (error) => {
  assert.ok(error instanceof RivetError);
  assert.equal(error.status, 400);
  assert.equal(error.metadata.field, "ttl_ms");
  assert.ok(error.rayId);
  return true;
});
