//===- EmitTest.cpp - Forms of machine code -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Emit/Emit.h"
#include "quantc/InitAllDialects.h"
#include "quantc/Pipelines/Pipelines.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ObjectFile.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

using namespace quantc;
using testing::HasSubstr;

static constexpr llvm::StringLiteral network = R"(
func.func @main(%x: tensor<1x8x8x4xi8> {ptq.name = "x"}) -> tensor<1x4x4x4xi8> {
  %0 = tosa.max_pool2d %x {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x8x8x4xi8>) -> tensor<1x4x4x4xi8>
  return %0 : tensor<1x4x4x4xi8>
}
)";

/// Float functions, and copies of whole tensors.
static constexpr llvm::StringLiteral floatNetwork = R"(
func.func @main(%x: tensor<64x64xf32>) -> (tensor<64x64xf32>, tensor<64x64xf32>) {
  %0 = tosa.exp %x : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %1 = tosa.tanh %0 : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %2 = tosa.erf %1 : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %3 = tosa.floor %2 : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %4 = tosa.pow %3, %x : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>
  return %4, %x : tensor<64x64xf32>, tensor<64x64xf32>
}
)";

namespace {
class EmitTest : public testing::Test {
protected:
  EmitTest() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
  }

  mlir::OwningOpRef<mlir::ModuleOp> compile(llvm::StringRef source,
                                            const TargetDescription &target) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    mlir::PassManager pm(&context);
    populateCodegenPipeline(pm, {target, "net"});
    if (!module || failed(pm.run(*module)))
      return nullptr;
    return module;
  }

  /// The network in one of the forms, for a target.
  std::string emitAs(EmitKind kind, llvm::StringRef source,
                     llvm::StringRef triple = "", llvm::StringRef cpu = "") {
    TargetDescription target = llvm::cantFail(describeTarget(triple, cpu, ""));
    auto module = compile(source, target);
    llvm::SmallVector<char, 0> bytes;
    llvm::raw_svector_ostream os(bytes);
    EXPECT_TRUE(module && succeeded(emit(*module, target, kind, os)));
    return os.str().str();
  }

  mlir::MLIRContext context;
};
} // namespace

/// Names of symbols that the object wants from others.
static std::vector<std::string> undefinedSymbols(llvm::StringRef object) {
  auto file = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(object, "o")));
  std::vector<std::string> names;
  for (const llvm::object::SymbolRef &symbol : file->symbols())
    if (llvm::cantFail(symbol.getFlags()) &
        llvm::object::SymbolRef::SF_Undefined)
      if (llvm::StringRef name = llvm::cantFail(symbol.getName());
          !name.empty())
        names.push_back(name.str());
  return names;
}

/// Sizes of sections that a program could write to.
static uint64_t writableBytes(llvm::StringRef object) {
  auto file = llvm::cantFail(llvm::object::ObjectFile::createObjectFile(
      llvm::MemoryBufferRef(object, "o")));
  uint64_t bytes = 0;
  for (const llvm::object::SectionRef &section : file->sections())
    if (section.isData() || section.isBSS())
      if (auto name = llvm::cantFail(section.getName());
          !name.starts_with(".rodata"))
        bytes += section.getSize();
  return bytes;
}

struct Machine {
  const char *triple, *cpu;
};
class ObjectTest : public EmitTest,
                   public testing::WithParamInterface<Machine> {};

