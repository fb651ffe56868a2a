// Prints the namespaces that the published client has, each of which has a script of its own beside this one.
import { allNamespaces } from "./published-client.mjs";

console.log(JSON.stringify(allNamespaces()));
