//===- FingerprintTest.cpp - Identity of a network -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/Transforms/Fingerprint.h"
#include "quantc/Dialect/PTQ/IR/PTQ.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"

#include "gtest/gtest.h"

using namespace mlir;

namespace {

class FingerprintTest : public testing::Test {
protected:
  FingerprintTest() {
    context.loadDialect<func::FuncDialect, tosa::TosaDialect,
                        quantc::ptq::PTQDialect>();
  }

  std::string fingerprint(const std::string &text) {
    OwningOpRef<ModuleOp> module =
        parseSourceString<ModuleOp>(text, ParserConfig(&context));
    EXPECT_TRUE(module) << text;
    return module ? quantc::ptq::computeFingerprint(*module) : "";
  }

  MLIRContext context;
};

/// y = tanh(x) + constant.
std::string network(const std::string &constant, const std::string &name = "t",
                    const std::string &operands = "%0, %c") {
  return "func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {\n"
         "  %c = \"tosa.const\"() <{values = " +
         constant +
         " : tensor<2xf32>}> : () -> tensor<2xf32>\n"
         "  %0 = tosa.tanh %x {ptq.name = \"" +
         name +
         "\"} : (tensor<2xf32>) -> tensor<2xf32>\n"
         "  %1 = tosa.add " +
         operands +
         " : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>\n"
         "  return %1 : tensor<2xf32>\n}";
}

TEST_F(FingerprintTest, IsSha256InHex) {
  std::string digest = fingerprint(network("dense<1.0>"));
  EXPECT_EQ(digest.size(), 64u);
  EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos);
}

TEST_F(FingerprintTest, DependsOnTheNetwork) {
  std::string base = fingerprint(network("dense<[1.0, 2.0]>"));
  EXPECT_EQ(base, fingerprint(network("dense<[1.0, 2.0]>")));
  EXPECT_NE(base, fingerprint(network("dense<[1.0, 2.0000002]>")));
  EXPECT_NE(base, fingerprint(network("dense<[1.0, 2.0]>", "u")));
  EXPECT_NE(base, fingerprint(network("dense<[1.0, 2.0]>", "t", "%c, %0")));
  EXPECT_NE(base, fingerprint(network("dense<[1.0, 2.0]>", "t", "%x, %c")));
}

TEST_F(FingerprintTest, NegativeZeroIsAnotherConstant) {
  EXPECT_NE(fingerprint(network("dense<0.0>")),
            fingerprint(network("dense<-0.0>")));
}

TEST_F(FingerprintTest, DoesNotDependOnStorageOfConstants) {
  std::string resource = network("dense_resource<c>") +
                         "\n{-# dialect_resources: { builtin: { c: "
                         "\"0x040000000000803F00000040\" } } #-}";
  EXPECT_EQ(fingerprint(network("dense<[1.0, 2.0]>")), fingerprint(resource));
}

TEST_F(FingerprintTest, DoesNotDependOnLocationsAndSymbols) {
  std::string renamed = network("dense<1.0>");
  renamed.replace(renamed.find("@f"), 2, "@other");
  renamed += " loc(\"elsewhere\")";
  EXPECT_EQ(fingerprint(network("dense<1.0>")), fingerprint(renamed));
}

TEST_F(FingerprintTest, DoesNotDependOnObservers) {
  std::string observed = network("dense<1.0>", "t", "%o, %c");
  observed.insert(observed.find("  %1 ="),
                  "  %o = ptq.observe %0 {name = \"t\"} : tensor<2xf32>\n");
  EXPECT_EQ(fingerprint(network("dense<1.0>")), fingerprint(observed));
}

} // namespace
