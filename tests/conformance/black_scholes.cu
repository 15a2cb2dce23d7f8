// European option prices (Black-Scholes formula): logf, expf, sqrtf, divisions and erfcf against double precision.
#include "check.h"

__device__ float NormalCdf(float x) { return 0.5f * erfcf(-x * 0.70710678118654752f); }

__global__ void Price(const float* spot, const float* strike, const float* years, float* call, float* put, int n,
                      float rate, float volatility) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= n) return;
  float root = sqrtf(years[i]), spread = volatility * root;
  float d1 = (logf(spot[i] / strike[i]) + (rate + 0.5f * volatility * volatility) * years[i]) / spread;
  float d2 = d1 - spread, discount = expf(-rate * years[i]);
  call[i] = spot[i] * NormalCdf(d1) - strike[i] * discount * NormalCdf(d2);
  put[i] = strike[i] * discount * NormalCdf(-d2) - spot[i] * NormalCdf(-d1);
}

int main() {
  const int n = 4000;
  const float rate = 0.02f, volatility = 0.3f;
  std::vector<float> spot = check::UniformVector(n, 1, 5, 30), strike = check::UniformVector(n, 2, 1, 100);
  std::vector<float> years = check::UniformVector(n, 3, 0.25f, 10);
  check::Device<float> ds(spot), dk(strike), dy(years), call(n), put(n);
  Price<<<(n + 127) / 128, 128>>>(ds, dk, dy, call, put, n, rate, volatility);
  CHECK_LAUNCH();
  std::vector<double> want_call(n), want_put(n);
  for (int i = 0; i < n; ++i) {
    double s = spot[i], k = strike[i], t = years[i], spread = double(volatility) * std::sqrt(t);
    double d1 = (std::log(s / k) + (rate + 0.5 * volatility * volatility) * t) / spread, d2 = d1 - spread;
    double discount = std::exp(-double(rate) * t);
    auto cdf = [](double x) { return 0.5 * std::erfc(-x * std::sqrt(0.5)); };
    want_call[i] = s * cdf(d1) - k * discount * cdf(d2);
    want_put[i] = k * discount * cdf(-d2) - s * cdf(-d1);
  }
  check::Near("call", call.Get(), want_call, 5e-5, 1e-5);
  check::Near("put", put.Get(), want_put, 5e-5, 1e-5);
  return check::Finish("black_scholes");
}
