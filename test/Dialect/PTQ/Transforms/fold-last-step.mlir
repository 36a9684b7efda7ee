// The step that a recurrent layer visits last is its last state (ptq-simplify).
// RUN: quant-opt %s --ptq-simplify --split-input-file | FileCheck %s

// Batch first, as PyTorch writes it.
// CHECK-LABEL: func.func @last
// CHECK: %[[SEQUENCE:.*]], %[[HIDDEN:.*]] = ptq.gru
// CHECK: %[[LAST:.*]] = tosa.reshape %[[HIDDEN]],
// CHECK-SAME: ptq.name = "last"
// CHECK: return %[[LAST]]
func.func @last(%x: tensor<5x2x3xf32>, %w: tensor<12x3xf32>, %r: tensor<12x4xf32>) -> tensor<2x1x4xf32> {
  %start = tosa.const_shape {values = dense<[0, 4, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %size = tosa.const_shape {values = dense<[2, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %y, %h = ptq.gru %x weights(%w, %r) : (tensor<5x2x3xf32>, tensor<12x3xf32>, tensor<12x4xf32>) -> (tensor<5x2x4xf32>, tensor<2x4xf32>)
  %0 = tosa.transpose %y {perms = array<i32: 1, 0, 2>} : (tensor<5x2x4xf32>) -> tensor<2x5x4xf32>
  %1 = tosa.slice %0, %start, %size {ptq.name = "last"} : (tensor<2x5x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<2x1x4xf32>
  return %1 : tensor<2x1x4xf32>
}

// -----

// A reversed layer ends at the first step; a batch of 1 makes transposes reshapes.
// CHECK-LABEL: func.func @reverse
// CHECK: %[[SEQUENCE:.*]], %[[HIDDEN:.*]], %[[CELL:.*]] = ptq.lstm
// CHECK: tosa.reshape %[[HIDDEN]],
// CHECK-NOT: tosa.slice
func.func @reverse(%x: tensor<5x1x3xf32>, %w: tensor<16x3xf32>, %r: tensor<16x4xf32>) -> tensor<1x1x4xf32> {
  %shape = tosa.const_shape {values = dense<[1, 5, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %start = tosa.const_shape {values = dense<0> : tensor<3xindex>} : () -> !tosa.shape<3>
  %size = tosa.const_shape {values = dense<[1, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %y, %h, %c = ptq.lstm %x weights(%w, %r) {reverse} : (tensor<5x1x3xf32>, tensor<16x3xf32>, tensor<16x4xf32>) -> (tensor<5x1x4xf32>, tensor<1x4xf32>, tensor<1x4xf32>)
  %0 = tosa.reshape %y, %shape : (tensor<5x1x4xf32>, !tosa.shape<3>) -> tensor<1x5x4xf32>
  %1 = tosa.slice %0, %start, %size : (tensor<1x5x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x1x4xf32>
  return %1 : tensor<1x1x4xf32>
}

// -----

// Neither another step, nor a part of the batch, nor a batch behind the elements.
// CHECK-LABEL: func.func @others
// CHECK-COUNT-3: tosa.slice
func.func @others(%x: tensor<5x2x3xf32>, %w: tensor<4x3xf32>, %r: tensor<4x4xf32>) -> (tensor<1x2x4xf32>, tensor<1x1x4xf32>, tensor<1x4x2xf32>) {
  %start = tosa.const_shape {values = dense<[3, 0, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %last = tosa.const_shape {values = dense<[4, 0, 0]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %row = tosa.const_shape {values = dense<[1, 2, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %one = tosa.const_shape {values = dense<[1, 1, 4]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %turned = tosa.const_shape {values = dense<[1, 4, 2]> : tensor<3xindex>} : () -> !tosa.shape<3>
  %y, %h = ptq.rnn %x weights(%w, %r) : (tensor<5x2x3xf32>, tensor<4x3xf32>, tensor<4x4xf32>) -> (tensor<5x2x4xf32>, tensor<2x4xf32>)
  %0 = tosa.slice %y, %start, %row : (tensor<5x2x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x2x4xf32>
  %1 = tosa.slice %y, %last, %one : (tensor<5x2x4xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x1x4xf32>
  %t = tosa.transpose %y {perms = array<i32: 0, 2, 1>} : (tensor<5x2x4xf32>) -> tensor<5x4x2xf32>
  %2 = tosa.slice %t, %last, %turned : (tensor<5x4x2xf32>, !tosa.shape<3>, !tosa.shape<3>) -> tensor<1x4x2xf32>
  return %0, %1, %2 : tensor<1x2x4xf32>, tensor<1x1x4xf32>, tensor<1x4x2xf32>
}
