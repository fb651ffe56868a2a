package rivet.client;

/** What a server says. */
final class Samples {

    static final String ID = "5f0e3c1a-8f6e-4f6b-9c0b-2f1d6a7e8b90";
    static final String BUILD = "0a1b2c3d-0000-4000-8000-000000000001";

    private Samples() {}

    static String actor(String state) {
        return """
                {"id": "%s", "region": "local", "tags": {"name": "counter"},
                 "runtime": {"build": "%s", "environment": {"SECRET": "x"}},
                 "network": {"mode": "bridge", "ports": {"http": {"protocol": "http", "hostname": "127.0.0.1", "port": 7080,
                   "path": "/%s-http", "url": "http://127.0.0.1:7080/%s-http", "routing": {"guard": {}}},
                   "game": {"protocol": "udp", "hostname": "127.0.0.1", "port": 26000, "url": "127.0.0.1:26000"}}},
                 "resources": {"cpu": 250, "memory": 256},
                 "lifecycle": {"kill_timeout": 5000, "durable": true},
                 "state": "%s", "reason": "because", "key": "room-7", "generation": 3, "a_later_field": [1],
                 "created_at": "2026-01-31T12:00:00Z"%s}
                """.formatted(
                        ID,
                        BUILD,
                        ID,
                        ID,
                        state,
                        state.equals("destroyed") ? ", \"destroyed_at\": \"2026-01-31T12:00:05Z\"" : "");
    }

    static String one(String state) {
        return "{\"actor\": " + actor(state) + "}";
    }

    static String event(String id, String state) {
        return "{\"id\": \"%s\", \"time\": \"2026-01-31T12:00:00Z\", \"state\": \"%s\", \"generation\": 1}"
                .formatted(id, state);
    }

    static String problem(String code) {
        return "{\"code\": \"%s\", \"message\": \"no\", \"ray_id\": \"ray-1\"}".formatted(code);
    }
}
