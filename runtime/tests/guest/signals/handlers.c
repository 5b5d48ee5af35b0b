// It is built once for every C library: of the headers it uses only what is the same in all.
#include <errno.h>
#include <signal.h>
static __thread int marker, count;
static volatile int wrong;
static void handler(int number, siginfo_t *info, void *context) {
    (void)number; (void)info; (void)context;
    if (marker != 42) wrong++;
    count++;
    errno = 5;
}
static struct sigaction before;
static void chained(int number, siginfo_t *info, void *context) {
    handler(number, info, context);
    before.sa_sigaction(number, info, context);
}
void handlers_enter(void) { marker = 42; }
int handlers_count(void) { return wrong ? -1 : count; }
int handlers_install(int number) {
    struct sigaction action = { 0 };
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(number, &action, 0);
}
int handlers_chain(int number) {
    struct sigaction action = { 0 };
    action.sa_sigaction = chained;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(number, &action, &before);
}
int handlers_restore(int number) { return sigaction(number, &before, 0); }
