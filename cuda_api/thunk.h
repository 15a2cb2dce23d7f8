// Assembly of the front libraries: every exported function is one jump through the table of libculvert.so, so that the
// entry sees the program's return address and the front library has no state and no C++.
// r11 and x16 are free for this use at a call (System V psABI, "Register Usage"; AAPCS64, "IP0").
#if defined(__x86_64__)

.macro THUNK name, index
  .globl \name
  .type \name, @function
  .p2align 4
\name:
  .cfi_startproc
  endbr64
  movq TABLE@GOTPCREL(%rip), %r11
  jmpq *(8 * \index)(%r11)
  .cfi_endproc
  .size \name, . - \name
.endm

#elif defined(__aarch64__)

.macro THUNK name, index
  .globl \name
  .type \name, %function
  .p2align 4
\name:
  .cfi_startproc
  hint #34
  adrp x16, :got:TABLE
  ldr x16, [x16, :got_lo12:TABLE]
  ldr x16, [x16, #(8 * \index)]
  br x16
  .cfi_endproc
  .size \name, . - \name
.endm

#else
#error "cuda_api/thunk.h: no jump sequence for this architecture"
#endif

  .section .note.GNU-stack, "", %progbits
  .text
