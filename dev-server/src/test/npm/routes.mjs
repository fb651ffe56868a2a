// All methods of client.routes. Arguments: the API's address, the name tag of the build.
// Any surprise ends it with an exception.
import assert from "node:assert/strict";
import http from "node:http";
import { Rivet } from "@rivet-gg/api";
import { allDriven, client, scope, until } from "./published-client.mjs";

const buildName = process.argv[3];

const { actor } = await client.actors.create({
  ...scope,
  body: {
    tags: { app: "routed" },
    buildTags: { name: buildName, current: "true" },
    network: { ports: { http: { protocol: "https" } }, waitReady: true },
  },
});
const proxy = new URL(actor.network.ports.http.url);

// fetch would not send a Host of our choice.
const ask = (host, path) =>
  new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port: proxy.port, path, headers: { host } };
    http
      .get(options, (response) => {
        let body = "";
        response.on("data", (chunk) => (body += chunk));
        response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
      })
      .on("error", reject);
  });

const route = (more) => ({
  ...scope,
  body: {
    hostname: "shop.localhost",
    path: "/api",
    stripPrefix: true,
    routeSubpaths: true,
    target: { actors: { selectorTags: { app: "routed" } } },
    ...more,
  },
});
const began = Date.now();
assert.deepEqual(await client.routes.update("shop", route()), {});
assert.deepEqual(await client.routes.update("shop", route()), {});
await client.routes.update("nobody", route({ path: "/nobody", target: { actors: { selectorTags: { app: "none" } } } }));
const { routes } = await client.routes.list(scope);
assert.deepEqual(routes.map((each) => each.id), ["nobody", "shop"]);
assert.equal(routes[1].hostname, "shop.localhost");
assert.equal(routes[1].stripPrefix, true);
assert.equal(routes[1].target.actors.selectorTags.app, "routed");
assert.ok(routes[1].createdAt instanceof Date);

await until("the proxy knows the route", async () => (await ask("shop.localhost", "/api")).status !== 404);
const reply = await ask(`shop.localhost:${proxy.port}`, "/api/");
assert.equal(reply.status, 200, reply.body);
assert.equal(JSON.parse(reply.body).actor, actor.id);
const none = await ask("shop.localhost", "/nobody");
assert.equal(none.status, 503);
assert.equal(none.headers["retry-after"], "5");
assert.equal(JSON.parse(none.body).code, "no_actor");

const conflict = await client.routes.update("again", route()).catch((error) => error);
assert.equal(conflict.statusCode, 409);
assert.equal(conflict.body.code, "ROUTE_HOSTNAME_ALREADY_EXISTS");
await assert.rejects(client.routes.update("bad", route({ hostname: "nodot" })), Rivet.BadRequestError);
await assert.rejects(client.routes.delete("absent", scope), Rivet.NotFoundError);

const span = () => ({ ...scope, start: began - 120_000, end: Date.now() + 120_000, interval: 60_000 });
const sum = (values) => values.reduce((a, b) => a + b, 0);
const history = await until("the requests are in the history", async () => {
  const answer = await client.routes.history({ ...span(), groupBy: JSON.stringify({ property: "guard_response_status" }) });
  return answer.metricAttributes.length === 2 && answer;
});
assert.deepEqual(history.metricNames, ["http_requests", "http_requests"]);
assert.deepEqual(history.metricAttributes, [{ guard_response_status: "200" }, { guard_response_status: "503" }]);
assert.equal(sum(history.metricValues[0]), 2);
assert.equal(sum(history.metricValues[1]), 1);
const filtered = await client.routes.history({
  ...span(),
  queryJson: JSON.stringify({ string_equal: { property: "route_id", value: "nobody" } }),
});
assert.equal(sum(filtered.metricValues[0]), 1);

await client.routes.delete("shop", scope);
await client.routes.delete("nobody", scope);
assert.deepEqual((await client.routes.list(scope)).routes, []);
await until("the proxy has forgotten the route", async () => (await ask("shop.localhost", "/api")).status === 404);

await client.actors.destroy(actor.id, { ...scope, overrideKillTimeout: 0 });

allDriven("routes");
