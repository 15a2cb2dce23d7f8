// Sanitizer settings of the libFuzzer programs: most of their time went into a quarantine of 256 MB, which is fresh
// memory for every input, and into deep allocation traces. A few frames and megabytes find the same errors.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "quarantine_size_mb=8:malloc_context_size=4"; }
