import { decodeKey, encodeKey } from "./rivet-keys.js";
let seed = 6; const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648; const int = (n) => Math.floor(random() * n);
const STR = ["", "a", "b", "ab", "\0", "a\0", "a\0b", "ÿ", "\uffff", "😀", "z"];
const NUM = [0, 1, -1, 0.5, -0.5, 1.5, 1e-300, -1e-300, 5e-324, 255, 256, 2**53, -(2**53), 2**53 - 1, 1e300, -1e300, Infinity, -Infinity, 0.1, 10n ** 30n, -(10n ** 30n), 2n ** 64n, 2n ** 64n - 1n, 2n**2040n, 2n**2100n, -(2n**2048n)];
function element(depth) {
  switch (int(depth > 2 ? 6 : 7)) {
    case 0: return null; case 1: return random() < 0.5; case 2: return NUM[int(NUM.length)];
    case 3: return (random() - 0.5) * 10 ** int(20); case 4: return STR[int(STR.length)] + STR[int(STR.length)];
    case 5: return Uint8Array.from({ length: int(4) }, () => [0, 1, 255][int(3)]); default: return Array.from({ length: int(3) }, () => element(depth + 1));
  }
}
const rank = (v) => v === null ? 0 : v === false ? 1 : v === true ? 2 : typeof v === "number" || typeof v === "bigint" ? 3 : typeof v === "string" ? 4 : v instanceof Uint8Array ? 5 : 6;
const sign = (a, b) => a < b ? -1 : a > b ? 1 : 0;
function sequence(a, b, each) { for (let i = 0; i < Math.min(a.length, b.length); i++) { const c = each(a[i], b[i]); if (c) return c; } return sign(a.length, b.length); }
function compare(a, b) { const r = sign(rank(a), rank(b)); if (r) return r; switch (rank(a)) { case 3: return sign(a, b); case 4: return sequence([...a], [...b], (x, y) => sign(x.codePointAt(0), y.codePointAt(0))); case 5: return sequence(a, b, sign); case 6: return sequence(a, b, compare); default: return 0; } }
let checked = 0;
for (let i = 0; i < 200000; i++) {
  const a = Array.from({ length: 1 + int(3) }, () => element(0)), b = Array.from({ length: 1 + int(3) }, () => element(0));
  const x = encodeKey(a), y = encodeKey(b);
  if (sequence(x, y, sign) !== compare(a, b)) { console.log("WRONG", a, b, x, y); Deno.exit(1); }
  if (compare(decodeKey(x), a) !== 0) { console.log("ROUND TRIP", a, decodeKey(x)); Deno.exit(1); }
  checked++;
}
console.log("ok", checked);
