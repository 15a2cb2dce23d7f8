// Interoperability with runtime libraries that are linked into programs. nvcc links its runtime library statically, so
// such a program reaches us through libcuda.so.1 only, and that runtime expects more of a driver than the public API:
// function tables that it asks for by UUID (cuGetExportTable), storage of its own in each context, and an answer that
// depends on the tables' addresses. This is the one file that knows about it; nothing else in Culvert does.
//
// All of it was learned by watching from outside what unmodified programs ask for and what they accept; no vendor code
// was copied, and none disassembled. docs/legal.md says why this is here. -DCULVERT_STATIC_CUDART=OFF leaves it out:
// then cuGetExportTable refuses every table, and programs with a static runtime report that they find no usable driver.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstring>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/base/const_init.h"
#include "absl/strings/str_format.h"
#include "cuda_api/boundary.h"
#include "cuda_api/generated/libcuda_impl.h"
#include "cuda_api/handles.h"
#include "cuda_api/libcuda/driver_version.h"
#include "cuda_api/libcuda/session.h"
#include "include/culvert/error.h"
#include "runtime/platform.h"

namespace culvert::libcuda {

#if CULVERT_STATIC_CUDART

namespace {

using api::Call;
using api::Function;
constexpr auto kDriver = api::Library::kDriver;

// ---- Storage that a runtime library keeps in a context --------------------------------------------------------------
// (context, key) -> value, with a destructor that is called when the context ends. Every runtime call reads it, so
// reading takes no lock: a sequence lock over a fixed array whose writers are rare.

using StorageDestructor = void (*)(CUcontext context, void* key, void* value);

class ContextStorage {
 public:
  absl::StatusOr<void*> Get(uint64_t context, void* key) const {
    for (;;) {
      uint32_t version = version_.load(std::memory_order_acquire);
      void* value = nullptr;
      bool found = false;
      size_t used = used_.load(std::memory_order_relaxed);
      for (size_t i = 0; i < used && !found; ++i) {
        const Entry& entry = entries_[i];
        found = entry.context.load(std::memory_order_relaxed) == context &&
                entry.key.load(std::memory_order_relaxed) == key;
        if (found) value = entry.value.load(std::memory_order_relaxed);
      }
      std::atomic_thread_fence(std::memory_order_acquire);
      if ((version & 1) != 0 || version_.load(std::memory_order_relaxed) != version) continue;
      if (found) return value;
      return Error(ErrorKind::kInvalidHandle, "nothing is stored in the context under this key");
    }
  }

  // Replaces what is there.
  absl::Status Put(const std::shared_ptr<Context>& owner, void* key, void* value, StorageDestructor destructor) {
    CUcontext handle = HandleOf(owner);
    uint64_t context = owner->id();
    std::lock_guard lock(mutex_);
    Entry* entry = Find(context, key);
    if (entry == nullptr) entry = Find(0, nullptr);
    if (entry == nullptr) {
      size_t used = used_.load(std::memory_order_relaxed);
      if (used == entries_.size()) return Error(ErrorKind::kOutOfMemory, "too many contexts with a runtime library");
      entry = &entries_[used];
      used_.store(used + 1, std::memory_order_relaxed);
    }
    Write(*entry, context, key, value);
    entry->handle = handle;
    entry->destructor = destructor;
    return absl::OkStatus();
  }

  absl::Status Delete(uint64_t context, void* key) {
    std::lock_guard lock(mutex_);
    Entry* entry = Find(context, key);
    if (entry == nullptr) return Error(ErrorKind::kInvalidHandle, "nothing is stored in the context under this key");
    Write(*entry, 0, nullptr, nullptr);
    return absl::OkStatus();
  }

  // Forgets everything of `context`, then calls the destructors without the lock: they call the driver again.
  void ContextEnded(Context& context) {
    struct Ended {
      CUcontext handle;
      void* key;
      void* value;
      StorageDestructor destructor;
    };
    std::vector<Ended> ended;
    {
      std::lock_guard lock(mutex_);
      for (Entry& entry : entries_) {
        if (entry.context.load(std::memory_order_relaxed) != context.id()) continue;
        ended.push_back({entry.handle, entry.key.load(), entry.value.load(), entry.destructor});
        Write(entry, 0, nullptr, nullptr);
      }
    }
    for (const Ended& e : ended) {
      if (e.destructor != nullptr) e.destructor(e.handle, e.key, e.value);
    }
  }

