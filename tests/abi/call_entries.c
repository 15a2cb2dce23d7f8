/* Calls exported functions without arguments, as stubs permit: call_entries LIBRARY NAME..., prints "NAME RESULT"
 * (hex). */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  void* library = argc > 1 ? dlopen(argv[1], RTLD_NOW) : NULL;
  if (library == NULL) {
    fprintf(stderr, "call_entries: %s\n", argc > 1 ? dlerror() : "no library");
    return 2;
  }
  for (int i = 2; i < argc; ++i) {
    unsigned long (*entry)(void) = (unsigned long (*)(void))dlsym(library, argv[i]);
    if (entry == NULL) {
      fprintf(stderr, "call_entries: %s\n", dlerror());
      return 2;
    }
    printf("%s %#lx\n", argv[i], entry());
  }
  return 0;
}
