// RUN: quant-opt %s --quantc-fuse-elementwise | FileCheck %s
// RUN: %python -c "print('func.func @long(%%x: tensor<4xf32>) -> tensor<4xf32> {')" > %t.mlir
// RUN: %python -c "[print(f'%%{i + 1} = math.tanh %%{i if i else \"x\"} : tensor<4xf32>') for i in range(64)]" >> %t.mlir
// RUN: %python -c "print('return %%64 : tensor<4xf32> }')" >> %t.mlir
// RUN: quant-opt %t.mlir --convert-elementwise-to-linalg --quantc-fuse-elementwise | FileCheck %s --check-prefix=LONG

#id = affine_map<(i) -> (i)>

// CHECK-LABEL: @short
// CHECK: linalg.generic
// CHECK: math.absf
// CHECK-NEXT: arith.negf
// CHECK-NOT: linalg.generic
func.func @short(%x: tensor<4xf32>) -> tensor<4xf32> {
  %init = tensor.empty() : tensor<4xf32>
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = math.absf %a : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]}
      ins(%0 : tensor<4xf32>) outs(%init : tensor<4xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.negf %a : f32
    linalg.yield %r : f32
  } -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// Functions count as 16 operations: at most 16 of them are one loop.
// LONG-LABEL: @long
// LONG-COUNT-4: linalg.generic
// LONG-NOT: linalg.generic
