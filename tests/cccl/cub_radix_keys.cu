// CUB's radix sort of small and signed keys, up and down.
#include <algorithm>
#include <cub/cub.cuh>
#include <functional>

#include "cub_check.h"

template <typename T>
void Sort(const char* type) {
  for (int n : {0, 1, 33, 1025, 40009}) {
    std::vector<T> keys = check::Random<T>(n, 6, -(1LL << 40), 1LL << 40);
    check::Device<T> in(n + 1), out(n + 1);
    in.Set(keys);
    RUN_CUB(cub::DeviceRadixSort::SortKeys, in.get(), out.get(), n);
    std::sort(keys.begin(), keys.end());
    check::Equal(type, check::Front(out, n), keys);
    RUN_CUB(cub::DeviceRadixSort::SortKeysDescending, in.get(), out.get(), n);
    std::sort(keys.begin(), keys.end(), std::greater<T>());
    check::Equal(type, check::Front(out, n), keys);
  }
}

int main() {
  Sort<unsigned char>("unsigned char");
  Sort<short>("short");
  Sort<int>("int");
  return check::Finish("cub_radix_keys");
}
