// Calls of labs(3) from C: `call CONTENDER [THREADS]`. Contenders: `direct` (a function of this program), `import` (through
// the PLT or, with -fno-plt, through the GOT), `pointer` (a function pointer in memory), `implib` (an Implib.so stub).
#define _GNU_SOURCE
#include "measure.h"
#include <dlfcn.h>
#include <pthread.h>
#include <string.h>

// Not from <stdlib.h>, which says that it has no effects: the compiler would leave calls out.
long labs(long n);
int atoi(const char *text);
_Noreturn void exit(int status);

__attribute__((noinline)) static long own_labs(long n)
{
    __asm__(""); // not known to be free of effects
    return n < 0 ? -n : n;
}

long (*pointer)(long);
long implib_labs(long n);
extern void *implib_table;

#define CONTENDER(name, function)                                                                                      \
    __attribute__((noinline)) static void name(long count)                                                             \
    {                                                                                                                  \
        long sum = 0;                                                                                                  \
        for (long n = 0; n < count; n++)                                                                               \
            sum += function(n);                                                                                        \
        *(volatile long *)&sum = sum;                                                                                  \
    }
CONTENDER(call_direct, own_labs)
CONTENDER(call_import, labs)
CONTENDER(call_pointer, pointer)
#ifdef __x86_64__
CONTENDER(call_implib, implib_labs)
#endif

static void (*contender)(long);
static int threads;

static void *run(void *count)
{
    uint64_t start = nanoseconds(CLOCK_THREAD_CPUTIME_ID);
    contender(*(uint64_t *)count);
    return (void *)(nanoseconds(CLOCK_THREAD_CPUTIME_ID) - start);
}

static uint64_t measure(uint64_t count)
{
    pthread_t others[64];
    uint64_t sum = 0;
    if (threads <= 1)
        return (uint64_t)run(&count);
    for (int i = 0; i < threads; i++)
        if (pthread_create(&others[i], 0, run, &count) != 0)
            exit(1);
    for (int i = 0; i < threads; i++) {
        void *time;
        pthread_join(others[i], &time);
        sum += (uint64_t)time;
    }
    return sum / threads;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    threads = argc > 2 ? atoi(argv[2]) : 1;
    pointer = (long (*)(long))dlsym(RTLD_DEFAULT, "labs");
    if (!strcmp(name, "direct"))
        contender = call_direct;
    else if (!strcmp(name, "import"))
        contender = call_import;
    else if (!strcmp(name, "pointer"))
        contender = call_pointer;
#ifdef __x86_64__
    else if (!strcmp(name, "implib")) {
        implib_table = (void *)pointer; // as if the first call had resolved it
        contender = call_implib;
    }
#endif
    return contender && pointer && threads <= 64 ? serve(measure) : 2;
}
