// Loads the files that it is given and ends: what that compiled is then in Node's cache (NODE_COMPILE_CACHE).
//
// The `main.ts` of a program is loaded too, and runs nothing: it is given a `run` that does not. One file that a process
// has to strip of its types itself costs it 17 MiB for as long as it lives.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const runNothing = `data:text/javascript,${encodeURIComponent('export async function run() {}')}`;
registerHooks({
  resolve(specifier, context, next) {
    const isRun = specifier === '@pochtar/runtime' && context.parentURL?.endsWith('/src/main.ts') === true;
    return isRun ? { url: runNothing, shortCircuit: true } : next(specifier, context);
  },
});

for (const file of process.argv.slice(2)) {
  // What is wrong with a file its program says itself.
  await import(pathToFileURL(file).href).catch(() => {});
}
process.exit(0);
