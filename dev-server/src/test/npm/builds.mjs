// All methods of client.builds. Argument: the API's address. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { Rivet } from "@rivet-gg/api";
import { allDriven, client, endpoint, scope, upload } from "./published-client.mjs";

const source = "export default { async start() { await new Promise(() => {}); } };\n";

const first = await upload(source, "none");
const second = await upload(source, undefined);
const { build } = await client.builds.get(first, scope);
assert.equal(build.contentLength, source.length);
assert.equal(build.name, "index.js");
assert.ok(build.createdAt instanceof Date);
assert.deepEqual(build.tags, {});

const current = async () => {
  const tagsJson = JSON.stringify({ name: "app", current: "true" });
  return (await client.builds.list({ ...scope, tagsJson })).builds.map((each) => each.id);
};
for (const id of [first, second]) {
  const body = { tags: { name: "app", current: "true" }, exclusiveTags: ["current"] };
  assert.deepEqual(await client.builds.patchTags(id, { ...scope, body }), {});
  assert.deepEqual(await current(), [id]);
}
const rolledBack = await fetch(`${endpoint}/builds/${second}/rollback`, { method: "POST" });
assert.equal((await rolledBack.json()).build.id, first);
assert.deepEqual(await current(), [first]);

await client.builds.patchTags(first, { ...scope, body: { tags: { current: null, extra: "1" } } });
assert.deepEqual((await client.builds.get(first, scope)).build.tags, { name: "app", extra: "1" });
const all = (await client.builds.list(scope)).builds.map((each) => each.id);
assert.ok(all.indexOf(second) >= 0 && all.indexOf(second) < all.indexOf(first), "newest first");

await assert.rejects(client.builds.get("00000000-0000-4000-8000-000000000000", scope), Rivet.NotFoundError);
await assert.rejects(
  client.builds.patchTags(first, { ...scope, body: { tags: {}, exclusiveTags: ["current"] } }),
  Rivet.BadRequestError,
);

allDriven("builds");