 private:
  struct Entry {
    std::atomic<uint64_t> context{0};  // Context::id(), 0 if unused
    std::atomic<void*> key{nullptr};
    std::atomic<void*> value{nullptr};
    CUcontext handle = nullptr;  // for the destructor; a destroyed context's is no longer valid then
    StorageDestructor destructor = nullptr;
  };

  Entry* Find(uint64_t context, void* key) {
    size_t used = used_.load(std::memory_order_relaxed);
    for (size_t i = 0; i < used; ++i) {
      Entry& entry = entries_[i];
      if (entry.context.load(std::memory_order_relaxed) == context &&
          entry.key.load(std::memory_order_relaxed) == key) {
        return &entry;
      }
    }
    return nullptr;
  }

  void Write(Entry& entry, uint64_t context, void* key, void* value) {
    version_.fetch_add(1, std::memory_order_acq_rel);
    entry.context.store(context, std::memory_order_relaxed);
    entry.key.store(key, std::memory_order_relaxed);
    entry.value.store(value, std::memory_order_relaxed);
    version_.fetch_add(1, std::memory_order_release);
  }

  std::mutex mutex_;
  std::atomic<uint32_t> version_{0};
  std::atomic<size_t> used_{0};
  std::array<Entry, 1024> entries_;
};

ContextStorage& Storage() {
  static ContextStorage* storage = [] {
    auto* made = new ContextStorage;
    api::ObserveContextEnd([](Context& context) { Storage().ContextEnded(context); });
    return made;
  }();
  return *storage;
}

// The id of a context handle, null meaning the current one, which is what the hot path passes.
absl::StatusOr<uint64_t> ContextId(CUcontext handle) {
  if (handle == nullptr) {
    CULVERT_ASSIGN_OR_RETURN(Context * current, CurrentContextAnyState());
    return current->id();
  }
  CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> context, UseContextHandle(handle));
  return context->id();
}

CUresult StoragePut(CUcontext context, void* key, void* value, StorageDestructor destructor) {
  static constexpr Function kFunction = {"context storage: put", kDriver, "ctx,key,value,&destructor"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        CULVERT_ASSIGN_OR_RETURN(std::shared_ptr<Context> owner, UseContextHandle(context));
        return Storage().Put(owner, key, value, destructor);
      },
      context, key, value, destructor);
}

CUresult StorageDelete(CUcontext context, void* key) {
  static constexpr Function kFunction = {"context storage: delete", kDriver, "ctx,key"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        CULVERT_ASSIGN_OR_RETURN(uint64_t id, ContextId(context));
        return Storage().Delete(id, key);
      },
      context, key);
}

CUresult StorageGet(void** value, CUcontext context, void* key) {
  static constexpr Function kFunction = {"context storage: get", kDriver, "value,ctx,key"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        if (value == nullptr) return api::NullArgument("value");
        CULVERT_ASSIGN_OR_RETURN(uint64_t id, ContextId(context));
        CULVERT_ASSIGN_OR_RETURN(*value, Storage().Get(id, key));
        return absl::OkStatus();
      },
      value, context, key);
}

// ---- The handshake --------------------------------------------------------------------------------------------------
// MD2 (RFC 1319) and HMAC over it (RFC 2104, block of 16 bytes). Used for nothing but the answer below.

constexpr size_t kDigestBytes = 16;
using Digest = std::array<uint8_t, kDigestBytes>;

// RFC 1319, section 3.2: a permutation of 0-255 made from the digits of pi.
constexpr uint8_t kPi[256] = {
    41,  46,  67,  201, 162, 216, 124, 1,   61,  54,  84,  161, 236, 240, 6,   19,  98,  167, 5,   243, 192, 199,
    115, 140, 152, 147, 43,  217, 188, 76,  130, 202, 30,  155, 87,  60,  253, 212, 224, 22,  103, 66,  111, 24,
    138, 23,  229, 18,  190, 78,  196, 214, 218, 158, 222, 73,  160, 251, 245, 142, 187, 47,  238, 122, 169, 104,
    121, 145, 21,  178, 7,   63,  148, 194, 16,  137, 11,  34,  95,  33,  128, 127, 93,  154, 90,  144, 50,  39,
    53,  62,  204, 231, 191, 247, 151, 3,   255, 25,  48,  179, 72,  165, 181, 209, 215, 94,  146, 42,  172, 86,
    170, 198, 79,  184, 56,  210, 150, 164, 125, 182, 118, 252, 107, 226, 156, 116, 4,   241, 69,  157, 112, 89,
    100, 113, 135, 32,  134, 91,  207, 101, 230, 45,  168, 2,   27,  96,  37,  173, 174, 176, 185, 246, 28,  70,
    97,  105, 52,  64,  126, 15,  85,  71,  163, 35,  221, 81,  175, 58,  195, 92,  249, 206, 186, 197, 234, 38,
    44,  83,  13,  110, 133, 40,  132, 9,   211, 223, 205, 244, 65,  129, 77,  82,  106, 220, 55,  200, 108, 193,
    171, 250, 36,  225, 123, 8,   12,  189, 177, 74,  120, 136, 149, 139, 227, 99,  232, 109, 233, 203, 213, 254,
    59,  0,   29,  57,  242, 239, 183, 14,  102, 88,  208, 228, 166, 119, 114, 248, 235, 117, 75,  10,  49,  68,
    80,  180, 143, 237, 31,  26,  219, 153, 141, 51,  159, 17,  131, 20,
};

