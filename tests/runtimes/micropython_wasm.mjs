// Runs portable tests on MicroPython's WebAssembly port.
//
//   node micropython_wasm.mjs MICROPYTHON.mjs FOLDER MODULE...
//
// FOLDER is copied into the runtime's file system; it holds the package, the runner and the tests.
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [runtime, folder, ...modules] = process.argv.slice(2);
const { loadMicroPython } = await import(pathToFileURL(runtime));
const micropython = await loadMicroPython({
  linebuffer: true,
  stdout: (line) => console.log(line),
  stderr: (line) => console.error(line),
});

function copy(from, to) {
  micropython.FS.mkdir(to);
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), `${to}/${name}`];
    if (statSync(source).isDirectory()) copy(source, target);
    else micropython.FS.writeFile(target, readFileSync(source));
  }
}

copy(folder, "/app");
try {
  // Only a top-level await runs coroutines here: this port has no asyncio.run.
  await micropython.runPythonAsync(`
import sys
sys.path.insert(0, "/app")
import run_portable
exit_code = await run_portable.run(${JSON.stringify(modules)})
`);
  process.exitCode = micropython.globals.get("exit_code");
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
