//===- EvaluatePointwise.cpp - Functions of one real number -*- C++ -*-===//
//
// Part of quantc, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quantc/Dialect/PTQ/IR/PTQ.h"
#include "quantc/Dialect/PTQ/IR/Pointwise.h"

#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace quantc;
using namespace quantc::ptq;

namespace {
/// An elementwise operation as a function of the elements at one position.
using Function = std::function<double(ArrayRef<double>)>;
} // namespace

static Function unary(double (*function)(double)) {
  return [function](ArrayRef<double> x) { return function(x[0]); };
}

static Function binary(double (*function)(double, double)) {
  return [function](ArrayRef<double> x) { return function(x[0], x[1]); };
}

/// TOSA propagates NaN in minimum, maximum and clamp unless told otherwise;
/// std::fmin and std::fmax ignore it.
template <typename OpTy>
static bool propagatesNaN(OpTy op) {
  return op.getNanMode() == tosa::NanPropagationMode::PROPAGATE;
}

static Function clampFunction(tosa::ClampOp op) {
  auto min = dyn_cast<FloatAttr>(op.getMinValAttr());
  auto max = dyn_cast<FloatAttr>(op.getMaxValAttr());
  if (!min || !max)
    return {};
  return [low = min.getValueAsDouble(), high = max.getValueAsDouble(),
          propagate = propagatesNaN(op)](ArrayRef<double> x) {
    if (std::isnan(x[0]))
      return propagate ? x[0] : low;
    return std::min(std::max(x[0], low), high);
  };
}

/// minimum and maximum.
template <typename OpTy>
static Function extremum(OpTy op, double (*function)(double, double)) {
  return [function, propagate = propagatesNaN(op)](ArrayRef<double> x) {
    if (propagate && (std::isnan(x[0]) || std::isnan(x[1])))
      return std::nan("");
    return function(x[0], x[1]);
  };
}

static Function getUnaryFunction(Operation *op) {
  return TypeSwitch<Operation *, Function>(op)
      .Case([](tosa::AbsOp) { return unary(std::fabs); })
      .Case([](tosa::CeilOp) { return unary(std::ceil); })
      .Case([](tosa::CosOp) { return unary(std::cos); })
      .Case([](tosa::ErfOp) { return unary(std::erf); })
      .Case([](tosa::ExpOp) { return unary(std::exp); })
      .Case([](tosa::FloorOp) { return unary(std::floor); })
      .Case([](tosa::IdentityOp) { return unary([](double x) { return x; }); })
      .Case([](tosa::LogOp) { return unary(std::log); })
      .Case([](tosa::LogicalNotOp) {
        return unary([](double x) { return double(x == 0); });
      })
      .Case([](tosa::NegateOp) { return unary([](double x) { return -x; }); })
      .Case([](tosa::ReciprocalOp) {
        return unary([](double x) { return 1.0 / x; });
      })
      .Case([](tosa::RsqrtOp) {
        return unary([](double x) { return 1.0 / std::sqrt(x); });
      })
      .Case([](tosa::SigmoidOp) {
        return unary([](double x) { return 1.0 / (1.0 + std::exp(-x)); });
      })
      .Case([](tosa::SinOp) { return unary(std::sin); })
      .Case([](tosa::TanhOp) { return unary(std::tanh); })
      .Case([](tosa::ClampOp op) { return clampFunction(op); })
      .Default(Function());
}

