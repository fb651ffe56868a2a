Promise.withResolvers ??= () => {
  let resolve, reject;
  const promise = new Promise((done, failed) => ([resolve, reject] = [done, failed]));
  return { promise, resolve, reject };
};
const { object, serve } = await import("@restatedev/restate-sdk");

const counter = object({
  name: "counter",
  handlers: {
    add: async (ctx) => {
      const n = ((await ctx.get("n")) ?? 0) + 1;
      ctx.set("n", n);
      return n;
    },
  },
});
serve({ services: [counter], port: Number(process.argv[2]) });
