//===- TargetTest.cpp - Descriptions of CPUs -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Target/Target.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using testing::HasSubstr;

static TargetDescription describe(llvm::StringRef triple, llvm::StringRef cpu,
                                  llvm::StringRef features = "") {
  llvm::Expected<TargetDescription> target =
      describeTarget(triple, cpu, features);
  EXPECT_TRUE(static_cast<bool>(target)) << llvm::toString(target.takeError());
  return *target;
}

static std::string errorOf(llvm::StringRef triple, llvm::StringRef cpu,
                           llvm::StringRef features = "") {
  llvm::Expected<TargetDescription> target =
      describeTarget(triple, cpu, features);
  EXPECT_FALSE(static_cast<bool>(target));
  return llvm::toString(target.takeError());
}

TEST(Target, X86Levels) {
  TargetDescription baseline = describe("x86_64-linux-gnu", "x86-64");
  EXPECT_EQ(baseline.vectorBits, 128u);
  EXPECT_EQ(baseline.vectorRegisters, 16u);
  EXPECT_EQ(baseline.dot, DotKind::Signed16x2);
  EXPECT_EQ(baseline.dotFeature, "sse2");
  EXPECT_FALSE(baseline.convertsHalf);

  TargetDescription v3 = describe("x86_64-linux-gnu", "x86-64-v3");
  EXPECT_EQ(v3.vectorBits, 256u);
  EXPECT_EQ(v3.dotFeature, "avx2");
  EXPECT_TRUE(v3.convertsHalf);

  TargetDescription v4 = describe("x86_64-linux-gnu", "x86-64-v4");
  EXPECT_EQ(v4.vectorBits, 512u);
  EXPECT_EQ(v4.vectorRegisters, 32u);
  EXPECT_EQ(v4.dotFeature, "avx512bw");
}

TEST(Target, X86DotProducts) {
  TargetDescription vnni =
      describe("x86_64-linux-gnu", "x86-64-v4", "+avx512vnni");
  EXPECT_EQ(vnni.dot, DotKind::UnsignedSigned4);
  EXPECT_EQ(vnni.dotFeature, "avx512vnni");
  TargetDescription avx = describe("x86_64-linux-gnu", "x86-64-v3", "+avxvnni");
  EXPECT_EQ(avx.dot, DotKind::UnsignedSigned4);
  EXPECT_EQ(avx.dotFeature, "avxvnni");
  EXPECT_EQ(avx.vectorBits, 256u);
}

TEST(Target, Lookups) {
  auto expect = [](const TargetDescription &target, llvm::StringRef feature,
                   unsigned lanes) {
    EXPECT_EQ(target.lookupFeature, feature);
    EXPECT_EQ(target.lookupLanes, lanes);
  };
  expect(describe("x86_64-linux-gnu", "x86-64"), "", 0);
  expect(describe("x86_64-linux-gnu", "x86-64-v2"), "", 0);
  expect(describe("x86_64-linux-gnu", "cascadelake"), "avx2", 32);
  expect(describe("x86_64-linux-gnu", "icelake-server"), "avx512vbmi", 64);
  expect(describe("aarch64", ""), "neon", 16);
  expect(describe("riscv64", ""), "", 0);
}

TEST(Target, AArch64) {
  TargetDescription neon = describe("aarch64", "");
  EXPECT_EQ(neon.cpu, "generic");
  EXPECT_EQ(neon.vectorBits, 128u);
  EXPECT_EQ(neon.vectorRegisters, 32u);
  EXPECT_EQ(neon.dot, DotKind::Widening);
  EXPECT_TRUE(neon.convertsHalf);
  TargetDescription dotprod =
      describe("aarch64-linux-gnu", "generic", "+dotprod");
  EXPECT_EQ(dotprod.dot, DotKind::Signed4);
  EXPECT_EQ(dotprod.dotFeature, "sdot");
  EXPECT_EQ(describe("aarch64", "cortex-a76").dot, DotKind::Signed4);
}

TEST(Target, BareArchitectureIsLinux) {
  EXPECT_EQ(describe("riscv64", "").triple, "riscv64-unknown-linux-gnu");
  EXPECT_EQ(describe("riscv64", "").cpu, "generic-rv64");
}

TEST(Target, HostIsTheDefault) {
  TargetDescription host = describe("", "");
  EXPECT_FALSE(host.cpu.empty());
  EXPECT_EQ(host.triple, describe("native", "native").triple);
  EXPECT_EQ(host.features, describe("", "native").features);
}

TEST(Target, OnlyCPUs) {
  for (const char *triple : {"amdgcn", "amdgcn-amd-amdhsa", "nvptx64", "r600",
                             "spirv", "spirv64", "bpf"})
    EXPECT_THAT(errorOf(triple, ""), HasSubstr("is not a CPU")) << triple;
}

TEST(Target, X86Modes) {
  for (const char *cpu : {"i386", "pentium4", "athlon"})
    EXPECT_THAT(errorOf("x86_64", cpu), HasSubstr("has no 64-bit mode")) << cpu;
  EXPECT_THAT(errorOf("x86_64", "x86-64", "-64bit"),
              HasSubstr("has no 64-bit mode"));
  EXPECT_THAT(errorOf("x86_64", "x86-64", "-64bit-mode"),
              HasSubstr("--target=x86_64"));
  EXPECT_EQ(describe("i686", "i386").dot, DotKind::Widening);
  EXPECT_EQ(describe("i686", "i386").vectorRegisters, 8u);
}

TEST(Target, SoftFloatHasNoVectors) {
  TargetDescription soft = describe("x86_64", "icelake-server", "+soft-float");
  EXPECT_EQ(soft.dot, DotKind::Widening);
  EXPECT_EQ(soft.lookupLanes, 0u);
  EXPECT_FALSE(soft.convertsHalf);
  EXPECT_EQ(soft.vectorBits, 128u);
  EXPECT_EQ(soft.features, "+soft-float,-sse");
}

TEST(Target, UnknownNamesListWhatIsKnown) {
  EXPECT_THAT(errorOf("toaster", ""),
              HasSubstr("unknown target 'toaster'; known architectures: "));
  EXPECT_THAT(errorOf("toaster", ""), HasSubstr("aarch64"));
  EXPECT_THAT(errorOf("x86_64", "i9"), HasSubstr("unknown CPU 'i9'"));
  EXPECT_THAT(errorOf("x86_64", "i9"), HasSubstr("x86-64-v3"));
  EXPECT_THAT(errorOf("x86_64", "x86-64", "+avx9"),
              HasSubstr("unknown feature 'avx9'"));
  EXPECT_THAT(errorOf("x86_64", "x86-64", "+avx9"), HasSubstr("avx512vnni"));
  EXPECT_THAT(errorOf("x86_64", "x86-64", "avx2"),
              HasSubstr("write +avx2 or -avx2"));
  EXPECT_THAT(errorOf("riscv64", "native"), HasSubstr("name a CPU"));
}
