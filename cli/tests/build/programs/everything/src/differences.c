/* What C libraries have under different names, in different versions, or not at all: each by the name that glibc's headers
 * make of it. */
#define _GNU_SOURCE
#define _LARGEFILE64_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <regex.h>
#include <resolv.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <wchar.h>

extern int __xpg_strerror_r(int, char *, size_t);
extern const char *gnu_get_libc_version(void);
extern const char *gnu_get_libc_release(void);
extern long __isoc23_strtol(const char *, char **, int);
extern unsigned long __isoc23_strtoul(const char *, char **, int);
extern int __isoc23_sscanf(const char *, const char *, ...);
extern int __cxa_thread_atexit_impl(void (*)(void *), void *, void *) __attribute__((weak));
#undef isnan
#undef isinf
extern int isnan(double);
extern int isinf(double);

static void names_with_64(void) {
    char path[] = "/tmp/differences-XXXXXX";
    int file = mkstemp64(path);
    if (file < 0) abort();
    if (ftruncate64(file, 5000000000)) abort();
    struct stat64 status;
    int result = fstat64(file, &status);
    printf("64 %d %lld %lld", result, (long long)status.st_size, (long long)lseek64(file, -1, SEEK_END));
    close(file);
    FILE *stream = fopen64(path, "w+");
    fseeko64(stream, 6000000000, SEEK_SET);
    printf(" %lld", (long long)ftello64(stream));
    fclose(stream);
    int again = open64(path, O_RDWR);
    char *map = mmap64(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    DIR *directory = opendir("/");
    printf(" %d %d %d\n", again >= 0, map != MAP_FAILED, readdir64(directory) != NULL);
    closedir(directory);
    close(again);
    unlink(path);
}

static int list(wchar_t *to, size_t size, const wchar_t *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    int result = vswprintf(to, size, format, arguments);
    va_end(arguments);
    return result;
}

/* The compiler knows the buffers' sizes and not the arguments: all of these are calls of __NAME_chk or __open_2. */
static void checked(volatile int *n, const char *text) {
    char buffer[64], other[64], *line = NULL;
    wchar_t wide[64], more[64];
    memcpy(buffer, text, *n), memmove(buffer, buffer + 1, *n), memset(other, 'x', *n), strncpy(other, text, *n);
    stpcpy(other, text), strcat(other, text), strncat(other, text, *n);
    printf("chk %s %s", buffer, other);
    snprintf(buffer, *n + 20, "%s %d %g", text, *n, 2.5 * *n);
    sprintf(other, "%s %d %g %d %d %d %d", text, *n, 0.5 * *n, 1, 2, 3, 4);
    printf(" %s %s", buffer, other);
    if (asprintf(&line, "%s-%d", text, *n) < 0) abort();
    printf(" %s", line);
    free(line);
    swprintf(wide, *n + 40, L"%s %d %g %d %d %d", text, *n, 1.5 * *n, 1, 2, 3);
    list(more, *n + 40, L"%ls|%d", wide, *n);
    wcscpy(wide, more), wmemcpy(more, wide, *n);
    printf(" %ls", wide);
    int file = open("/etc/passwd", *n - *n);
    char first = 0;
    printf(" %d %d", file < 0 || read(file, buffer, *n) > 0, realpath("/", NULL) != NULL);
    FILE *stream = file < 0 ? NULL : fdopen(file, "r");
    if (stream && fgets(buffer, *n + 9, stream) && fread(&first, 1, *n / *n, stream) != 1) printf(" short");
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) || send(ends[1], "once", 4, 0) != 4) abort();
    /* The first leaves it for the second. */
    int peeked = recv(ends[0], buffer, *n, MSG_PEEK);
    printf(" %d %d", peeked, (int)recvfrom(ends[0], buffer, *n, MSG_DONTWAIT, NULL, NULL));
    puts("");
    fflush(stdout);
    dprintf(1, "dprintf %s %d %g\n", text, *n, 0.25 * *n);
}

/* Old versions stay for old programs: dlsym gives the newest, and so must the import be. */
static void versions(void) {
    struct { const char *name; void *import; } all[] = {
        {"memcpy", memcpy}, {"pthread_cond_init", pthread_cond_init}, {"pthread_cond_wait", pthread_cond_wait},
        {"pthread_cond_signal", pthread_cond_signal}, {"pthread_cond_broadcast", pthread_cond_broadcast},
        {"pthread_cond_timedwait", pthread_cond_timedwait}, {"regexec", regexec}, {"realpath", realpath},
        {"fopen", fopen}, {"dlsym", dlsym}, {"nftw", dlsym(RTLD_DEFAULT, "nftw")},
    };
    int same = 0;
    for (unsigned i = 0; i < sizeof all / sizeof *all; i++) {
        if (dlsym(RTLD_DEFAULT, all[i].name) == all[i].import) same++;
        else printf("%s ", all[i].name);
    }
    regex_t expression;
    regmatch_t match = {1, 3};
    regcomp(&expression, "b", 0);
    /* The old regexec does not know the flag, nor does musl's. */
    int result = regexec(&expression, "bab", 1, &match, REG_STARTEND);
    printf("versions %d regexec %d %d\n", same, result, dlsym(RTLD_DEFAULT, "gnu_get_libc_version") ? (int)match.rm_so : 2);
    regfree(&expression);
}

void c_differences(volatile int n) {
    char buffer[64];
    struct dl_find_object object = {0};
    names_with_64();
    checked(&n, "abc");
    versions();
    printf("res_init %d\n", res_init());
    printf("strerror_r %d %s\n", __xpg_strerror_r(13, buffer, sizeof buffer), buffer);
    char *here = (char *)c_differences;
    int found = _dl_find_object(here, &object);
    int inside = here >= (char *)object.dlfo_map_start && here < (char *)object.dlfo_map_end;
    printf("find %d %d %d\n", found, inside, object.dlfo_eh_frame != NULL);
    printf("version %d %d\n", gnu_get_libc_version()[0] != 0, gnu_get_libc_release()[0] != 0);
    int number = 0;
    __isoc23_sscanf("19", "%d", &number);
    printf("isoc23 %ld %lu %d\n", __isoc23_strtol("-17", NULL, 10), __isoc23_strtoul("18", NULL, 10), number);
    printf("thread_atexit %d\n", !__cxa_thread_atexit_impl == !dlsym(RTLD_DEFAULT, "__cxa_thread_atexit_impl"));
    printf("numbers %d %d %d %d\n", isnan(0.0 / (n - n)) != 0, isnan(n), isinf(-1.0 / (n - n)), isinf(n));
    dev_t device = makedev(n * 300, n * 700);
    printf("device %u %u\n", major(device), minor(device));
    fprintf(stderr, "on stderr\n");
    printf("pointers %d\n", stdout == *(FILE **)dlsym(RTLD_DEFAULT, "stdout") && &stdout == dlsym(RTLD_DEFAULT, "stdout"));
    fflush(stdout);
}