Digest Md2(std::string message) {
  size_t padding = kDigestBytes - message.size() % kDigestBytes;
  message.append(padding, static_cast<char>(padding));
  Digest checksum = {};
  uint8_t last = 0;
  for (size_t i = 0; i < message.size(); ++i) {
    last = checksum[i % kDigestBytes] ^= kPi[static_cast<uint8_t>(message[i]) ^ last];
  }
  message.append(checksum.begin(), checksum.end());
  uint8_t state[3 * kDigestBytes] = {};
  for (size_t block = 0; block < message.size(); block += kDigestBytes) {
    for (size_t i = 0; i < kDigestBytes; ++i) {
      state[16 + i] = static_cast<uint8_t>(message[block + i]);
      state[32 + i] = state[16 + i] ^ state[i];
    }
    uint8_t t = 0;
    for (int round = 0; round < 18; ++round) {
      for (uint8_t& byte : state) t = byte ^= kPi[t];
      t = static_cast<uint8_t>(t + round);
    }
  }
  Digest digest;
  std::copy_n(state, kDigestBytes, digest.begin());
  return digest;
}

Digest HmacMd2(const Digest& key, const std::string& message) {
  std::string inner, outer;
  for (uint8_t byte : key) {
    inner += static_cast<char>(byte ^ 0x36);
    outer += static_cast<char>(byte ^ 0x5c);
  }
  Digest digest = Md2(inner + message);
  return Md2(outer.append(digest.begin(), digest.end()));
}

constexpr Digest kHandshakeKey = {0x14, 0x6A, 0xDD, 0xAE, 0x53, 0xA9, 0xA7, 0x52,
                                  0xAA, 0x08, 0x41, 0x36, 0x0B, 0xF5, 0x5A, 0x9F};
// The answers to versions that end in 0 and 1.
constexpr uint64_t kFixedAnswers[2][2] = {{0x3341181C03CB675C, 0x8ED383AA1F4CD1E8},
                                          {0x1841181C03CB675C, 0x8ED383AA1F4CD1E8}};

struct Tables;
const Tables& GetTables();
void AppendTableAddresses(std::string& message);

template <typename T>
void Append(std::string& message, T value) {
  message.append(reinterpret_cast<const char*>(&value), sizeof value);
}

CUresult Handshake(uint32_t version, uint64_t unix_seconds, uint8_t* result) {
  static constexpr Function kFunction = {"handshake", kDriver, "version,seconds,result"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        if (result == nullptr) return api::NullArgument("result");
        if (version % 10 < 2) {
          memcpy(result, kFixedAnswers[version % 10], kDigestBytes);
          return absl::OkStatus();
        }
        std::string message;
        Append(message, uint32_t{kDriverVersion});
        Append(message, version);
        Append(message, static_cast<uint32_t>(getpid()));
        Append(message, static_cast<uint32_t>(pthread_self()));
        AppendTableAddresses(message);
        Append(message, unix_seconds);
        for (int i = 0; i < Platform::Get().device_count(); ++i) {
          CULVERT_ASSIGN_OR_RETURN(Device * device, Platform::Get().GetDevice(i));
          const DeviceProperties& p = device->properties();
          message.append(p.uuid.begin(), p.uuid.end());
          Append(message, int32_t{p.pci_domain});
          Append(message, int32_t{p.pci_bus});
          Append(message, int32_t{p.pci_device});
        }
        Digest digest = HmacMd2(kHandshakeKey, message);
        memcpy(result, digest.data(), digest.size());
        return absl::OkStatus();
      },
      version, unix_seconds, result);
}

