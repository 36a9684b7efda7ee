// Times ONNX models with ONNX Runtime on one thread.
//
// usage: node time_onnxruntime.js DIRECTORY
//
// DIRECTORY holds node_modules/onnxruntime-node. Each line of the input is a job {model, input: {name, dims, values},
// runs}. The answer is a line {seconds, values}: the least time of a run, and the elements of the first output.
'use strict';
const path = require('path');
const readline = require('readline');
const ort = require(path.resolve(process.argv[2], 'node_modules/onnxruntime-node'));

const sessions = {};

async function run({model, input, runs}) {
  sessions[model] ??= await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'all', executionMode: 'sequential', intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3});
  const session = sessions[model];
  const feeds = {[input.name]: new ort.Tensor('float32', Float32Array.from(input.values), input.dims)};
  let least = Infinity, results;
  for (let i = 0; i < runs; ++i) {
    const start = process.hrtime.bigint();
    results = await session.run(feeds);
    least = Math.min(least, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return {seconds: least, values: Array.from(results[session.outputNames[0]].data)};
}

(async () => {
  for await (const line of readline.createInterface({input: process.stdin}))
    console.log(JSON.stringify(await run(JSON.parse(line)).catch((error) => ({error: error.message}))));
})();
