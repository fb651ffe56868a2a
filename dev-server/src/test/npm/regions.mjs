// All methods of client.regions. Argument: the API's address. Any surprise ends it with an exception.
import assert from "node:assert/strict";
import { Rivet } from "@rivet-gg/api";
import { allDriven, client, scope } from "./published-client.mjs";

const { regions } = await client.regions.list(scope);
assert.deepEqual(regions, [{ id: "local", name: "local" }]);
assert.equal((await client.regions.recommend(scope)).region.id, "local");
assert.equal((await client.regions.recommend({ ...scope, lat: 50.1, long: 8.7 })).region.name, "local");
await assert.rejects(client.regions.recommend({ ...scope, lat: 50.1 }), Rivet.BadRequestError);
await assert.rejects(client.regions.recommend({ ...scope, lat: 91, long: 0 }), Rivet.BadRequestError);
await assert.rejects(client.regions.list({ project: "default", environment: "nowhere" }), Rivet.NotFoundError);

allDriven("regions");
