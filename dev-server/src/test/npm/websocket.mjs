// A WebSocket through an actor's URL: sub-protocol, text, binary, size, and a close that is told to both sides.
import assert from "node:assert/strict";
import { once } from "node:events";
import WebSocket from "ws";

const [url] = process.argv.slice(2);
const socket = new WebSocket(url.replace(/^http/, "ws"), ["echo"], { headers: { "x-color": "green" } });
await once(socket, "open");
assert.equal(socket.protocol, "echo");

socket.send("hello");
assert.equal(String((await once(socket, "message"))[0]), "hello");
const large = Buffer.alloc(300_000, 7);
socket.send(large);
assert.ok(large.equals((await once(socket, "message"))[0]));

socket.close(1000, "done");
const [code] = await once(socket, "close");
assert.equal(code, 1000);