static Function getBinaryFunction(Operation *op) {
  return TypeSwitch<Operation *, Function>(op)
      .Case([](tosa::AddOp) {
        return binary([](double x, double y) { return x + y; });
      })
      .Case([](tosa::EqualOp) {
        return binary([](double x, double y) { return double(x == y); });
      })
      .Case([](tosa::GreaterOp) {
        return binary([](double x, double y) { return double(x > y); });
      })
      .Case([](tosa::GreaterEqualOp) {
        return binary([](double x, double y) { return double(x >= y); });
      })
      .Case([](tosa::LogicalAndOp) {
        return binary([](double x, double y) { return double(x && y); });
      })
      .Case([](tosa::LogicalOrOp) {
        return binary([](double x, double y) { return double(x || y); });
      })
      .Case([](tosa::LogicalXorOp) {
        return binary([](double x, double y) { return double(x != y); });
      })
      .Case([](tosa::MaximumOp op) { return extremum(op, std::fmax); })
      .Case([](tosa::MinimumOp op) { return extremum(op, std::fmin); })
      .Case([](tosa::MulOp) {
        return binary([](double x, double y) { return x * y; });
      })
      .Case([](tosa::PowOp) { return binary(std::pow); })
      .Case([](tosa::SubOp) {
        return binary([](double x, double y) { return x - y; });
      })
      .Default(Function());
}

/// The function of `op`, or null. Arithmetic is that of real numbers, so
/// integer tensors have none.
static Function getFunction(Operation *op) {
  for (Type type : op->getOperandTypes())
    if (Type element = getElementTypeOrSelf(type);
        !element.isF32() && !element.isInteger(1) && !isa<tosa::MulOp>(op))
      return {};
  if (op->getNumResults() != 1 ||
      (isa<tosa::MulOp>(op) && !getElementTypeOrSelf(op->getResult(0)).isF32()))
    return {};
  if (isa<tosa::SelectOp>(op))
    return [](ArrayRef<double> x) { return x[0] != 0 ? x[1] : x[2]; };
  if (Function function = getUnaryFunction(op))
    return function;
  return getBinaryFunction(op);
}

bool ptq::isPointwiseOp(Operation *op) { return bool(getFunction(op)); }

/// The number of operands that are values; zero points and shifts follow.
static unsigned getArity(Operation *op) {
  if (isa<tosa::SelectOp>(op))
    return 3;
  return isa<tosa::NegateOp>(op) || op->getNumOperands() == 1 ? 1 : 2;
}

namespace {
/// Values over all inputs at once, each computed once.
class Evaluator {
public:
  Evaluator(Value argument, ArrayRef<double> inputs) : count(inputs.size()) {
    values[argument].assign(inputs.begin(), inputs.end());
  }

  LogicalResult compute(Value value) {
    if (values.contains(value))
      return success();
    Operation *op = value.getDefiningOp();
    if (!op)
      return failure();
    DenseElementsAttr constant;
    if (matchPattern(op, m_Constant(&constant)))
      return computeConstant(value, constant);
    Function function = getFunction(op);
    if (!function)
      return failure();
    auto operands = op->getOperands().take_front(getArity(op));
    for (Value operand : operands)
      if (failed(compute(operand)))
        return failure();
    SmallVector<double> results;
    for (size_t i = 0; i < count; ++i)
      results.push_back(function(llvm::map_to_vector<3>(
          operands, [&](Value operand) { return values[operand][i]; })));
    values[value] = std::move(results);
    return success();
  }

  SmallVector<double> take(Value value) { return std::move(values[value]); }

private:
  LogicalResult computeConstant(Value value, DenseElementsAttr constant) {
    if (!constant.isSplat())
      return failure();
    double splat;
    if (isa<FloatType>(constant.getElementType()))
      splat = constant.getSplatValue<APFloat>().convertToDouble();
    else if (constant.getElementType().isInteger(1))
      splat = constant.getSplatValue<bool>();
    else
      return failure();
    values[value].assign(count, splat);
    return success();
  }

  size_t count;
  DenseMap<Value, SmallVector<double>> values;
};
} // namespace

FailureOr<SmallVector<double>>
ptq::evaluatePointwise(Value result, Value argument, ArrayRef<double> inputs) {
  Evaluator evaluator(argument, inputs);
  if (failed(evaluator.compute(result)))
    return failure();
  return evaluator.take(result);
}
