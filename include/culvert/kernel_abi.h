/* Contract between code that runs on a core (the interpreter now, compiled objects later) and the device around it.
 * C, versioned, sizes asserted at the end. Everything a running block needs comes through these structures: compiled
 * code has no external symbols. Addresses of type uint64_t are device addresses.
 */
#ifndef CULVERT_INCLUDE_CULVERT_KERNEL_ABI_H_
#define CULVERT_INCLUDE_CULVERT_KERNEL_ABI_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CULVERT_KERNEL_ABI_VERSION 1

enum culvert_access { CULVERT_ACCESS_READ = 1, CULVERT_ACCESS_WRITE = 2 };

/* Bits of a byte of culvert_launch_state.granules. */
enum culvert_granule { CULVERT_GRANULE_READ = 1, CULVERT_GRANULE_WRITE = 2 };

struct culvert_launch_state;

/* What stopped a kernel. The first fault of a launch wins. */
struct culvert_fault {
  uint32_t kind;        /* ErrorKind */
  uint32_t access;      /* enum culvert_access, 0 if not a memory fault */
  uint64_t address;     /* faulting device address, or shared/local offset (see space) */
  uint32_t bytes;       /* size of the access */
  uint32_t space;       /* bytecode::Space */
  uint32_t block[3];    /* ctaid */
  uint32_t thread[3];   /* tid of the first faulting lane */
  uint32_t instruction; /* index into Program::code */
  uint32_t reserved;
};

/* Functions of the device that running code may call. `launch` is the running launch. All are thread-safe. */
struct culvert_services {
  uint32_t version;    /* CULVERT_KERNEL_ABI_VERSION */
  uint32_t size_bytes; /* of this structure */
  /* Slow path of an access check: the range is not wholly in granules of this context. Returns 1 if the access is
   * allowed (registered host memory, an enabled peer), else 0. */
  int (*check_access)(const struct culvert_launch_state* launch, uint64_t address, uint32_t bytes, uint32_t access);
  /* Records a fault and sets launch->stop. */
  void (*report_fault)(struct culvert_launch_state* launch, const struct culvert_fault* fault);
  /* Device heap (malloc/free in kernels). alloc returns 0 when the heap is exhausted; alignment 16. free returns 0 if
   * the pointer is not a live heap allocation. */
  uint64_t (*heap_alloc)(struct culvert_launch_state* launch, uint64_t bytes);
  int (*heap_free)(struct culvert_launch_state* launch, uint64_t address);
  /* Appends formatted device printf output to the context's buffer; text is copied. Returns the number of arguments
   * accepted, or -1 if the buffer is full. */
  int (*print)(struct culvert_launch_state* launch, const char* text, uint64_t length);
  /* A failed device assert: the line for stderr, already formatted. The caller reports the fault itself. */
  void (*assert_message)(struct culvert_launch_state* launch, const char* text, uint64_t length);
};

/* One per launch, shared by all cores; read-only for running code except `stop`. */
struct culvert_launch_state {
  uint32_t version;
  uint32_t size_bytes;
  const struct culvert_services* services;
  /* Memory of the context: device address a is granule (a - window_base) / kAccessGranuleBytes of `granules`; an
   * access of n bytes at a is allowed at once if a - window_base <= window_bytes - n and every granule it touches has
   * the bit for it. Anything else goes through check_access. */
  uint64_t window_base;
  uint64_t window_bytes;
  const uint8_t* granules;
  /* Parameter bank: host copy for constants, and its device address (0 unless Program::needs_parameter_memory). */
  const uint8_t* parameters;
  uint64_t parameter_address;
  uint32_t parameter_bytes;
  uint32_t dynamic_scratchpad_bytes;
  uint32_t grid[3];
  uint32_t block[3];
  uint32_t cluster[3]; /* 1,1,1 without clusters */
  uint32_t is_cooperative;
  uint64_t grid_workspace; /* device address of the zeroed cooperative-grid workspace, or 0 */
  uint64_t grid_id;
  uint32_t core_count;  /* reported multiprocessors (%nsmid) */
  uint32_t stop;        /* set to 1 (relaxed) when blocks must stop: a fault or the watchdog */
  uint64_t stack_bytes; /* cudaLimitStackSize */
  void* device;         /* owned by the device */
};

#ifdef __cplusplus
} /* extern "C" */
static_assert(sizeof(struct culvert_fault) == 56, "culvert_fault is part of the kernel ABI");
static_assert(sizeof(struct culvert_services) == 56, "culvert_services is part of the kernel ABI");
static_assert(sizeof(struct culvert_launch_state) == 144, "culvert_launch_state is part of the kernel ABI");
#endif

#endif /* CULVERT_INCLUDE_CULVERT_KERNEL_ABI_H_ */