// ---- Functions of the other tables ----------------------------------------------------------------------------------

// The handle of a device's primary context, without making it active.
CUresult PrimaryContext(CUcontext* out, CUdevice ordinal) {
  static constexpr Function kFunction = {"primary context of a device", kDriver, "*out,device"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        if (out == nullptr) return api::NullArgument("out");
        CULVERT_ASSIGN_OR_RETURN(Device * device, UseDevice(ordinal));
        *out = HandleOf(device->primary());
        return absl::OkStatus();
      },
      out, ordinal);
}

// A tool switches tracing of runtime calls on by writing into these arrays. There are no such tools here, so they stay
// zero.
constexpr size_t kCallbackFlags = 1024;  // at least 523: one per runtime function
constexpr size_t kDomainFlags = 64;      // at least 14
const uint32_t callback_flags[kCallbackFlags] = {};
const uint32_t domain_flags[kDomainFlags] = {};

void CallbackFlags(const void** flags, size_t* count) {
  if (flags != nullptr) *flags = callback_flags;
  if (count != nullptr) *count = kCallbackFlags;
}

void DomainFlags(const void** flags, size_t* count) {
  if (flags != nullptr) *flags = domain_flags;
  if (count != nullptr) *count = kDomainFlags;
}

// No tool is attached to the thread.
CUresult ToolsContext(CUcontext* out) {
  if (out != nullptr) *out = nullptr;
  return CUDA_SUCCESS;
}

CUresult CheckContext(CUcontext context, uint32_t* state, const void** detail) {
  static constexpr Function kFunction = {"check context", kDriver, "ctx,state,detail"};
  return Call<CUresult>(
      kFunction,
      [&]() -> absl::Status {
        CULVERT_RETURN_IF_ERROR(UseContextHandle(context).status());
        if (state != nullptr) *state = 0;
        return absl::OkStatus();
      },
      context, state, detail);
}

uint32_t CheckDriver() { return 0; }

// Libraries ask a tools interface about a context and its streams; without tools the answers are empty.
CUresult ToolsOfContext(CUcontext, uint64_t* out) {
  if (out != nullptr) *out = 0;
  return CUDA_SUCCESS;
}

CUresult ToolsOfStream(CUcontext, CUstream, const void** out) {
  if (out != nullptr) *out = nullptr;
  return CUDA_SUCCESS;
}

CUresult ToolsOfStreamValue(CUcontext, const void*, uint64_t* out) {
  if (out != nullptr) *out = 0;
  return CUDA_SUCCESS;
}

// ---- The tables -----------------------------------------------------------------------------------------------------
// Slot 0 of a table is its size in bytes, except in the storage table. A slot we know nothing of says so once and
// refuses.

template <char kTable, int kSlot>
CUresult UnknownSlot() {
  static constexpr char kName[] = {'e',
                                   'x',
                                   'p',
                                   'o',
                                   'r',
                                   't',
                                   ' ',
                                   't',
                                   'a',
                                   'b',
                                   'l',
                                   'e',
                                   ' ',
                                   kTable,
                                   ',',
                                   ' ',
                                   's',
                                   'l',
                                   'o',
                                   't',
                                   ' ',
                                   '0' + kSlot / 10,
                                   '0' + kSlot % 10,
                                   '\0'};
  static std::atomic<bool> said{false};
  return static_cast<CUresult>(api::Unimplemented(kDriver, kName, !said.exchange(true)));
}

template <char kName, size_t kSlots>
class Table {
 public:
  explicit Table(bool has_size = true) {
    FillUnknown(std::make_integer_sequence<int, kSlots>());
    if (has_size) slots_[0] = reinterpret_cast<const void*>(sizeof slots_);
  }
  template <typename F>
  Table& Set(size_t slot, F* function) {
    slots_[slot] = reinterpret_cast<const void*>(function);
    return *this;
  }
  const void* address() const { return slots_; }
  const void* slot(size_t i) const { return slots_[i]; }

 private:
  template <int... kIndex>
  void FillUnknown(std::integer_sequence<int, kIndex...>) {
    ((slots_[kIndex] = reinterpret_cast<const void*>(&UnknownSlot<kName, kIndex>)), ...);
  }
  const void* slots_[kSlots];
};

