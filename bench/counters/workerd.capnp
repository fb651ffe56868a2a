using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .counters), (name = "disk", disk = (path = "data", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:PORT", http = (), service = "main")],
);
const counters :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "workerd.js")],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [(className = "Counter", uniqueKey = "counter", enableSql = true)],
  durableObjectStorage = (localDisk = "disk"),
  bindings = [(name = "COUNTER", durableObjectNamespace = "Counter")],
);
