package rivet.cli.bundle;

import java.util.List;

/** The modules that Node has built in. Deno has them too, under {@code node:} names only. */
final class NodeModules {

    static final List<String> NAMES = List.of(
            "assert",
            "async_hooks",
            "buffer",
            "child_process",
            "cluster",
            "console",
            "constants",
            "crypto",
            "dgram",
            "diagnostics_channel",
            "dns",
            "domain",
            "events",
            "fs",
            "http",
            "http2",
            "https",
            "inspector",
            "module",
            "net",
            "os",
            "path",
            "perf_hooks",
            "process",
            "punycode",
            "querystring",
            "readline",
            "repl",
            "stream",
            "string_decoder",
            "sys",
            "timers",
            "tls",
            "tty",
            "url",
            "util",
            "v8",
            "vm",
            "wasi",
            "worker_threads",
            "zlib");

    private NodeModules() {}

    static List<String> aliases() {
        return NAMES.stream()
                .map(name -> "--alias:%s=node:%s".formatted(name, name))
                .toList();
    }
}
