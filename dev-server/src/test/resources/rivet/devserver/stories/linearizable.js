// An actor that does with its store what it is asked over HTTP, one command a request. What it does not know it answers with 500.

export default {
  async start({ kv, signal }) {
    const commands = { ...stored(kv), countInMemory: countingInMemory(kv) };
    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal, onListen() {} }, async (request) => {
      try {
        const command = await request.json();
        return new Response(String(await commands[command.what](command)));
      } catch (error) {
        return new Response(String(error.code ?? error), { status: 500 });
      }
    });
  },
};

function stored(kv) {
  return {
    get: ({ key }) => kv.get(key),
    put: async ({ key, value }) => {
      await kv.put(key, value);
      return "ok";
    },
    add: ({ key, delta }) => kv.add(key, delta),
    compareAndSet: async ({ key, expected, value }) => {
      while (true) {
        const entry = await kv.getEntry(key);
        if ((entry?.value ?? 0) !== expected) {
          return false;
        }
        if (await kv.compareAndSet(key, entry?.version ?? 0, value) !== null) {
          return true;
        }
      }
    },
    transfer: ({ from, to, amount }) =>
      kv.transact(async (tx) => {
        const left = (await tx.get(from) ?? 0) - amount;
        const there = (await tx.get(to) ?? 0) + amount;
        tx.put(from, left);
        tx.put(to, there);
        return `${left},${there}`;
      }),
    list: async ({ prefix }) => {
      const found = await kv.list({ prefix });
      return `{${[...found].map(([key, value]) => `${key}=${value}`).join(", ")}}`;
    },
  };
}

/** As actors do whose state is in memory: one after the other, and read again where nobody knows what was put. */
function countingInMemory(kv) {
  let count;
  let last = Promise.resolve();
  return ({ key, delta }) => {
    const next = last.then(async () => {
      const before = count ?? await kv.get(key) ?? 0;
      count = undefined;
      await kv.put(key, before + delta);
      count = before + delta;
      return count;
    });
    last = next.catch(() => {});
    return next;
  };
}
