/* A program that makes no CUDA call. Prints the threads and the mapped bytes of its heap: "THREADS HEAP_BYTES". */
#include <dirent.h>
#include <malloc.h>
#include <stdio.h>

int main(void) {
  struct mallinfo2 heap = mallinfo2(); /* before stdio allocates */
  int threads = 0;
  DIR* tasks = opendir("/proc/self/task");
  if (tasks == NULL) return 1;
  for (struct dirent* entry; (entry = readdir(tasks)) != NULL;) threads += entry->d_name[0] != '.';
  closedir(tasks);
  printf("%d %zu\n", threads, heap.uordblks + heap.hblkhd);
  return 0;
}
