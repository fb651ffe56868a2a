package rivet.devserver.stories;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/** An actor whose WebSockets hibernate: what it knows of each is in its store. */
final class CountingActor {

    /** Counts for each connection what it has heard, and answers with the number and its generation. */
    private static final String SCRIPT = """
            export default {
              async start(ctx) {
                const { generation } = ctx.metadata.actor;
                await Deno.serve({ port: Number(Deno.env.get("PORT_HTTP")), signal: ctx.signal }, (request) => {
                  // An upgraded request can be asked no more.
                  const key = ["heard", request.headers.get("x-rivet-websocket-id")];
                  const resumed = request.headers.has("x-rivet-websocket-resumed");
                  const { socket, response } = Deno.upgradeWebSocket(request);
                  let turn = Promise.resolve();
                  const next = (work) => { turn = turn.then(work); };
                  if (resumed) {
                    socket.onopen = () => next(async () => {
                      socket.send(`again in ${generation} after ${await ctx.kv.get(key)}`);
                    });
                  }
                  socket.onmessage = ({ data }) => next(async () => {
                    const heard = (await ctx.kv.get(key) ?? 0) + 1;
                    await ctx.kv.put(key, heard);
                    socket.send(`${data} is ${heard} in ${generation}`);
                    if (data === "sleep") {
                      await ctx.sleep();
                    }
                  });
                  return response;
                }).finished;
              },
            };
            """;

    private CountingActor() {}

    /** @param folder to write it to */
    static void deploy(URI api, Path folder) throws Exception {
        Files.writeString(folder.resolve("sockets.js"), SCRIPT);
        Files.writeString(folder.resolve("rivet.json"), "{\"actors\": {\"sockets\": {\"script\": \"sockets.js\"}}}");
        var ran = RunningDevServer.rivet(api, folder, "deploy");
        assertThat(ran.exitCode()).as(ran.errors()).isZero();
    }

    /** What creates one. @param lifecycle more of that, after a comma */
    static String body(String lifecycle) {
        return """
                {"tags": {}, "build_tags": {"name": "sockets", "current": "true"}, "lifecycle": {"durable": true%s},
                 "network": {"ports": {"http": {
                   "protocol": "http", "routing": {"guard": {"websocket": {"hibernate": true}}}}}}}
                """.formatted(lifecycle);
    }
}
