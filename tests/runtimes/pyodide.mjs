// Runs portable tests on Pyodide, with the package as a user gets it: from the wheel.
//
//   node pyodide.mjs PYODIDE.mjs WHEEL FOLDER MODULE...
//
// FOLDER holds the runner and the tests, and is mounted, not copied.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [runtime, wheel, folder, ...modules] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(runtime));
const pyodide = await loadPyodide();
pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
pyodide.mountNodeFS("/app", folder);
try {
  // Only a top-level await runs coroutines here: asyncio.run needs stack switching.
  process.exitCode = await pyodide.runPythonAsync(`
import sys
sys.path.insert(0, "/app")
sys.dont_write_bytecode = True
import run_portable
await run_portable.run(${JSON.stringify(modules)})
`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
// A cancelled timer of Pyodide's loop still keeps Node alive until its time.
process.exit();
