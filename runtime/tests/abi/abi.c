/* What a calling convention can carry: each function checks nothing and computes something that only the right
   registers and stack words give. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <stdio.h>

struct small_integers { long a, b; };
struct small_mixed { double a; long b; };
struct small_floats { float a, b, c; };
struct large { long words[6]; };

double sum_of_20(long a, double b, int c, float d, long e, double f, long g, double h, long i, double j, long k, double l,
                 short m, double n, long o, double p, signed char q, double r, long s, double t) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m + 14 * n +
           15 * o + 16 * p + 17 * q + 18 * r + 19 * s + 20 * t;
}

long sum_of_32(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k, long l, long m,
               long n, long o, long p, long q, long r, long s, long t, long u, long v, long w, long x, long y, long z,
               long aa, long bb, long cc, long dd, long ee, long ff) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k + 12 * l + 13 * m + 14 * n +
           15 * o + 16 * p + 17 * q + 18 * r + 19 * s + 20 * t + 21 * u + 22 * v + 23 * w + 24 * x + 25 * y + 26 * z +
           27 * aa + 28 * bb + 29 * cc + 30 * dd + 31 * ee + 32 * ff;
}

/* Doubles and integers, more of each than there are registers. */
double sum_variadic(int pairs, ...) {
    va_list list;
    double sum = 0;
    va_start(list, pairs);
    for (int i = 0; i < pairs; i++) {
        sum += (i + 1) * (double)va_arg(list, long);
        sum += (i + 1) * va_arg(list, double);
    }
    va_end(list);
    return sum;
}

struct small_integers swap_integers(struct small_integers in) { return (struct small_integers){in.b, in.a}; }
struct small_mixed swap_mixed(struct small_mixed in) { return (struct small_mixed){in.b, in.a}; }
struct small_floats turn_floats(struct small_floats in) { return (struct small_floats){in.c, in.a, in.b}; }
struct large reverse(struct large in) {
    struct large out;
    for (int i = 0; i < 6; i++) out.words[i] = in.words[5 - i];
    return out;
}
struct large filled(long a, double b, long c) {
    return (struct large){{a, (long)b, c, a + 1, (long)b + 1, c + 1}};
}

unsigned __int128 multiply(unsigned __int128 a, unsigned long b) { return a * b; }
float halve(float a) { return a / 2; }
void store(void *where, long value) { *(long *)where = value; }
long apply(long (*function)(long), long value) { return function ? function(value) : -1; }

int counter = 41;
const char *const greeting = "hello";
long next(void) { return ++counter; }

/* Many functions, so that many stubs are made and none is mixed up with another. */
#define FUNCTION(n) long numbered_##n(long x) { return x * 100 + n; }
FUNCTION(0) FUNCTION(1) FUNCTION(2) FUNCTION(3) FUNCTION(4) FUNCTION(5) FUNCTION(6) FUNCTION(7)
FUNCTION(8) FUNCTION(9) FUNCTION(10) FUNCTION(11) FUNCTION(12) FUNCTION(13) FUNCTION(14) FUNCTION(15)

/* The program's own function, found by name: by the dynamic linker when this library is opened, and when it is asked. */
extern long abi_exported(long);
long call_exported(long x) { return abi_exported(x); }
long call_by_name(const char *name, long x) {
    long (*function)(long) = (long (*)(long))dlsym(RTLD_DEFAULT, name);
    return function ? function(x) : -1;
}

/* Of a library that this one does not name: it must be open before. */
extern long abi_required(long);
long call_required(long x) { return abi_required(x); }
