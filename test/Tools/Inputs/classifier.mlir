// A classifier of 8x8 images with two channels into three classes.
func.func @classifier(%x: tensor<1x8x8x2xf32> {ptq.name = "x"}) -> tensor<1x3xf32> {
  %zp = "tosa.const"() <{values = dense<0.0> : tensor<1xf32>}> : () -> tensor<1xf32>
  %w = "tosa.const"() <{values = dense<[[[[-0.439, 0.417], [0.317, -0.294], [-0.005, -0.061]], [[0.182, 0.346], [-0.487, -0.566], [0.403, -0.081]], [[0.315, -0.597], [-0.066, 0.266], [-0.325, 0.534]]],
    [[[0.482, -0.563], [-0.569, 0.050], [0.527, -0.143]], [[-0.340, -0.093], [-0.565, -0.334], [-0.075, -0.005]], [[-0.320, -0.323], [-0.337, -0.048], [-0.252, -0.574]]],
    [[[0.405, 0.068], [0.171, -0.377], [0.591, 0.432]], [[-0.455, -0.201], [0.266, 0.253], [0.524, -0.093]], [[0.396, 0.204], [-0.236, 0.105], [0.459, 0.415]]],
    [[[0.006, 0.107], [-0.559, -0.309], [0.357, -0.103]], [[-0.392, 0.059], [0.244, 0.209], [-0.150, -0.073]], [[0.010, 0.334], [0.025, -0.128], [-0.012, -0.565]]]]> : tensor<4x3x3x2xf32>}> : () -> tensor<4x3x3x2xf32>
  %b = "tosa.const"() <{values = dense<[-0.183, 0.081, 0.193, 0.037]> : tensor<4xf32>}> : () -> tensor<4xf32>
  %0 = tosa.conv2d %x, %w, %b, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 1, 0, 1>, stride = array<i64: 2, 2>}
    : (tensor<1x8x8x2xf32>, tensor<4x3x3x2xf32>, tensor<4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x4x4x4xf32>
  %1 = tosa.clamp %0 {max_val = 3.40282347E+38 : f32, min_val = 0.0 : f32} : (tensor<1x4x4x4xf32>) -> tensor<1x4x4x4xf32>
  %2 = tosa.avg_pool2d %1, %zp, %zp {acc_type = f32, kernel = array<i64: 4, 4>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x4x4x4xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x4xf32>
  %fw = "tosa.const"() <{values = dense<[[[[-0.426, -1.319, 0.009, 1.928]]], [[[1.082, 0.158, 1.441, -1.071]]], [[[0.055, 1.810, 0.311, -0.163]]]]> : tensor<3x1x1x4xf32>}> : () -> tensor<3x1x1x4xf32>
  %fb = "tosa.const"() <{values = dense<[-0.046, 0.010, 0.091]> : tensor<3xf32>}> : () -> tensor<3xf32>
  %3 = tosa.conv2d %2, %fw, %fb, %zp, %zp {acc_type = f32, dilation = array<i64: 1, 1>, pad = array<i64: 0, 0, 0, 0>, stride = array<i64: 1, 1>}
    : (tensor<1x1x1x4xf32>, tensor<3x1x1x4xf32>, tensor<3xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x3xf32>
  %shape = tosa.const_shape {values = dense<[1, 3]> : tensor<2xindex>} : () -> !tosa.shape<2>
  %4 = tosa.reshape %3, %shape : (tensor<1x1x1x3xf32>, !tosa.shape<2>) -> tensor<1x3xf32>
  return %4 : tensor<1x3xf32>
}
