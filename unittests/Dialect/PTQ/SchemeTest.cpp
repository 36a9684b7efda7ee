//===- SchemeTest.cpp - Schemes as text -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using namespace quantc::ptq;
using testing::HasSubstr;

namespace {
struct Scheme : testing::Test {
  Scheme() { context.loadDialect<PTQDialect>(); }

  SchemeAttr parse(llvm::StringRef text) {
    return llvm::cantFail(parseScheme(&context, text));
  }
  std::string roundTrip(llvm::StringRef text) {
    return stringifyScheme(parse(text));
  }
  std::string errorOf(llvm::StringRef text) {
    llvm::Expected<SchemeAttr> scheme = parseScheme(&context, text);
    EXPECT_FALSE(static_cast<bool>(scheme));
    return scheme ? "" : llvm::toString(scheme.takeError());
  }

  mlir::MLIRContext context;
};
} // namespace

TEST_F(Scheme, PresetsAreTheirNames) {
  for (const SchemePreset &preset : getSchemePresets()) {
    EXPECT_EQ(roundTrip(preset.name), preset.name);
    EXPECT_EQ(parse(preset.name).isStatic(), preset.needsData);
  }
}

// Every scheme that a preset and two changes spell is read back as itself.
TEST_F(Scheme, EveryTextIsReadBack) {
  const char *words[] = {"per-tensor", "per-channel", "block=32", "block=1",
                         "int4",       "int8",        "row",      "tensor",
                         "symmetric",  "asymmetric"};
  unsigned valid = 0;
  for (const SchemePreset &preset : getSchemePresets())
    for (llvm::StringRef first : words)
      for (llvm::StringRef second : words) {
        std::string text = (preset.name + ":" + first + "," + second).str();
        llvm::Expected<SchemeAttr> scheme = parseScheme(&context, text);
        if (!scheme) {
          EXPECT_THAT(llvm::toString(scheme.takeError()),
                      HasSubstr("'" + text + "'"));
          continue;
        }
        ++valid;
        EXPECT_EQ(parse(stringifyScheme(*scheme)), *scheme) << text;
      }
  // 2 words of int8 and int16x8, 6 of dynamic-range and of weight-only.
  EXPECT_EQ(valid, 2u * 2 * 2 + 2 * 6 * 6);
}

TEST_F(Scheme, TextsAreShort) {
  EXPECT_EQ(roundTrip("int8:per-channel"), "int8");
  EXPECT_EQ(roundTrip("int16x8:per-tensor"), "int16x8:per-tensor");
  EXPECT_EQ(roundTrip("dynamic-range:symmetric,row"),
            "dynamic-range:row,symmetric");
  EXPECT_EQ(roundTrip("dynamic-range:row,tensor"), "dynamic-range");
  EXPECT_EQ(roundTrip("weight-only:block=64,int4"),
            "weight-only:int4,block=64");
  EXPECT_EQ(roundTrip("weight-only:block=64,per-channel"), "weight-only");
}

TEST_F(Scheme, WordsMeanWhatTheySay) {
  SchemeAttr blocks = parse("weight-only:int4,block=32");
  EXPECT_EQ(blocks.getExecution(), Execution::WeightOnly);
  EXPECT_EQ(blocks.getWeightWidth(), 4u);
  EXPECT_EQ(blocks.getWeightStorage().max, 7);
  EXPECT_EQ(blocks.getWeightStorage().min, -7);
  EXPECT_EQ(blocks.getBlock(), 32);
  SchemeAttr rows = parse("dynamic-range:per-tensor,row,symmetric");
  EXPECT_TRUE(rows.isDynamic());
  EXPECT_EQ(rows.getWeightScales(), Granularity::Tensor);
  EXPECT_EQ(rows.getActivationScales(), Granularity::Row);
  EXPECT_EQ(rows.getSymmetry(), Symmetry::Symmetric);
  EXPECT_EQ(parse("int16x8").getActivationStorage().max, 32767);
}

TEST_F(Scheme, Errors) {
  EXPECT_THAT(errorOf(""), HasSubstr("unknown scheme ''"));
  EXPECT_THAT(errorOf("INT8"), HasSubstr("unknown scheme 'INT8'"));
  EXPECT_THAT(errorOf("int8:row"), HasSubstr("'row' does not belong"));
  EXPECT_THAT(errorOf("float16:int4"), HasSubstr("'int4' does not belong"));
  EXPECT_THAT(errorOf("int8:wide"), HasSubstr("'wide' is not known"));
  for (llvm::StringRef size : {"0", "-32", "x", "", "9999999999999999999999"})
    EXPECT_THAT(errorOf(("weight-only:block=" + size).str()),
                HasSubstr("is no size of a block"));
}
