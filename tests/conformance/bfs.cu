// Breadth-first search with a frontier queue (atomics that append, a host loop that reads the queue length), and
// connected components by label propagation until nothing changes.
#include <queue>

#include "check.h"

__global__ void Expand(const int* start, const int* edge, int* depth, const int* frontier, int count, int* next,
                       int* next_count, int level) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i >= count) return;
  int node = frontier[i];
  for (int e = start[node]; e < start[node + 1]; ++e) {
    int to = edge[e];
    if (atomicCAS(&depth[to], -1, level + 1) == -1) next[atomicAdd(next_count, 1)] = to;
  }
}

__global__ void Propagate(const int* start, const int* edge, int* label, int nodes, int* changed) {
  int node = blockIdx.x * blockDim.x + threadIdx.x;
  if (node >= nodes) return;
  int least = label[node];
  for (int e = start[node]; e < start[node + 1]; ++e) least = min(least, label[edge[e]]);
  if (least < label[node]) {
    atomicMin(&label[node], least);
    *changed = 1;
  }
}

int main() {
  const int nodes = 3000;
  std::vector<std::vector<int>> graph(nodes);
  for (int i = 0; i < nodes; ++i) {  // a graph in two halves that do not touch, so that some nodes stay unreached
    for (int k = 0; k < int(check::Hash32(i) % 4); ++k) {
      int half = i / 1500 * 1500, to = half + int(check::Hash32(i * 16 + k + 99) % 1500);
      graph[i].push_back(to);
      graph[to].push_back(i);
    }
  }
  std::vector<int> start(1, 0), edge, want(nodes, -1);
  for (const auto& list : graph) {
    edge.insert(edge.end(), list.begin(), list.end());
    start.push_back(int(edge.size()));
  }
  std::queue<int> queue;
  for (queue.push(0), want[0] = 0; !queue.empty(); queue.pop()) {
    for (int to : graph[queue.front()]) {
      if (want[to] == -1) want[to] = want[queue.front()] + 1, queue.push(to);
    }
  }
  std::vector<int> depth(nodes, -1);
  depth[0] = 0;
  check::Device<int> dstart(start), dedge(edge), ddepth(depth), a(nodes), b(nodes), length(1);
  a.Zero();
  int *from = a, *to = b, count = 1;
  for (int level = 0; count > 0; ++level) {
    length.Zero();
    Expand<<<(count + 63) / 64, 64>>>(dstart, dedge, ddepth, from, count, to, length, level);
    CHECK_LAUNCH();
    count = length.Get()[0];
    int* swap = from;
    from = to;
    to = swap;
  }
  check::Equal("depth", ddepth.Get(), want);

  std::vector<int> label(nodes);
  for (int i = 0; i < nodes; ++i) label[i] = i;
  check::Device<int> dlabel(label), changed(1);
  int rounds = 0, again = 1;
  for (; again && rounds < nodes; ++rounds) {
    changed.Zero();
    Propagate<<<(nodes + 95) / 96, 96>>>(dstart, dedge, dlabel, nodes, changed);
    again = changed.Get()[0];
  }
  std::vector<int> component(nodes, -1);
  for (int root = 0; root < nodes; ++root) {
    if (component[root] != -1) continue;
    component[root] = root;
    for (queue.push(root); !queue.empty(); queue.pop()) {
      for (int next : graph[queue.front()]) {
        if (component[next] == -1) component[next] = root, queue.push(next);
      }
    }
  }
  check::Equal("component", dlabel.Get(), component);
  return check::Finish("bfs");
}
