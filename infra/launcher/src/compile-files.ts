// Loads the files that it is given and ends: what that compiled is then in Node's cache (NODE_COMPILE_CACHE).
import { pathToFileURL } from 'node:url';

for (const file of process.argv.slice(2)) {
  // What is wrong with a file its program says itself.
  await import(pathToFileURL(file).href).catch(() => {});
}
process.exit(0);