TEST_P(ObjectTest, NeedsNothing) {
  for (llvm::StringRef source : {network, floatNetwork}) {
    std::string object =
        emitAs(EmitKind::Object, source, GetParam().triple, GetParam().cpu);
    EXPECT_THAT(undefinedSymbols(object), testing::IsEmpty());
    EXPECT_EQ(writableBytes(object), 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Targets, ObjectTest,
    testing::Values(Machine{"x86_64-linux-gnu", "x86-64"},
                    Machine{"x86_64-linux-gnu", "x86-64-v4"},
                    Machine{"aarch64-linux-gnu", "generic"},
                    Machine{"riscv64", ""}));

TEST_F(EmitTest, Archive) {
  std::string bytes = emitAs(EmitKind::StaticLibrary, network);
  auto archive = llvm::cantFail(
      llvm::object::Archive::create(llvm::MemoryBufferRef(bytes, "a")));
  llvm::Error error = llvm::Error::success();
  for (const auto &child : archive->children(error))
    EXPECT_EQ(llvm::cantFail(child.getName()), "net.o");
  llvm::cantFail(std::move(error));
  EXPECT_TRUE(llvm::cantFail(archive->findSym("net_run")));
}

TEST_F(EmitTest, Text) {
  EXPECT_THAT(emitAs(EmitKind::Assembly, network), HasSubstr("net_run:"));
  EXPECT_THAT(emitAs(EmitKind::LLVM, network), HasSubstr("@net_run(ptr"));
}

TEST_F(EmitTest, SelftestComparesEveryByte) {
  TargetDescription host = llvm::cantFail(describeTarget("", "", ""));
  Array input = Array::zeros(ElementType::Int8, {1, 8, 8, 4});
  for (size_t i = 0; i < input.bytes.size(); ++i)
    input.bytes[i] = static_cast<uint8_t>(i % 100);
  Array output = Array::zeros(ElementType::Int8, {1, 4, 4, 4});
  for (int y = 0; y < 4; ++y)
    for (int x = 0; x < 4; ++x)
      for (int c = 0; c < 4; ++c) {
        uint8_t &max = output.bytes[(y * 4 + x) * 4 + c];
        for (int dy = 0; dy < 2; ++dy)
          for (int dx = 0; dx < 2; ++dx)
            max = std::max(
                max, input.bytes[((2 * y + dy) * 8 + 2 * x + dx) * 4 + c]);
      }
  for (bool isWrong : {false, true}) {
    output.bytes.back() ^= isWrong;
    auto module = compile(network, host);
    ASSERT_TRUE(module);
    int64_t bytesBefore = getInterface(*module)->arenaBytes;
    ASSERT_TRUE(succeeded(addSelftest(*module, {input}, {output})));
    ModelInterface interface = *getInterface(*module);
    EXPECT_TRUE(interface.selftest);
    EXPECT_EQ(interface.arenaBytes, bytesBefore + 64);

    llvm::SmallString<128> path;
    int descriptor = -1;
    ASSERT_FALSE(
        llvm::sys::fs::createTemporaryFile("net", "so", descriptor, path));
    llvm::FileRemover remover(path);
    {
      llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
      ASSERT_TRUE(succeeded(emit(*module, host, EmitKind::SharedLibrary, os)));
    }
    auto library = llvm::sys::DynamicLibrary::getLibrary(path.c_str());
    ASSERT_TRUE(library.isValid());
    auto selftest = reinterpret_cast<int (*)(void *)>(
        library.getAddressOfSymbol("net_selftest"));
    ASSERT_TRUE(selftest);
    alignas(64) static char arena[4096];
    ASSERT_LE(interface.arenaBytes, 4096);
    EXPECT_EQ(selftest(arena), isWrong ? 4 : 0);
    EXPECT_EQ(selftest(nullptr), 1);
    EXPECT_EQ(selftest(arena + 8), 3);
    llvm::sys::DynamicLibrary::closeLibrary(library);
  }
}

TEST_F(EmitTest, SelftestArraysMustFit) {
  TargetDescription host = llvm::cantFail(describeTarget("", "", ""));
  auto module = compile(network, host);
  mlir::ScopedDiagnosticHandler silence(
      &context, [](mlir::Diagnostic &) { return mlir::success(); });
  Array wrong = Array::zeros(ElementType::Int8, {2});
  EXPECT_TRUE(failed(addSelftest(*module, {wrong}, {wrong})));
  EXPECT_TRUE(failed(addSelftest(*module, {}, {})));
}
