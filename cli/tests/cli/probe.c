/* Asks the interpreter that started it: arguments are triples of library (or "-" for the global scope), symbol and
   version (or "-"); for each, one line with the answer. Linked with no libc, so that it runs on any. */
#include <stddef.h>

void *dlopen(const char *, int);
void *dlsym(void *, const char *);
void *dlvsym(void *, const char *, const char *) __attribute__((weak));
long write(int, const void *, unsigned long);
void _exit(int);

static int is_dash(const char *text) { return text[0] == '-' && !text[1]; }

static void say(const char *text) {
    unsigned long length = 0;
    while (text[length]) length++;
    write(1, text, length);
}

__attribute__((used)) void probe(long *stack) {
    long count = stack[0];
    char **arguments = (char **)(stack + 1);
    for (long at = 1; at + 2 < count; at += 3) {
        void *library = NULL;
        if (!is_dash(arguments[at])) {
            library = dlopen(arguments[at], 0x102 /* RTLD_NOW | RTLD_GLOBAL */);
            if (!library) {
                say("no-library\n");
                continue;
            }
        }
        void *found;
        if (is_dash(arguments[at + 2])) {
            found = dlsym(library, arguments[at + 1]);
        } else if (dlvsym) {
            found = dlvsym(library, arguments[at + 1], arguments[at + 2]);
        } else {
            say("no-versions\n");
            continue;
        }
        say(found ? "present\n" : is_dash(arguments[at + 2]) ? "no-symbol\n" : "missing-version\n");
    }
    _exit(0);
}

__asm__(".globl _start\n_start: mov %rsp, %rdi\nand $-16, %rsp\ncall probe\n");
