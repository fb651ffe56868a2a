// The published client, unmodified, behind a proxy that notes which of its methods were called. Each script drives one
// namespace and ends with allDriven, so that no method can be forgotten, not even one that a newer client has.
import assert from "node:assert/strict";
import { RivetClient } from "@rivet-gg/api";

export const endpoint = process.argv[2];
export const scope = { project: "default", environment: "default" };
const driven = new Set();

const members = (object) =>
  Object.entries(Object.getOwnPropertyDescriptors(Object.getPrototypeOf(object))).filter(
    ([name]) => name !== "constructor" && !name.startsWith("_"),
  );

// Names of a namespace's own methods, and of the namespaces below it.
const methods = (object, path) => members(object).filter(([, what]) => !what.get).map(([name]) => `${path}.${name}`);
const namespaces = (object, path) =>
  members(object)
    .filter(([, what]) => what.get)
    .flatMap(([name]) => [`${path}${name}`, ...namespaces(object[name], `${path}${name}.`)]);

const noting = (object, path) =>
  new Proxy(object, {
    get(target, name) {
      const value = target[name];
      if (typeof value === "function") {
        return (...values) => {
          driven.add(`${path}${name}`);
          return value.apply(target, values);
        };
      }
      return typeof value === "object" && value !== null ? noting(value, `${path}${name}.`) : value;
    },
  });

const plain = new RivetClient({ environment: endpoint, token: "unused-in-development" });
export const client = noting(plain, "");

export const allNamespaces = () => namespaces(plain, "");

export const allDriven = (path) => {
  const object = path.split(".").reduce((outer, name) => outer[name], plain);
  const forgotten = methods(object, path).filter((name) => !driven.has(name));
  assert.deepEqual(forgotten, [], "methods that nobody drove");
};

export const until = async (what, condition) => {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`within 30 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

export const upload = async (text, compression) => {
  const { build, presignedRequests } = await client.builds.prepare({
    ...scope,
    body: {
      imageTag: "unused",
      imageFile: { path: "index.js", contentType: "text/javascript", contentLength: text.length },
      kind: "javascript",
      compression,
    },
  });
  assert.equal(presignedRequests.length, 1);
  const [{ url, byteOffset, contentLength }] = presignedRequests;
  assert.equal((await fetch(url, { method: "PUT", body: text.slice(byteOffset, byteOffset + contentLength) })).status, 200);
  await client.builds.complete(build, scope);
  return build;
};

// A build whose actors say which it is, to whoever asks and in their log.
export const speaking = async (name, word) => {
  const build = await upload(`export default { async start() {
    console.log("${word}", Deno.env.get("GREETING") ?? "");
    console.error("to the other stream");
    const port = Number(Deno.env.get("PORT_HTTP"));
    await Deno.serve({ port, onListen() {} }, () => new Response("${word}")).finished;
  } };\n`);
  const body = { tags: { name, current: "true" }, exclusiveTags: ["current"] };
  await client.builds.patchTags(build, { ...scope, body });
  return build;
};

export const creation = (name, tags, more) => ({
  ...scope,
  body: {
    tags,
    buildTags: { name, current: "true" },
    network: { ports: { http: { protocol: "http" } }, waitReady: true },
    ...more,
  },
});

export const word = async (actor) => (await fetch(actor.network.ports.http.url)).text();
