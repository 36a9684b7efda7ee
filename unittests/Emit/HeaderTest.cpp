//===- HeaderTest.cpp - Headers and manifests -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using testing::HasSubstr;
using testing::Not;

static ModelInterface makeInterface() {
  ModelInterface interface;
  interface.name = "net";
  interface.arenaBytes = 640;
  interface.arenaLowerBound = 576;
  TensorInfo x;
  x.name = "x";
  x.type = ElementType::Int8;
  x.shape = {1, 28, 28, 3};
  x.scale = 1.0 / 3;
  x.zeroPoint = -128;
  TensorInfo y;
  y.name = "y \"*/ \xc3\xa4";
  y.type = ElementType::Float16;
  interface.inputs = {x};
  interface.outputs = {y};
  return interface;
}

static std::string headerOf(const ModelInterface &interface) {
  std::string text;
  llvm::raw_string_ostream os(text);
  emitHeader(interface, os);
  return text;
}

TEST(Header, SaysEverything) {
  std::string header = headerOf(makeInterface());
  for (const char *line :
       {"#ifndef QUANTC_NET_H", "#include <stdint.h>", "extern \"C\" {",
        "#define NET_ARENA_BYTES 640\n", "#define NET_ARENA_ALIGNMENT 64\n",
        "#define NET_INPUT_COUNT 1\n", "#define NET_INPUT_0_NAME \"x\"\n",
        "#define NET_INPUT_0_TYPE int8_t\n", "#define NET_INPUT_0_RANK 4\n",
        "#define NET_INPUT_0_SHAPE {1, 28, 28, 3}\n",
        "#define NET_INPUT_0_ELEMENTS 2352\n",
        "#define NET_INPUT_0_BYTES 2352\n",
        "#define NET_INPUT_0_SCALE 3.33333333333333315e-01\n",
        "#define NET_INPUT_0_ZERO_POINT (-128)\n",
        "#define NET_OUTPUT_0_TYPE uint16_t\n",
        "int net_run(const void *const *inputs, void *const *outputs, void "
        "*arena);\n"})
    EXPECT_THAT(header, HasSubstr(line));
  EXPECT_THAT(header, Not(HasSubstr("selftest")));
  EXPECT_THAT(header, Not(HasSubstr("NET_OUTPUT_0_SHAPE"))); // a scalar
}

TEST(Header, HostileNamesAreQuoted) {
  std::string header = headerOf(makeInterface());
  EXPECT_THAT(header,
              HasSubstr("#define NET_OUTPUT_0_NAME \"y \\\"*/ \\303\\244\"\n"));
  EXPECT_THAT(header, HasSubstr("/* outputs[0]: y \"_/ __, float16[]"));
}

TEST(Header, Selftest) {
  ModelInterface interface = makeInterface();
  interface.selftest = true;
  EXPECT_THAT(headerOf(interface),
              HasSubstr("int net_selftest(void *arena);\n"));
}

TEST(Manifest, RoundTrip) {
  ModelInterface interface = makeInterface();
  interface.outputs[0].name = "y";
  TargetDescription target;
  target.triple = "x86_64-unknown-linux-gnu";
  std::string text;
  llvm::raw_string_ostream(text)
      << llvm::json::Value(makeManifest(interface, target));
  ModelInterface read = llvm::cantFail(parseManifest(text));
  EXPECT_EQ(read.name, "net");
  EXPECT_EQ(read.arenaBytes, 640);
  EXPECT_EQ(read.arenaLowerBound, 576);
  ASSERT_EQ(read.inputs.size(), 1u);
  EXPECT_EQ(read.inputs[0].shape, interface.inputs[0].shape);
  EXPECT_EQ(read.inputs[0].type, ElementType::Int8);
  EXPECT_EQ(*read.inputs[0].scale, 1.0 / 3);
  EXPECT_EQ(read.inputs[0].zeroPoint, -128);
  EXPECT_EQ(read.outputs[0].name, "y");
  EXPECT_FALSE(read.outputs[0].scale);
  EXPECT_FALSE(read.selftest);
}

TEST(Manifest, BadTextIsAnError) {
  for (
      const char *text :
      {"", "[]", "{\"quantc_manifest\": 99}",
       "{\"quantc_manifest\": 1, \"name\": \"n\"}",
       R"({"quantc_manifest": 1, "name": "n", "arena": {"bytes": 0, "alignment": 64},
                               "inputs": [{"name": "x", "type": "int9", "shape": [1]}], "outputs": []})"}) {
    llvm::Expected<ModelInterface> read = parseManifest(text);
    EXPECT_FALSE(static_cast<bool>(read)) << text;
    llvm::consumeError(read.takeError());
  }
}
