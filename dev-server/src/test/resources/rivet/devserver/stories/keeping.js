// An actor that counts in `ctx.kv`, and in a file where it has a directory.

export default {
  async start(ctx) {
    const file = ctx.dir === null ? null : `${ctx.dir}/lines`;

    async function lines() {
      try {
        return (await Deno.readTextFile(file)).split("\n").length - 1;
      } catch {
        return 0;
      }
    }

    Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal, onListen() {} }, async (request) => {
      switch (new URL(request.url).pathname) {
        case "/checkpoint":
          return Response.json({ number: await ctx.checkpoint() });
        case "/write":
          await ctx.kv.add("count");
          if (file !== null) {
            await Deno.writeTextFile(file, "line\n", { append: true });
          }
      }
      return Response.json({ count: (await ctx.kv.get("count")) ?? 0, lines: await lines() });
    });
  },
};
