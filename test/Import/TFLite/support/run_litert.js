// Runs .tflite models with LiteRT (npm package @litertjs/core, WebAssembly), the reference of
// the importer's tests.
//
// usage: node run_litert.js DIRECTORY < jobs.json > results.json
//
// DIRECTORY holds node_modules/@litertjs/core. A job is {model, samples: [[FILE...]...],
// outputs: DIR}: FILE holds the raw bytes of one input, in the model's order. DIR gets one file
// of raw bytes per sample and output. The result of a job is {types, shapes} of the outputs by
// position, or {error}: LiteRT may say that it succeeded when it only logged an error.
'use strict';
const fs = require('fs');
const path = require('path');

const CPU = 'wasm';
const TYPES = {1: 'float32', 2: 'int32', 3: 'uint8', 4: 'int64', 6: 'bool', 7: 'int16', 9: 'int8'};
const BYTES = {float32: 4, int32: 4, uint8: 1, int64: 8, bool: 1, int16: 2, int8: 1};

let log = [];

async function load(directory) {
  const wasm = path.resolve(directory, 'node_modules/@litertjs/core/wasm');
  const script = path.join(wasm, 'litert_wasm_compat_internal.js');
  // The package calls its files modules; this one is CommonJS.
  const holder = {exports: {}};
  new Function('module', 'exports', 'require', '__filename', '__dirname', fs.readFileSync(script, 'utf8'))(
      holder, holder.exports, require, script, wasm);
  const note = (line) => log.push(String(line));
  for (const level of ['log', 'info', 'warn', 'debug']) console[level] = note;
  process.argv = process.argv.slice(0, 2);  // It reads arguments, too.
  const runtime = await holder.exports({print: note, printErr: note, locateFile: (file) => path.join(wasm, file)});
  runtime.setupLogging();
  return runtime;
}

function list(vector) {
  const values = Array.from({length: vector.size()}, (_, i) => vector.get(i));
  vector.delete();
  return values;
}

function describe(type) {
  const shape = list(type.layout().dimensions());
  const name = TYPES[type.elementType().value];
  if (!name) throw new Error(`element type ${type.elementType().value}`);
  return {name, shape, bytes: shape.reduce((a, b) => a * b, 1) * BYTES[name]};
}

function failIfLogged() {
  const errors = log.filter((line) => /ERROR/.test(line));
  if (errors.length) throw new Error(errors.map((line) => line.trim()).join(' | '));
}

// Where `file` says that tensors are variable: in field 5 of the tables of field 0 of the subgraphs, which are field 2.
// LiteRT's reader refuses such files, but its kernels run them; so the reader does not see it.
function findVariables(file) {
  const follow = (at) => at + file.readUInt32LE(at);
  const field = (table, number) => {
    const layout = table - file.readInt32LE(table), entry = 4 + 2 * number;
    const offset = entry < file.readUInt16LE(layout) ? file.readUInt16LE(layout + entry) : 0;
    return offset ? table + offset : 0;
  };
  const tables = (table, number) => {
    const at = field(table, number);
    if (!at) return [];
    const first = follow(at) + 4;
    return Array.from({length: file.readUInt32LE(first - 4)}, (_, i) => follow(first + 4 * i));
  };
  return tables(follow(0), 2).flatMap((subgraph) => tables(subgraph, 0).map((tensor) => field(tensor, 5)))
      .filter((at) => at && file[at]);
}

// Variable tensors hold 0 before every sample.
async function run(runtime, environment, job) {
  const file = fs.readFileSync(job.model);
  const variables = findVariables(file);
  if (!variables.length) return runSamples(runtime, environment, job, file, variables, [...job.samples.keys()]);
  let result;
  for (const number of job.samples.keys())
    result = await runSamples(runtime, environment, job, file, variables, [number]);
  return result;
}

async function runSamples(runtime, environment, job, file, variables, numbers) {
  const memory = runtime._malloc(file.length + 64);
  const address = (memory + 63) & ~63;
  runtime.HEAPU8.set(file, address);
  for (const at of variables) runtime.HEAPU8[address + at] = 0;
  const model = runtime.loadModel(environment, address, file.length);
  for (const at of variables) runtime.HEAPU8[address + at] = 1;
  const network = await runtime.compileModel(environment, model, {
    environment: {liteRtEnvironment: environment}, accelerator: CPU, cpuOptions: {numThreads: 1},
    gpuOptions: {}, webNNOptions: {},
  });
  failIfLogged();
  const numInputs = list(model.getSignature(0).inputNames()).length;
  const result = {types: [], shapes: []};
  const {READ, WRITE} = runtime.LiteRtTensorBufferLockMode;
  for (const number of numbers) {
    const files = job.samples[number], inputs = [];
    for (let i = 0; i < numInputs; ++i) {
      const type = model.getInputTensorType(0, i), {bytes} = describe(type);
      const data = fs.readFileSync(files[i]);
      if (data.length !== bytes) throw new Error(`input ${i} has ${bytes} bytes, but ${files[i]} ${data.length}`);
      const buffer = runtime.LiteRtTensorBuffer.createManaged(
          environment, runtime.LiteRtTensorBufferType.HOST_MEMORY, type, bytes);
      runtime.HEAPU8.set(data, buffer.lock(WRITE));
      buffer.unlock();
      inputs.push(buffer);
    }
    const outputs = await network.run(0, inputs);
    failIfLogged();
    outputs.forEach((buffer, i) => {
      const {name, shape, bytes} = describe(buffer.tensorType());
      const start = buffer.lock(READ);
      fs.writeFileSync(path.join(job.outputs, `${number}.${i}.raw`), runtime.HEAPU8.slice(start, start + bytes));
      buffer.unlock();
      buffer.delete();
      result.types[i] = name;
      result.shapes[i] = shape;
    });
    inputs.forEach((buffer) => buffer.delete());
  }
  network.delete();
  model.delete();
  runtime._free(memory);
  return result;
}

(async () => {
  const jobs = JSON.parse(fs.readFileSync(0, 'utf8'));
  const runtime = await load(process.argv[2]);
  const environment = runtime.LiteRtEnvironment.create(null);
  const results = [];
  for (const job of jobs) {
    log = [];
    try {
      results.push(await run(runtime, environment, job));
    } catch (error) {
      const text = typeof error === 'number' && runtime.getExceptionMessage ?
          runtime.getExceptionMessage(error).join(' ') : String(error.message ?? error);
      results.push({error: [text, ...log.filter((line) => /ERROR/.test(line))].join(' | ')});
    }
  }
  fs.writeFileSync(1, JSON.stringify(results));
  process.exit(0);
})();
