// An actor that does what it is asked over HTTP with what it remembers: counts, and tries each method of `ctx.kv`.

export default {
  async start(ctx) {
    const { kv } = ctx;
    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal, onListen() {} }, async (request) => {
      const { pathname } = new URL(request.url);
      try {
        return Response.json(await (pathname === "/methods" ? methods(kv) : count(ctx)));
      } catch (error) {
        return Response.json({ code: error.code, error: String(error.stack) }, { status: 500 });
      }
    });
  },
};

async function count({ kv, metadata }) {
  return { version: "VERSION", count: await kv.add("count"), generation: metadata.actor.generation };
}

async function methods(kv) {
  await kv.deleteAll();
  await values(kv);
  await batches(kv);
  await lists(kv);
  await counters(kv);
  await transactions(kv);
  await limits(kv);
  await permissions();
  await kv.deleteAll();
  same((await kv.list()).size, 0);
  return { ok: true };
}

async function values(kv) {
  const value = { n: 1, at: new Date(5), big: 2n ** 70n, map: new Map([[1, new Set(["a"])]]), bytes: Uint8Array.of(1), no: undefined };
  value.self = value;
  await kv.put("value", value);
  const found = await kv.get("value");
  same(found, value);
  same(found.self === found, true);

  same(await kv.get("none"), null);
  await kv.put(["a", 1, null], "");
  same(await kv.get(["a", 1, null]), "");
  await kv.put("null", null);
  same((await kv.getEntry("null")).value, null);
  await kv.put("raw", Uint8Array.of(0, 255), { format: "arrayBuffer" });
  same(new Uint8Array(await kv.get("raw", { format: "arrayBuffer" })), Uint8Array.of(0, 255));
  await refused(TypeError, () => kv.put("f", () => {}));
  await refused(TypeError, () => kv.put("b", new Blob([])));
  await refused(TypeError, () => kv.get(undefined));
  await refused(TypeError, () => kv.get("value", { format: "arrayBuffer" }));
}

async function batches(kv) {
  await kv.putBatch(new Map([["b1", 1], [["b", 2], 2]]));
  const found = await kv.getBatch(["b1", ["b", 2], "b3"]);
  same([found.size, found.get("b1"), found.get(["b", 2]), found.has("b3"), found.get("b3")], [2, 1, 2, false, null]);
  same(found.array(), [["b1", 1], [["b", 2], 2]]);
  await kv.deleteBatch(["b1", ["b", 2]]);
  same((await kv.getBatch(["b1", ["b", 2]])).size, 0);
}

async function lists(kv) {
  await kv.deleteAll();
  await kv.putBatch([["user:2", 2], ["user:10", 10], ["user", 0], ["z", 9], [["room", 1], "a"], [["room", 2, "x"], "b"], [["room", 10], "c"], [["roomy", 1], "d"]]);
  const keys = async (options) => [...(await kv.list(options)).keys()];
  same(await keys({ prefix: "user:" }), ["user:10", "user:2"]);
  same(await keys({ prefix: ["room"] }), [["room", 1], ["room", 2, "x"], ["room", 10]]);
  same(await keys({ prefix: ["room", 2] }), [["room", 2, "x"]]);
  same(await keys({ start: ["room", 1], end: ["room", 10] }), [["room", 1], ["room", 2, "x"]]);
  same(await keys({ startAfter: ["room", 1], end: ["room", 11] }), [["room", 2, "x"], ["room", 10]]);
  same(await keys({ start: "user", reverse: true, limit: 2 }), ["z", "user:2"]);

  const seen = [];
  let cursor;
  do {
    const page = await kv.list({ limit: 3, reverse: true, cursor });
    seen.push(...page.keys());
    cursor = page.cursor;
  } while (cursor !== null);
  same(seen, (await keys()).reverse());
  same(seen.length, 8);

  for (let from = 0; from < 1100; from += 100) {
    await kv.putBatch(Array.from({ length: 100 }, (_, i) => [["many", from + i], from + i]));
  }
  const many = await kv.list({ prefix: ["many"], limit: 1050 });
  same([many.size, [...many.values()].every((value, i) => value === i)], [1050, true]);
  await kv.deleteRange({ prefix: ["many"] });
  same((await kv.list()).size, 8);
  await refused(TypeError, () => kv.deleteRange({}));
  await refused(TypeError, () => kv.list({ prefix: "a", start: "b" }));
  await refused(TypeError, () => kv.list({ cursor: "?" }));
}

async function counters(kv) {
  same([await kv.add("n"), await kv.add("n", 41), await kv.add("n", -2n)], [1, 42, 40]);
  same(await kv.get("n"), 40);
  same(await kv.add("n", 2n ** 62n), 2n ** 62n + 40n);
  await refused("invalid", () => kv.add("z"));
  const sums = await Promise.all(Array.from({ length: 200 }, () => kv.add("at once")));
  same(sums, Array.from({ length: 200 }, (_, i) => i + 1));
}

async function transactions(kv) {
  const first = await kv.compareAndSet("cas", 0, "a");
  same(await kv.compareAndSet("cas", 0, "b"), null);
  same(await kv.compareAndSet("cas", first, "c") > first, true);
  same(await kv.get("cas"), "c");

  await kv.put("sum", 0);
  const add = () => kv.transact(async (tx) => {
    const before = await tx.get("sum");
    tx.put("sum", before + 1);
    tx.add("times");
    return before;
  });
  const before = await Promise.all(Array.from({ length: 5 }, add));
  same([await kv.get("sum"), await kv.get("times"), before.toSorted()], [5, 5, [0, 1, 2, 3, 4]]);
  await refused("oops", () => kv.transact(async (tx) => {
    await tx.put("sum", 99);
    throw Object.assign(new Error("mine"), { code: "oops" });
  }));
  same(await kv.get("sum"), 5);
}

async function limits(kv) {
  await kv.put("128 KiB", new Uint8Array(128 * 1024), { format: "arrayBuffer" });
  await refused("too_large", () => kv.put("more", new Uint8Array(128 * 1024 + 1), { format: "arrayBuffer" }));
  await refused("too_large", () => kv.put("k".repeat(3000), 1));
  await refused("too_large", () => kv.getBatch(Array.from({ length: 129 }, (_, i) => i)));
  await refused("too_large", () => kv.putBatch(Array.from({ length: 20 }, (_, i) => [i, "x".repeat(100_000)])));
  await refused("invalid", () => kv.put([], 1));
  same(await kv.get(0), null);
}

/** What lets it reach its store lets it reach nothing else. */
async function permissions() {
  const store = Deno.env.get("RIVET_KV_SOCKET");
  await refused("NotCapable", () => Deno.writeTextFile(store + "x", ""));
  await refused("NotCapable", () => Deno.writeTextFile("main.js", ""));
  await refused("NotCapable", () => Deno.connect({ transport: "unix", path: "/tmp/other.sock" }));
}

async function refused(kind, work) {
  let result;
  try {
    result = await work();
  } catch (error) {
    if (typeof kind === "string" ? error.code === kind || error.name === kind : error instanceof kind) {
      return;
    }
    throw new Error(`${kind} was expected`, { cause: error });
  }
  throw new Error(`${work}: ${kind} was expected, and not ${String(result)}`);
}

function same(is, expected) {
  const text = (value) => Deno.inspect(value, { depth: 20, sorted: true });
  if (text(is) !== text(expected)) {
    throw new Error(`${text(is)} (expected: ${text(expected)})`);
  }
}
