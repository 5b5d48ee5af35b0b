/* What C code makes of an import: checked functions, variables, constructors, pointers in data; and indirect functions. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

extern char **environ;
static int constructor_argc = -1;

__attribute__((constructor)) static void constructor(int argc, char **argv) { constructor_argc = argc; }

static void say(const char *text) {
    if (write(1, text, strlen(text)) < 0) abort();
}
__attribute__((destructor)) static void destructor(void) { say("destructor\n"); }
static void at_exit(void) { say("atexit\n"); }

int (*const in_data[])(const char *) = {puts};
extern int no_such_function_anywhere(void) __attribute__((weak));
extern int gnu_get_libc_release_of_the_far_future(void) __attribute__((weak));

/* IFUNC resolvers are told on AArch64 what the processor has (sys/ifunc.h), and nothing on x86-64. */
static unsigned long hwcap, size, more[2];
static int indirect_function(void) {
#ifdef __aarch64__
    return hwcap == (getauxval(AT_HWCAP) | 1ul << 62) && size >= 24 && more[0] == getauxval(AT_HWCAP) &&
           more[1] == getauxval(AT_HWCAP2);
#else
    return 1;
#endif
}
static int (*choose(unsigned long given, const unsigned long *argument))(void) {
#ifdef __aarch64__
    hwcap = given, size = argument[0], more[0] = argument[1], more[1] = argument[2];
#endif
    return indirect_function;
}
static int indirect(void) __attribute__((ifunc("choose")));

void c_everything(const char *text, int n, double d) {
    char buffer[64];
    if (atexit(at_exit)) abort();
    printf("printf %s %d %.2f %d %d %d %d %.1f %.1f\n", text, n, d, 1, 2, 3, 4, 1.5, 2.5);
    snprintf(buffer, n, "%s-%d-%g-%d-%d-%d", text, n, d, 7, 8, 9);
    fprintf(stdout, "fprintf %s\n", buffer);
    sprintf(buffer, "%d %d %d %d %d %g", 1, 2, 3, 4, 5, 6.5);
    in_data[0](buffer);
    strcpy(buffer, text);
    strcat(buffer, "!");
    memset(buffer + strlen(text) + 1, 0, n);
    puts(buffer);
    struct stat status;
    int result = stat("/", &status);
    printf("stat %d %d\n", result, S_ISDIR(status.st_mode));
    int number;
    sscanf("17", "%d", &number);
    printf("strtol %ld sscanf %d pow %g\n", strtol("42", NULL, 10), number, pow(d, 3));
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
    struct timespec until = {1, 0};
    pthread_mutex_lock(&mutex);
    printf("condition %d\n", pthread_cond_timedwait(&condition, &mutex, &until) == ETIMEDOUT);
    pthread_mutex_unlock(&mutex);
    char *arguments[] = {"x", "-a", "value", NULL};
    result = getopt(3, arguments, "a:");
    printf("getopt %c %s\n", result, optarg);
    fd_set set;
    FD_ZERO(&set);
    FD_SET(n, &set);
    printf("fd_set %d environ %d constructor %d\n", FD_ISSET(n, &set) != 0, environ != NULL, constructor_argc > 0);
    printf("indirect %d\n", indirect());
    printf("weak %d %d\n", no_such_function_anywhere != NULL, gnu_get_libc_release_of_the_far_future != NULL);
    fflush(stdout);
}
