// Runs ONNX models with ONNX Runtime, the reference of the importer's tests.
//
// usage: node run_onnxruntime.js DIRECTORY < jobs.json
//
// DIRECTORY holds node_modules/onnxruntime-node. A job is {model, inputs: {name:
// {type, dims, file}}, outputs: DIR}: the tensors are raw little-endian files, and DIR
// gets one per output, and outputs.json with their types and dims. The optimizer is off:
// it would replace what the model says by what it computes faster.
'use strict';
const fs = require('fs');
const path = require('path');
const ort = require(path.resolve(process.argv[2], 'node_modules/onnxruntime-node'));

const ARRAYS = {
  float32: Float32Array, float64: Float64Array, int64: BigInt64Array, int32: Int32Array,
  int16: Int16Array, int8: Int8Array, uint8: Uint8Array, bool: Uint8Array,
};

function read({type, dims, file}) {
  const bytes = fs.readFileSync(file);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  return new ort.Tensor(type, new ARRAYS[type](buffer), dims);
}

const sessions = {};

async function run(job) {
  sessions[job.model] ??= await ort.InferenceSession.create(
      job.model, {graphOptimizationLevel: 'disabled', logSeverityLevel: 3});
  const session = sessions[job.model];
  const feeds = {};
  for (const [name, input] of Object.entries(job.inputs)) feeds[name] = read(input);
  const results = await session.run(feeds);
  const outputs = [];
  for (const name of session.outputNames) {
    const tensor = results[name];
    const file = path.join(job.outputs, `${outputs.length}.raw`);
    fs.writeFileSync(file, Buffer.from(tensor.data.buffer, tensor.data.byteOffset,
                                       tensor.data.byteLength));
    outputs.push({name, type: tensor.type, dims: tensor.dims.map(Number), file});
  }
  fs.writeFileSync(path.join(job.outputs, 'outputs.json'), JSON.stringify(outputs));
}

(async () => {
  for (const job of JSON.parse(fs.readFileSync(0, 'utf8'))) {
    try {
      await run(job);
    } catch (error) {
      console.error(`${job.model}: ${error.message}`);
      process.exitCode = 1;
    }
  }
})();
