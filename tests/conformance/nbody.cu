// All-pairs gravity: bodies of a tile are staged in shared memory, several time steps, against double precision.
#include <utility>

#include "check.h"

constexpr int kTile = 64;

__global__ void Step(const float4* position, float4* next, float4* velocity, int n, float dt) {
  __shared__ float4 tile[kTile];
  int i = blockIdx.x * kTile + threadIdx.x;
  float4 me = i < n ? position[i] : make_float4(0, 0, 0, 0);
  float ax = 0, ay = 0, az = 0;
  for (int base = 0; base < n; base += kTile) {
    int j = base + threadIdx.x;
    tile[threadIdx.x] = j < n ? position[j] : make_float4(0, 0, 0, 0);  // mass 0: no pull
    __syncthreads();
    for (int k = 0; k < kTile; ++k) {
      float4 other = tile[k];
      float dx = other.x - me.x, dy = other.y - me.y, dz = other.z - me.z;
      float inverse = rsqrtf(dx * dx + dy * dy + dz * dz + 0.01f);
      float pull = other.w * inverse * inverse * inverse;
      ax += dx * pull, ay += dy * pull, az += dz * pull;
    }
    __syncthreads();
  }
  if (i >= n) return;
  float4 v = velocity[i];
  v.x += ax * dt, v.y += ay * dt, v.z += az * dt;
  velocity[i] = v;
  next[i] = make_float4(me.x + v.x * dt, me.y + v.y * dt, me.z + v.z * dt, me.w);
}

int main() {
  const int n = 200, steps = 3;
  const float dt = 0.01f;
  std::vector<float> raw = check::UniformVector(4 * n, 3, -1, 1);
  for (int i = 0; i < n; ++i) raw[4 * i + 3] = std::fabs(raw[4 * i + 3]);
  check::Device<float> a(raw), b(4 * n), velocity(4 * n);
  velocity.Zero();
  float *from = a, *to = b;
  for (int s = 0; s < steps; ++s) {
    Step<<<(n + kTile - 1) / kTile, kTile>>>(reinterpret_cast<float4*>(from), reinterpret_cast<float4*>(to),
                                             reinterpret_cast<float4*>(velocity.get()), n, dt);
    std::swap(from, to);
  }
  CHECK_LAUNCH();
  std::vector<double> p(raw.begin(), raw.end()), v(4 * n, 0), q;
  for (int s = 0; s < steps; ++s) {
    q = p;
    for (int i = 0; i < n; ++i) {
      double acceleration[3] = {};
      for (int j = 0; j < n; ++j) {
        double d[3], square = 0.01f;
        for (int c = 0; c < 3; ++c) d[c] = p[4 * j + c] - p[4 * i + c], square += d[c] * d[c];
        double pull = p[4 * j + 3] / (square * std::sqrt(square));
        for (int c = 0; c < 3; ++c) acceleration[c] += d[c] * pull;
      }
      for (int c = 0; c < 3; ++c) {
        v[4 * i + c] += acceleration[c] * dt;
        q[4 * i + c] = p[4 * i + c] + v[4 * i + c] * dt;
      }
    }
    p = q;
  }
  check::Device<float>& last = steps % 2 ? b : a;
  check::Near("position", last.Get(), p, 2e-5, 2e-5);
  check::Near("velocity", velocity.Get(), v, 1e-3, 1e-4);
  return check::Finish("nbody");
}