// The letters name the tables in messages.
struct Tables {
  Table<'I', 13> interface;   // what a runtime needs to begin
  Table<'C', 7> callbacks;    // switches of tools that watch runtime calls
  Table<'L', 4> tools_local;  // tools state of a thread
  Table<'S', 4> storage{false};
  Table<'K', 4> checks;
  Table<'H', 3> handshake;
  Table<'T', 91> tools;  // asked for by BLAS libraries

  Tables() {
    interface.Set(2, PrimaryContext);
    callbacks.Set(2, CallbackFlags).Set(6, DomainFlags);
    tools_local.Set(2, ToolsContext);
    storage.Set(0, StoragePut).Set(1, StorageDelete).Set(2, StorageGet);
    checks.Set(2, CheckContext).Set(3, CheckDriver);
    handshake.Set(1, Handshake);
    tools.Set(4, ToolsOfContext).Set(39, ToolsOfStreamValue).Set(51, ToolsOfStream);
  }
};

const Tables& GetTables() {
  static const Tables* tables = new Tables;
  return *tables;
}

void AppendTableAddresses(std::string& message) {
  const Tables& tables = GetTables();
  Append(message, tables.interface.address());
  Append(message, tables.handshake.address());
  Append(message, tables.handshake.slot(1));
}

struct KnownTable {
  uint8_t id[16];
  const void* (*address)(const Tables& tables);
};

constexpr KnownTable kKnownTables[] = {
    {{0x6b, 0xd5, 0xfb, 0x6c, 0x5b, 0xf4, 0xe7, 0x4a, 0x89, 0x87, 0xd9, 0x39, 0x12, 0xfd, 0x9d, 0xf9},
     [](const Tables& t) { return t.interface.address(); }},
    {{0xa0, 0x94, 0x79, 0x8c, 0x2e, 0x74, 0x2e, 0x74, 0x93, 0xf2, 0x08, 0x00, 0x20, 0x0c, 0x0a, 0x66},
     [](const Tables& t) { return t.callbacks.address(); }},
    {{0x42, 0xd8, 0x5a, 0x81, 0x23, 0xf6, 0xcb, 0x47, 0x82, 0x98, 0xf6, 0xe7, 0x8a, 0x3a, 0xec, 0xdc},
     [](const Tables& t) { return t.tools_local.address(); }},
    {{0xc6, 0x93, 0x33, 0x6e, 0x11, 0x21, 0xdf, 0x11, 0xa8, 0xc3, 0x68, 0xf3, 0x55, 0xd8, 0x95, 0x93},
     [](const Tables& t) { return t.storage.address(); }},
    {{0x26, 0x3e, 0x88, 0x60, 0x7c, 0xd2, 0x61, 0x43, 0x92, 0xf6, 0xbb, 0xd5, 0x00, 0x6d, 0xfa, 0x7e},
     [](const Tables& t) { return t.checks.address(); }},
    {{0xd4, 0x08, 0x20, 0x55, 0xbd, 0xe6, 0x70, 0x4b, 0x8d, 0x34, 0xba, 0x12, 0x3c, 0x66, 0xe1, 0xf2},
     [](const Tables& t) { return t.handshake.address(); }},
    {{0x21, 0x31, 0x8c, 0x60, 0x97, 0x14, 0x32, 0x48, 0x8c, 0xa6, 0x41, 0xff, 0x73, 0x24, 0xc8, 0xf2},
     [](const Tables& t) { return t.tools.address(); }},
};

// Null for a table that is not ours to have.
const void* FindTable(const CUuuid& id) {
  for (const KnownTable& known : kKnownTables) {
    if (memcmp(known.id, id.bytes, sizeof known.id) == 0) return known.address(GetTables());
  }
  return nullptr;
}

}  // namespace

#else

static const void* FindTable(const CUuuid&) { return nullptr; }

#endif  // CULVERT_STATIC_CUDART

// Works before cuInit. Callers go on without a table that is refused, if they can.
absl::Status cuGetExportTable(const void** ppExportTable, const CUuuid* pExportTableId) {
  if (ppExportTable == nullptr) return Error(ErrorKind::kInvalidValue, "ppExportTable must not be null");
  *ppExportTable = FindTable(*pExportTableId);
  if (*ppExportTable != nullptr) return absl::OkStatus();
  std::string id;
  for (char byte : pExportTableId->bytes) id += absl::StrFormat("%02x", static_cast<uint8_t>(byte));
  return Error(ErrorKind::kInvalidValue, "there is no export table %s", id);
}

}  // namespace culvert::libcuda
