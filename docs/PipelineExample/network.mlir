// The network that docs/Pipeline.md follows: a 1x1 convolution with batch norm and
// ReLU6, max pooling, and SiLU (x * sigmoid(x)).
module {
  func.func @tiny(%image: tensor<1x4x4x2xf32> loc("image")) -> tensor<1x2x2x2xf32> {
    %weights = "tosa.const"() <{values = dense<[[[[0.5, -1.25]]], [[[8.0, 3.0]]]]> : tensor<2x1x1x2xf32>}> : () -> tensor<2x1x1x2xf32> loc("conv/weights")
    %bias = "tosa.const"() <{values = dense<[0.125, -0.5]> : tensor<2xf32>}> : () -> tensor<2xf32> loc("conv/bias")
    %zero = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32> loc("zero_point")
    %conv = tosa.conv2d %image, %weights, %bias, %zero, %zero {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>} : (tensor<1x4x4x2xf32>, tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x2xf32> loc("conv")
    %scale = "tosa.const"() <{values = dense<[[[[2.0, 0.25]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32> loc("norm/scale")
    %offset = "tosa.const"() <{values = dense<[[[[0.5, 1.0]]]]> : tensor<1x1x1x2xf32>}> : () -> tensor<1x1x1x2xf32> loc("norm/offset")
    %shift = "tosa.const"() <{values = dense<0> : tensor<1xi8>}> : () -> tensor<1xi8> loc("shift")
    %mul = tosa.mul %conv, %scale, %shift : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>, tensor<1xi8>) -> tensor<1x4x4x2xf32> loc("norm/mul")
    %norm = tosa.add %mul, %offset : (tensor<1x4x4x2xf32>, tensor<1x1x1x2xf32>) -> tensor<1x4x4x2xf32> loc("norm")
    %relu6 = tosa.clamp %norm {min_val = 0.0 : f32, max_val = 6.0 : f32} : (tensor<1x4x4x2xf32>) -> tensor<1x4x4x2xf32> loc("relu6")
    %pool = tosa.max_pool2d %relu6 {kernel = array<i64: 2, 2>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 2, 2>} : (tensor<1x4x4x2xf32>) -> tensor<1x2x2x2xf32> loc("pool")
    %sigmoid = tosa.sigmoid %pool : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32> loc("silu/sigmoid")
    %silu = tosa.mul %pool, %sigmoid, %shift : (tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>, tensor<1xi8>) -> tensor<1x2x2x2xf32> loc("silu")
    return %silu : tensor<1x2x2x2xf32> loc("tiny")
  } loc("tiny")
} loc("tiny")
