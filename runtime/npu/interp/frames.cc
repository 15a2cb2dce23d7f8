// Call frames and the constants in their windows.
#include <algorithm>
#include <cstring>

#include "runtime/npu/interp/state.h"

namespace culvert::npu {
namespace {

using bytecode::ConstantInit;
using bytecode::ConstantKind;

uint64_t ReadParameter(const culvert_launch_state& launch, const ConstantInit& constant) {
  uint64_t value = 0;
  if (constant.value + constant.source_bytes > launch.parameter_bytes)
    return 0;  // verified: cannot happen for a launch that passed its checks
  std::memcpy(&value, launch.parameters + constant.value, constant.source_bytes);
  if (constant.sign_extend) {
    uint32_t shift = 64 - 8 * constant.source_bytes;
    value = static_cast<uint64_t>(static_cast<int64_t>(value << shift) >> shift);
  }
  return value;
}

uint64_t LaneMask(ConstantKind kind, uint32_t lane) {
  uint32_t bit = 1u << lane;
  switch (kind) {
    case ConstantKind::kLaneMaskEq:
      return bit;
    case ConstantKind::kLaneMaskLt:
      return bit - 1;
    case ConstantKind::kLaneMaskLe:
      return bit | (bit - 1);
    case ConstantKind::kLaneMaskGt:
      return ~(bit | (bit - 1));
    default:
      return static_cast<uint32_t>(~(bit - 1));
  }
}

bool VariesByLane(ConstantKind kind) {
  return (kind >= ConstantKind::kTidX && kind <= ConstantKind::kLaneId) ||
         (kind >= ConstantKind::kLaneMaskEq && kind <= ConstantKind::kLaneMaskGe);
}

uint64_t LaneValue(const culvert_launch_state& launch, uint32_t warp, uint32_t lane, ConstantKind kind) {
  uint32_t thread = warp * kWarpLanes + lane;
  switch (kind) {
    case ConstantKind::kTidX:
    case ConstantKind::kTidY:
    case ConstantKind::kTidZ:
      return ThreadIndex(launch.block, thread)[static_cast<size_t>(kind) - static_cast<size_t>(ConstantKind::kTidX)];
    case ConstantKind::kLaneId:
      return lane;
    default:
      return LaneMask(kind, lane);
  }
}

uint64_t UniformValue(const BlockState& block, uint32_t warp, const ConstantInit& constant) {
  const culvert_launch_state& launch = *block.exec.launch;
  const Program& program = block.program->program();
  auto axis = [&](ConstantKind x) { return static_cast<int>(constant.kind) - static_cast<int>(x); };
  switch (constant.kind) {
    case ConstantKind::kBits:
      return constant.value;
    case ConstantKind::kParameter:
      return ReadParameter(launch, constant);
    case ConstantKind::kParameterAddress:
      return launch.parameter_address + constant.value;
    case ConstantKind::kSymbolAddress:
      return block.program->symbol_addresses[constant.symbol] + constant.value;
    case ConstantKind::kFunctionAddress:
      return kFunctionAddressBase + uint64_t{program.function_table[constant.symbol].id} * 16;
    case ConstantKind::kWarpId:
      return warp;
    case ConstantKind::kNwarpId:
      return block.warps.size();
    case ConstantKind::kNtidX:
    case ConstantKind::kNtidY:
    case ConstantKind::kNtidZ:
      return launch.block[axis(ConstantKind::kNtidX)];
    case ConstantKind::kNctaidX:
    case ConstantKind::kNctaidY:
    case ConstantKind::kNctaidZ:
      return launch.grid[axis(ConstantKind::kNctaidX)];
    case ConstantKind::kCtaidX:
    case ConstantKind::kCtaidY:
    case ConstantKind::kCtaidZ:
      return block.block[axis(ConstantKind::kCtaidX)];
    case ConstantKind::kClusterCtaidX:
    case ConstantKind::kClusterCtaidY:
    case ConstantKind::kClusterCtaidZ: {
      int i = axis(ConstantKind::kClusterCtaidX);
      return block.block[i] % launch.cluster[i];
    }
    case ConstantKind::kClusterNctaidX:
    case ConstantKind::kClusterNctaidY:
    case ConstantKind::kClusterNctaidZ:
      return launch.cluster[axis(ConstantKind::kClusterNctaidX)];
    case ConstantKind::kClusterCtaRank: {
      uint64_t rank = 0;
      for (int i = 2; i >= 0; --i) rank = rank * launch.cluster[i] + block.block[i] % launch.cluster[i];
      return rank;
    }
    case ConstantKind::kClusterNctaRank:
      return uint64_t{launch.cluster[0]} * launch.cluster[1] * launch.cluster[2];
    case ConstantKind::kClusteridX:
    case ConstantKind::kClusteridY:
    case ConstantKind::kClusteridZ: {
      int i = axis(ConstantKind::kClusteridX);
      return block.block[i] / launch.cluster[i];
    }
    case ConstantKind::kNclusteridX:
    case ConstantKind::kNclusteridY:
    case ConstantKind::kNclusteridZ: {
      int i = axis(ConstantKind::kNclusteridX);
      return launch.grid[i] / launch.cluster[i];
    }
    case ConstantKind::kIsExplicitCluster:
      return launch.cluster[0] * launch.cluster[1] * launch.cluster[2] != 1;
    case ConstantKind::kSmId:
      return block.core;
    case ConstantKind::kNsmId:
      return launch.core_count;
    case ConstantKind::kGridId:
      return launch.grid_id;
    case ConstantKind::kTotalSharedBytes:
    case ConstantKind::kAggrSharedBytes:
      return program.info.static_scratchpad_bytes + launch.dynamic_scratchpad_bytes;
    case ConstantKind::kDynamicSharedBytes:
      return launch.dynamic_scratchpad_bytes;
    case ConstantKind::kEnvReg:  // 1 and 2: high and low half of the grid workspace's address (cooperative launch)
      return constant.value == 1   ? launch.grid_workspace >> 32
             : constant.value == 2 ? launch.grid_workspace & 0xffffffff
                                   : 0;
    default:
      return 0;  // the kinds that vary by lane
  }
}

template <typename T>
void Fill(const BlockState& block, uint32_t warp, const ConstantInit& constant, T* lanes) {
  if (VariesByLane(constant.kind)) {
    for (uint32_t lane = 0; lane < kWarpLanes; ++lane) {
      lanes[lane] = static_cast<T>(LaneValue(*block.exec.launch, warp, lane, constant.kind));
    }
    return;
  }
  std::fill_n(lanes, kWarpLanes, static_cast<T>(UniformValue(block, warp, constant)));
}

void FillAll(const BlockState& block, uint32_t warp, uint8_t* window, const std::vector<ConstantInit>& constants) {
  for (const ConstantInit& constant : constants) {
    if (constant.width_bytes == 8) {
      Fill(block, warp, constant, SlotAt<uint64_t>(window, constant.slot));
    } else {
      Fill(block, warp, constant, SlotAt<uint32_t>(window, constant.slot));
    }
  }
}

}  // namespace

void BlockState::FillConstants(Warp& warp, Frame& frame) {
  if (frame.launch_epoch != launch_epoch) {
    FillAll(*this, warp.index, frame.window, frame.function->launch_constants);
    frame.launch_epoch = launch_epoch;
  }
  FillAll(*this, warp.index, frame.window, frame.function->block_constants);
}

Frame* BlockState::PushFrame(Warp& warp, uint32_t function_index, Frame* parent, const bytecode::Instruction* return_ip,
                             uint32_t mask) {
  const PreparedFunction& function = program->functions[function_index];
  // Outgoing arguments lie at the end of the caller's frame, just below the callee's. A frame without memory still
  // takes some, as a return address would, so that endless recursion ends.
  uint64_t local_base = parent->local_base + std::max<uint64_t>(parent->function->local_bytes, 16);
  for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
    if (local_base + function.local_bytes > warp.alloca_top[__builtin_ctz(rest)]) return nullptr;
  }
  Frame* frame = nullptr;
  auto& free = warp.free_frames[function_index];
  if (!free.empty()) {
    frame = free.back();
    free.pop_back();
  } else {
    warp.frames.push_back(std::make_unique<Frame>());
    frame = warp.frames.back().get();
    constexpr size_t kAlign = 128;
    frame->memory = std::make_unique<uint8_t[]>(function.window_bytes + kAlign);
    uint64_t address = (reinterpret_cast<uint64_t>(frame->memory.get()) + kAlign - 1) & ~uint64_t{kAlign - 1};
    frame->window = reinterpret_cast<uint8_t*>(address);
    frame->function = &function;
  }
  frame->parent = parent;
  frame->return_ip = return_ip;
  frame->lanes = mask;
  frame->depth = parent->depth + 1;
  frame->local_base = local_base;
  if (function.uses_alloca) std::copy_n(warp.alloca_top, kWarpLanes, frame->saved_alloca_top);
  FillConstants(warp, *frame);
  return frame;
}

void BlockState::LeaveFrame(Warp& warp, Frame* frame, uint32_t mask) {
  if (frame->function->uses_alloca) {
    for (uint32_t rest = mask; rest != 0; rest &= rest - 1) {
      int lane = __builtin_ctz(rest);
      warp.alloca_top[lane] = frame->saved_alloca_top[lane];
    }
  }
  frame->lanes &= ~mask;
  if (frame->lanes == 0) warp.free_frames[frame->function->index].push_back(frame);
}

}  // namespace culvert::npu
