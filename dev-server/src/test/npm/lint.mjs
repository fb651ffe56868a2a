// Lints an OpenAPI document with the recommended rules of Redocly. Usage: node lint.mjs FILE
import { createConfig, lint } from "@redocly/openapi-core";

const config = await createConfig({
  extends: ["recommended-strict"],
  rules: {
    // We have no licence to name, and a server has its own address.
    "info-license": "off",
    "no-server-example.com": "off",
    "security-defined": "error",
    "operation-description": "error",
    "parameter-description": "error",
    "no-unused-components": "error",
  },
});
const problems = await lint({ ref: process.argv[2], config });
for (const { ruleId, message, location } of problems) {
  console.error(`${ruleId}: ${message} at ${location[0]?.pointer}`);
}
process.exitCode = problems.length === 0 ? 0 : 1;
