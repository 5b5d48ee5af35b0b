/* A function whose arguments are whole vector registers, in a library of its own: opening it, which the function's first
   call does, runs a constructor that clears them all. What the dynamic linker itself leaves of them depends on the CPU. */
#ifdef __x86_64__
#include <immintrin.h>
__attribute__((constructor, target("avx"))) static void clear(void) {
    if (__builtin_cpu_supports("avx")) __asm__ volatile("vzeroall");
}
__attribute__((target("avx"))) __m256d add_wide(__m256d a, __m256d b, __m256d c) { return a + b * c; }
#endif
